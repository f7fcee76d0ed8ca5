/** A message to the primary, which logs it once for all workers. */
export interface StartFailure {
  readonly startFailure: string;
}

export function isStartFailure(message: unknown): message is StartFailure {
  return typeof (message as Partial<StartFailure> | null)?.startFailure === 'string';
}

/** Resolves when the message was sent. */
export function sendStartFailure(startFailure: string): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve();
    process.send?.({ startFailure } satisfies StartFailure, undefined, undefined, () => {
      resolve();
    });
  });
}
