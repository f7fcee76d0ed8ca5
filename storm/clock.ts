import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds of the one clock that all times of a storm are taken from; it never goes back. */
export function now(): number {
  return performance.now();
}

/** For those whom nothing ends before their time. */
export const NEVER = new AbortController().signal;
// Any number of them at once.
setMaxListeners(0, NEVER);

/** Waits, or less where the signal comes first. Never throws. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
}

/**
 * Asks every few milliseconds until the answer is yes;
 * whether it was before the time was over or the signal came.
 */
export async function waitUntil(
  condition: () => boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = now() + timeoutMs;
  while (!condition() && !signal.aborted && now() < deadline) await pause(5, signal);
  return condition();
}
