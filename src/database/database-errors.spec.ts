import { describe, expect, it } from '@jest/globals';
import { isOutcomeUnknown } from './database-errors.js';

const failure = (code?: string) => Object.assign(new Error('a failed COMMIT'), { code });

// Guarantees that a write is run again only if it is certain that it was not committed.
describe('a failed COMMIT', () => {
  it.each([undefined, 'EPIPE', 'EPERM', 'ECONNRESET', '57P01', '08006', '40003'])(
    'may have worked: %s',
    (code) => {
      expect(isOutcomeUnknown(failure(code))).toBe(true);
    },
  );

  it.each(['25P02', '23505', '40001', '40P01'])('has certainly not worked: %s', (code) => {
    expect(isOutcomeUnknown(failure(code))).toBe(false);
  });
});
