/** Tells the primary why a worker cannot start, so that it is logged once. */
export interface StartFailure {
  readonly startFailure: string;
}

export function isStartFailure(message: unknown): message is StartFailure {
  return typeof (message as Partial<StartFailure> | null)?.startFailure === 'string';
}

/** Returns when it is on its way. */
export function sendStartFailure(startFailure: string): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve();
    process.send?.({ startFailure } satisfies StartFailure, undefined, undefined, () => {
      resolve();
    });
  });
}
