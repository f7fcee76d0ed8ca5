import { describe, expect, it } from '@jest/globals';
import { History } from './history.js';

// Guarantees that a storm accepts only documented answers.
describe('the check of an answer', () => {
  const answer = { route: 'POST /orders', startedAt: 0, endedAt: 10, requestId: 'r1' } as const;
  const faults = (call: Parameters<History['noteCall']>[0]) => {
    const history = new History();
    history.noteCall(call);
    return history.violations.map(({ text }) => text);
  };

  it('accepts documented answers and lost connections', () => {
    expect(faults({ ...answer, status: 201 })).toEqual([]);
    expect(faults({ ...answer, status: 409, code: 'price-changed' })).toEqual([]);
    expect(faults({ ...answer, status: 503, code: 'service-unavailable', hasRetryAfter: true })).toEqual([]);
    expect(faults(answer)).toEqual([]);
  });

  it('reports any other answer, a 503 without Retry-After, and one that took more than ten seconds', () => {
    expect(faults({ ...answer, status: 500, code: 'internal-error' })).toEqual([
      'POST /orders answered 500 internal-error (request r1)',
    ]);
    expect(faults({ ...answer, status: 503, code: 'service-unavailable', hasRetryAfter: false })).toEqual([
      'POST /orders answered 503 service-unavailable without Retry-After',
    ]);
    expect(faults({ ...answer, status: 201, endedAt: 10_001 })).toEqual([
      'POST /orders took 10001 ms (201, request r1)',
    ]);
  });
});
