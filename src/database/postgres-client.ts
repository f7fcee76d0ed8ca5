import type pg from 'pg';
import { PreparedStatements } from './prepared-statements.js';
import { SessionClient, type SessionConfig } from './session-client.js';

/**
 * With the limits of a transaction; behind them stands a
 * deadline of our own, for a server that has fallen silent.
 */
const BEGIN = `
  START TRANSACTION ISOLATION LEVEL READ COMMITTED;
  SET LOCAL lock_timeout = '100ms';
  SET LOCAL statement_timeout = '2500ms';
  SET LOCAL idle_in_transaction_session_timeout = '4s'`;

const SETTINGS = {
  // A read ends before its caller gives up, so that PostgreSQL does not go on for nobody.
  statement_timeout: '4500ms',
  // Our lists have one good plan; weighing whether to plan them anew took as long as running them.
  plan_cache_mode: 'force_generic_plan',
};

/** What all connections have in common: the same text has the same name on each. */
const prepared = new PreparedStatements();

/** Work was to be committed after one of its statements had failed and its error had been swallowed. */
class TransactionAbortedError extends Error {
  /** in_failed_sql_transaction */
  readonly code = '25P02';

  constructor() {
    super('A statement failed inside the transaction and its error was swallowed.');
  }
}

type Send = (...args: unknown[]) => Promise<pg.QueryResult>;

/**
 * The pg client of the pool. BEGIN travels with the first statement of a transaction
 * and sets its limits, which leaves nothing behind on a connection that a pooler
 * shares. Statements that come again are prepared, unless `prepares` is false.
 * PostgreSQL answers COMMIT of a failed transaction without an error; here that is one.
 */
export class RobustClient extends SessionClient {
  private isBeginDue = false;

  private readonly prepares: boolean;

  constructor(config: SessionConfig & { prepares?: boolean } = {}) {
    super({ ...config, settings: SETTINGS });
    this.prepares = config.prepares ?? true;
    const send = this.query.bind(this) as Send;
    this.query = ((...args: unknown[]) => this.sendInTransaction(send, args)) as typeof this.query;
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
    const begun = wasBeginDue ? send(BEGIN) : undefined;
    const sent = this.sendPrepared(send, args);
    const answer = begun ? both(begun, sent) : sent;
    return text === 'COMMIT' ? answer.then(assertCommitted) : answer;
  }

  /** After a migration, a connection with outdated prepared statements is not worth keeping. */
  private sendPrepared(send: Send, args: unknown[]): Promise<pg.QueryResult> {
    const answer = send(...this.preparedOf(args));
    // Whoever gives a callback gets no promise.
    (answer as Promise<unknown> | undefined)?.catch((error: unknown) => {
      if (isPreparedStatementStale(error)) this.hangUp();
    });
    return answer;
  }

  private preparedOf(args: unknown[]): unknown[] {
    if (!this.prepares) return withoutName(args);
    const [text, values = [], ...rest] = args;
    const isPreparable = typeof text === 'string' && /^\s*(SELECT|WITH|INSERT|UPDATE)\b/.test(text);
    const name = isPreparable ? prepared.nameOf(text) : undefined;
    return name === undefined ? args : [{ name, text, values }, ...rest];
  }
}

/** Libraries name statements too, as the login limiter's does. */
function withoutName([query, ...rest]: unknown[]): unknown[] {
  const isNamed = query !== null && typeof query === 'object' && 'name' in query;
  return [isNamed ? { ...query, name: undefined } : query, ...rest];
}

/** A statement is worth nothing where the transaction in front of it has not begun. */
async function both(begun: Promise<unknown>, sent: Promise<pg.QueryResult>): Promise<pg.QueryResult> {
  const [beginning, result] = await Promise.allSettled([begun, sent]);
  if (beginning.status === 'rejected') throw beginning.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function assertCommitted(result: pg.QueryResult): pg.QueryResult {
  if (result.command !== 'COMMIT') throw new TransactionAbortedError();
  return result;
}

/** 26000, and of 0A000 "cached plan must not change result type", whose text PostgreSQL translates. */
export function isPreparedStatementStale(error: unknown): boolean {
  const { code, routine } = (error ?? {}) as Partial<pg.DatabaseError>;
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}

/** pg reports its client-side `query_timeout` by this text only. */
export function isQueryTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
