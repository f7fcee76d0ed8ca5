import pg from 'pg';
import { PreparedStatements } from './prepared-statements.js';

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

/** What all connections have in common: the same text has the same name on each. */
const prepared = new PreparedStatements();

/** Work was to be committed after one of its statements had failed and its error had been swallowed. */
class TransactionAbortedError extends Error {
  constructor() {
    super('A statement failed inside the transaction and its error was swallowed.');
  }
}

type Send = (...args: unknown[]) => Promise<pg.QueryResult>;

/**
 * The pg client of the pool, with what a plain one lacks.
 *
 * A connection that fails while it is handed from the pool to its user has no listener for its
 * `error` event for a moment, which would end the process; its user learns of it by the next query.
 *
 * A transaction begins with its first statement, in the same round trip, and never without its limits:
 * they are set in the message that begins it, which leaves nothing behind on a connection that a
 * pooler shares.
 *
 * Statements that come again and again are prepared, unless `prepares` is false, as a pooler wants
 * it that shares connections by transaction and does not know of prepared statements (PgBouncer before 1.21).
 *
 * PostgreSQL answers COMMIT of a failed transaction without an error and stores nothing; here that is one.
 */
export class RobustClient extends pg.Client {
  private isBeginDue = false;

  private readonly prepares: boolean;

  constructor(config: pg.ClientConfig & { prepares?: boolean } = {}) {
    super(config);
    this.prepares = config.prepares ?? true;
    this.on('error', () => undefined);
    const send = this.query.bind(this) as Send;
    this.query = ((...args: unknown[]) => this.sendInTransaction(send, args)) as typeof this.query;
  }

  /** Closes the connection at once, whatever is under way on it; that fails as a lost connection. */
  hangUp(): void {
    (this as unknown as ClientInternals).connection.stream.destroy();
  }

  private sendInTransaction(send: Send, args: unknown[]): unknown {
    const [text] = args;
    if (text === 'START TRANSACTION') {
      this.isBeginDue = true;
      return Promise.resolve({});
    }
    const wasBeginDue = this.isBeginDue;
    this.isBeginDue = false;
    const isEnd = text === 'COMMIT' || text === 'ROLLBACK';
    if (wasBeginDue && isEnd) return Promise.resolve({});
    // Where BEGIN fails, so does the statement behind it, which tells of it.
    if (wasBeginDue) send(BEGIN).catch(() => undefined);
    const answer = send(...this.preparedOf(args));
    return text === 'COMMIT' ? answer.then(assertCommitted) : answer;
  }

  private preparedOf(args: unknown[]): unknown[] {
    const [text, values = []] = args;
    const isPreparable = typeof text === 'string' && /^\s*(SELECT|WITH|INSERT|UPDATE)\b/.test(text);
    const name = this.prepares && isPreparable ? prepared.nameOf(text) : undefined;
    return name === undefined ? args : [{ name, text, values }];
  }
}

function assertCommitted(result: pg.QueryResult): pg.QueryResult {
  if (result.command !== 'COMMIT') throw new TransactionAbortedError();
  return result;
}

/** pg reports its client-side `query_timeout` by this text only. */
export function isQueryTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
