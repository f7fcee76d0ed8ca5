import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A pattern in a built file, and its replacement. */
export interface Damage {
  readonly file: string;
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** A copy of the built service without the code that keeps a promise. */
export class BrokenBuild {
  private constructor(private readonly folder: string) {}

  /** @throws Error if the pattern is not found, because the code has changed. */
  static async make(...damages: Damage[]): Promise<BrokenBuild> {
    const build = new BrokenBuild(await mkdtemp(join(tmpdir(), 'broken-build-')));
    await cp('dist', join(build.folder, 'dist'), { recursive: true });
    await cp('package.json', join(build.folder, 'package.json'));
    await symlink(resolve('node_modules'), join(build.folder, 'node_modules'));
    for (const damage of damages) await build.damage(damage);
    return build;
  }

  get main(): string {
    return join(this.folder, 'dist', 'main.js');
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private async damage({ file, pattern, replacement }: Damage): Promise<void> {
    const path = join(this.folder, 'dist', file);
    const code = await readFile(path, 'utf8');
    const damaged = code.replace(pattern, replacement);
    if (damaged === code) throw new Error(`${file} has nothing that matches ${pattern}: adapt the damage.`);
    await writeFile(path, damaged);
  }
}
