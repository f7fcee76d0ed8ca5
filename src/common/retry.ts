/** @param delayMsAfter asked after each failure: the pause before the next attempt, or nothing to give up. */
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

export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Asks every 50 ms until the answer is yes; whether it was before the time was over. */
export async function becomesTrue(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await delay(50);
  }
  return true;
}
