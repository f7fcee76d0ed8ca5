/** What a worker that cannot start says to its primary, which tells it to whoever started the service. */
export interface StartFailure {
  readonly startFailure: string;
}

export function isStartFailure(message: unknown): message is StartFailure {
  return typeof (message as Partial<StartFailure> | null)?.startFailure === 'string';
}

/** Returns when it is on its way; a primary that is gone needs no word. */
export function sendStartFailure(startFailure: string): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve();
    process.send?.({ startFailure } satisfies StartFailure, undefined, undefined, () => {
      resolve();
    });
  });
}
