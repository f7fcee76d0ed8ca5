import { setTimeout as delay } from 'node:timers/promises';

export { delay };

/** @param delayMsAfter returns the pause before the next attempt, or undefined to give up. */
export async function retry<T>(
  work: (attempt: number) => Promise<T>,
  delayMsAfter: (error: unknown, attempt: number) => number | undefined,
  attempt = 1,
): Promise<T> {
  try {
    return await work(attempt);
  } catch (error) {
    const delayMs = delayMsAfter(error, attempt);
    if (delayMs === undefined) throw error;
    await delay(delayMs);
  }
  return retry(work, delayMsAfter, attempt + 1);
}

/** Checks a condition every 50 ms; false if it does not hold in time. */
export async function becomesTrue(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await delay(50);
  }
  return true;
}
