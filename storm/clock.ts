import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds of the monotonic clock that all times of a storm come from. */
export function now(): number {
  return performance.now();
}

/** A signal that is never aborted. */
export const NEVER = new AbortController().signal;
// Many waits may share it.
setMaxListeners(0, NEVER);

/** Waits until the time is over or the signal is aborted. Never throws. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** Polls a condition. @returns whether it became true before the time was over or the signal came. */
export async function waitUntil(
  condition: () => boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = now() + timeoutMs;
  while (!condition() && !signal.aborted && now() < deadline) await pause(5, signal);
  return condition();
}
