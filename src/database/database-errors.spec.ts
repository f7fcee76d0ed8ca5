import { describe, expect, it } from '@jest/globals';
import { isOutcomeUnknown } from './database-errors.js';

const failure = (code?: string) => Object.assign(new Error('a failed COMMIT'), { code });

describe('a COMMIT that failed', () => {
  it.each(['EPIPE', 'ECONNRESET', 'ETIMEDOUT', undefined])('may have been carried out: %s', (code) => {
    expect(isOutcomeUnknown(failure(code))).toBe(true);
  });

  it.each(['57P01', '08006', '40003'])('may have been carried out when the server says %s', (code) => {
    expect(isOutcomeUnknown(failure(code))).toBe(true);
  });

  it.each(['25P02', '23505', '40001', '40P01'])('was not carried out when the server says %s', (code) => {
    expect(isOutcomeUnknown(failure(code))).toBe(false);
  });
});
