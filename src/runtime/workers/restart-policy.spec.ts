import { describe, expect, it } from '@jest/globals';
import { RestartPolicy } from './restart-policy.js';

const NEVER = undefined;
const HOURS = 3_600_000;

function delaysAfter(...servedMs: (number | undefined)[]) {
  const policy = new RestartPolicy();
  return servedMs.map((served) => policy.delayMsAfter(served));
}

describe('RestartPolicy', () => {
  it('doubles the delay with each restart, up to 5 s', () => {
    expect(delaysAfter(1, 1, 1, 1, 1, 1, 1, 1)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('begins again after a worker has served for a long time', () => {
    expect(delaysAfter(1, 1, 1, HOURS, 1)).toEqual([100, 200, 400, 100, 200]);
  });

  it('gives up after five failed starts in a row', () => {
    expect(delaysAfter(NEVER, NEVER, NEVER, NEVER, NEVER)).toEqual([100, 200, 400, 800, undefined]);
  });

  it('does not give up if a worker has served in between, however briefly', () => {
    const delays = delaysAfter(NEVER, NEVER, NEVER, NEVER, 1, NEVER, NEVER, NEVER, NEVER);
    expect(delays).not.toContain(undefined);
  });
});
