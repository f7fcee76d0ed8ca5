import pg from 'pg';

interface ClientInternals {
  readonly connection: { readonly stream: { destroy(): void } };
}

/**
 * The pg client of the pool, with two faults of a plain one mended.
 *
 * A connection that fails while it is handed from the pool to its user has no listener for its
 * `error` event for a moment, which would end the process; its user learns of it by the next query.
 *
 * A query whose answer does not come in time stays active on its connection, and everyone who gets
 * that connection from the pool next would wait behind it; so such a connection is closed.
 */
export class RobustClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
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
