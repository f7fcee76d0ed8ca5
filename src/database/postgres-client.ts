import type pg from 'pg';
import { PreparedStatements } from './prepared-statements.js';
import { SessionClient, type SessionConfig } from './session-client.js';

/** If the server no longer answers, the deadline of `TransactionRunner` applies instead of these limits. */
const BEGIN = `
  START TRANSACTION ISOLATION LEVEL READ COMMITTED;
  SET LOCAL lock_timeout = '100ms';
  SET LOCAL statement_timeout = '2500ms';
  SET LOCAL idle_in_transaction_session_timeout = '4s'`;

const SETTINGS = {
  // Shorter than `query_timeout`, so that PostgreSQL does not go on after the caller has given up.
  statement_timeout: '4500ms',
  // Our statements have one good plan. Deciding whether to plan again took as long as running them.
  plan_cache_mode: 'force_generic_plan',
};

/** Shared by all connections: a text has the same name on each. */
const prepared = new PreparedStatements();

const IN_FAILED_TRANSACTION = '25P02';

type Send = (...args: unknown[]) => Promise<pg.QueryResult>;

/**
 * The pg client of the pool.
 * - It sends BEGIN with the first statement of a transaction. BEGIN also sets the limits, locally, so that
 *   they do not stay on a connection that a pooler shares.
 * - It prepares repeated statements, unless `prepares` is false.
 * - It rejects COMMIT of a failed transaction, which PostgreSQL answers with a silent ROLLBACK.
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

  /** Closes a connection whose prepared statements a migration has made stale. */
  private sendPrepared(send: Send, args: unknown[]): Promise<pg.QueryResult> {
    const answer = send(...this.preparedOf(args));
    // With a callback, pg returns no promise.
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

/** Libraries also name statements, for example rate-limiter-flexible. */
function withoutName([query, ...rest]: unknown[]): unknown[] {
  const isNamed = query !== null && typeof query === 'object' && 'name' in query;
  return [isNamed ? { ...query, name: undefined } : query, ...rest];
}

/** Fails if BEGIN has failed: the statement then ran outside a transaction. */
async function both(begun: Promise<unknown>, sent: Promise<pg.QueryResult>): Promise<pg.QueryResult> {
  const [beginning, result] = await Promise.allSettled([begun, sent]);
  if (beginning.status === 'rejected') throw beginning.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function assertCommitted(result: pg.QueryResult): pg.QueryResult {
  if (result.command === 'COMMIT') return result;
  const message = 'A statement failed inside the transaction and its error was swallowed.';
  throw Object.assign(new Error(message), { code: IN_FAILED_TRANSACTION });
}

/** 26000, or 0A000 "cached plan must not change result type", recognised by its untranslated routine. */
export function isPreparedStatementStale(error: unknown): boolean {
  const { code, routine } = (error ?? {}) as Partial<pg.DatabaseError>;
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}

/** pg reports its `query_timeout` without a code. */
export function isQueryTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
