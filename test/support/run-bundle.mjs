// Runs the service's bundle from cached compiled code, which the first process writes when it ends.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

const folder = import.meta.dirname;
const filename = join(folder, 'service.cjs');
// Node rejects code that was compiled with other flags.
const flags = process.execArgv.join('').replace(/\W+/g, '-').slice(0, 100);
const cache = join(folder, `service${flags}.cache`);
// esbuild escapes all characters outside ASCII.
const source = `(function (require, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
const script = new Script(source, { filename, cachedData });

if (cachedData === undefined) process.on('exit', keepCompiledCode);
const run = /** @type {(...scope: unknown[]) => void} */ (script.runInThisContext());
run(createRequire(filename), filename, folder);

/** Writes the cache atomically, because processes may race; some tests run as a user without write access. */
function keepCompiledCode() {
  if (existsSync(cache)) return;
  try {
    writeFileSync(`${cache}.${process.pid}`, script.createCachedData());
    renameSync(`${cache}.${process.pid}`, cache);
  } catch {
    // The next process tries again.
  }
}
