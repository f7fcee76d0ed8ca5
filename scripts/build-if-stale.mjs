// Builds only if a source is newer than the last build, so that `npm start` is quick and never runs old code.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const INPUTS = [
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  '.swcrc',
  'src',
];
const OUTPUT = 'dist/main.js';

/**
 * The latest change of a file or folder, with everything in it. Removing a file changes its folder.
 * @param {string} path @returns {number}
 */
function changedAt(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

if (
  !existsSync(OUTPUT) ||
  INPUTS.some((input) => existsSync(input) && changedAt(input) > changedAt(OUTPUT))
) {
  const nest = join('node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  if (!existsSync(nest)) {
    console.error('The build needs the development dependencies: run "npm ci" without --omit=dev.');
    process.exit(1);
  }
  console.error('building');
  const { status } = spawnSync(process.execPath, [nest, 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
  process.exitCode = status ?? 1;
}
