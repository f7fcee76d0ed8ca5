// Runs the bundle of the service beside it from compiled code, which the first process to end leaves there.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

const folder = import.meta.dirname;
const filename = join(folder, 'service.cjs');
// What was compiled under other flags of Node's is not accepted.
const flags = process.execArgv.join('').replace(/\W+/g, '-').slice(0, 100);
const cache = join(folder, `service${flags}.cache`);
// esbuild escapes what is not ASCII.
const source = `(function (require, __filename, __dirname) {${readFileSync(filename, 'latin1')}\n})`;
const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
const script = new Script(source, { filename, cachedData });

if (cachedData === undefined) process.on('exit', keepCompiledCode);
const run = /** @type {(...scope: unknown[]) => void} */ (script.runInThisContext());
run(createRequire(filename), filename, folder);

/** Whole or not at all, whoever else does it; some tests start the service as a user who may not. */
function keepCompiledCode() {
  if (existsSync(cache)) return;
  try {
    writeFileSync(`${cache}.${process.pid}`, script.createCachedData());
    renameSync(`${cache}.${process.pid}`, cache);
  } catch {
    // Then the next one does it.
  }
}
