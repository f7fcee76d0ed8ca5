import pg from 'pg';

interface ClientInternals {
  readonly connection: { readonly stream: { destroy(): void } };
}

/**
 * How long one transaction may wait for a lock, run one statement, or sit idle. Behind each stands
 * a deadline of our own, for a server that has fallen silent.
 */
const BEGIN = `
  START TRANSACTION ISOLATION LEVEL READ COMMITTED;
  SET LOCAL lock_timeout = '2s';
  SET LOCAL statement_timeout = '2500ms';
  SET LOCAL idle_in_transaction_session_timeout = '4s'`;

/**
 * The pg client of the pool, with two faults of a plain one mended.
 *
 * A connection that fails while it is handed from the pool to its user has no listener for its
 * `error` event for a moment, which would end the process; its user learns of it by the next query.
 *
 * A query whose answer does not come in time stays active on its connection, and everyone who gets
 * that connection from the pool next would wait behind it; so such a connection is closed.
 *
 * And no transaction begins without its limits: they travel in the message that begins it, which
 * costs no round trip of their own and leaves nothing behind on a connection that a pooler shares.
 */
export class RobustClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
    const send = this.query.bind(this) as (...args: unknown[]) => unknown;
    const sendOrHangUp = (text: unknown, ...rest: unknown[]): unknown => {
      const answer = text === 'START TRANSACTION' ? send(BEGIN) : send(text, ...rest);
      if (answer instanceof Promise) answer.catch((error: unknown) => this.hangUpOnTimeout(error));
      return answer;
    };
    this.query = sendOrHangUp as typeof this.query;
  }

  /** Closes the connection at once, whatever is under way on it; that fails as a lost connection. */
  hangUp(): void {
    (this as unknown as ClientInternals).connection.stream.destroy();
  }

  private hangUpOnTimeout(error: unknown): void {
    if (isQueryTimeout(error)) this.hangUp();
  }
}

/** pg reports its client-side `query_timeout` by this text only. */
export function isQueryTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
