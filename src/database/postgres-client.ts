import pg from 'pg';

interface ClientInternals {
  readonly connection: { readonly stream: { destroy(): void } };
}

/**
 * A pg client that hangs up when an answer does not come in time. Left alone, pg returns the
 * client to the pool while the dead query still runs on it, and everyone who gets it next waits.
 */
export class HangingUpClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const send = this.query.bind(this) as (...args: unknown[]) => unknown;
    const sendOrHangUp = (...args: unknown[]): unknown => {
      const answer = send(...args);
      if (answer instanceof Promise) answer.catch((error: unknown) => this.hangUpOnTimeout(error));
      return answer;
    };
    this.query = sendOrHangUp as typeof this.query;
  }

  private hangUpOnTimeout(error: unknown): void {
    if (!isQueryTimeout(error)) return;
    (this as unknown as ClientInternals).connection.stream.destroy();
  }
}

/** pg reports its client-side `query_timeout` by this text only. */
export function isQueryTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
