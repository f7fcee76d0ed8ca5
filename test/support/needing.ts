import { it } from '@jest/globals';

/**
 * `it` for what not every machine can do. Where something is missing the test is skipped, and a line says so:
 * what silently never runs proves nothing.
 */
export function itNeeding(what: string, isThere: boolean): typeof it | typeof it.skip {
  if (isThere) return it;
  return ((name, test, timeout) => {
    process.stderr.write(`Skipped for want of ${what}: ${String(name)}\n`);
    it.skip(name, test, timeout);
  }) as typeof it.skip;
}
