import { it } from '@jest/globals';

/**
 * `it` for tests that need something which not every machine has. If it is missing, the test is skipped and
 * a line says so, because a test that silently never runs proves nothing.
 */
export function itNeeding(what: string, isThere: boolean): typeof it | typeof it.skip {
  if (isThere) return it;
  return ((name, test, timeout) => {
    process.stderr.write(`Skipped for want of ${what}: ${String(name)}\n`);
    it.skip(name, test, timeout);
  }) as typeof it.skip;
}
