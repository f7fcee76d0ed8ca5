import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { createHash } from 'node:crypto';
import { RateLimiterPostgres, type RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { DomainError } from '../../common/domain-error.js';
import type { ProblemCode } from '../../common/problem-catalogue.js';
import { Env } from '../../config/env.js';
import type { AuthenticatedUser } from '../access/authenticated-user.js';
import { usernameKey } from '../users/username.js';

const TABLE = 'login_attempts';
/** How long an address stays known after a login from it. */
const KNOWN_ADDRESS_SECONDS = 90 * 86_400;
/** An attempt adds at most four rows, so expired rows are deleted faster than new ones are added. */
const SWEPT_PER_ATTEMPT = 10;

export interface Attempt {
  readonly username: string;
  readonly address: string;
}

/** What is counted, as hashes: the table does not reveal who has signed in from where. */
interface Keys {
  readonly address: string;
  readonly pair: string;
  readonly account: string;
}

/**
 * Limits password guessing and mass registration across all processes: PostgreSQL counts failed logins in
 * fixed windows, each from the first failure on.
 *
 * - Per account and address, the strictest limit: against guesses at one account from one address.
 * - Per address: against one client that tries many accounts.
 * - Per account: against one account tried from many addresses. Anybody can exhaust this limit for another
 *   user. Therefore it never applies to addresses from which the user has signed in before, and to others
 *   only from their second attempt on. A right password at the first attempt makes the address known.
 *
 * Attempts are counted before the password is checked, so that concurrent attempts cannot exceed a limit.
 * Attempts that succeed, or that fail for another reason, are subtracted again.
 */
@Injectable()
export class LoginLimiter {
  private readonly perAddress: RateLimiterPostgres;
  private readonly perPair: RateLimiterPostgres;
  private readonly perAccount: RateLimiterPostgres;
  private readonly known: RateLimiterPostgres;
  private readonly registrations: RateLimiterPostgres;

  constructor(
    @Inject(Env) private readonly env: Env,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    const limiter = (keyPrefix: string, points: number, duration = env.LOGIN_FAILURE_WINDOW) => {
      const table = { tableName: TABLE, tableCreated: true, clearExpiredByTimeout: false };
      const store = { storeClient: dataSource, storeType: 'typeorm', ...table };
      return new RateLimiterPostgres({ ...store, keyPrefix, points, duration });
    };
    this.perAddress = limiter('address', env.LOGIN_FAILURES_PER_ADDRESS);
    this.perPair = limiter('pair', env.LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS);
    this.perAccount = limiter('account', env.LOGIN_FAILURES_PER_ACCOUNT);
    this.known = limiter('known', 1, KNOWN_ADDRESS_SECONDS);
    this.registrations = limiter('registrations', env.REGISTRATIONS_PER_ADDRESS);
  }

  /**
   * Checks a password, unless too many checks have failed.
   * @param check returns `undefined` if the password is wrong.
   * @throws too-many-attempts, before `check` is called.
   */
  async guard<T>(attempt: Attempt, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const keys = keysOf(attempt);
    await this.sweepExpired();
    await this.count(keys);
    const result = await check().catch(async (error: unknown) => {
      await this.giveBack(keys).catch(() => undefined);
      throw error;
    });
    if (result !== undefined) await this.forgive(keys);
    return result;
  }

  /**
   * Counts an attempt to register a user. Admins have no limit.
   * @throws too-many-registrations.
   */
  async countRegistration(address: string, caller?: AuthenticatedUser): Promise<void> {
    if (this.env.REGISTRATIONS_PER_ADDRESS === 0 || caller?.role === 'admin') return;
    await this.sweepExpired();
    const state = await this.registrations.penalty(digest(address));
    if (exceeds(this.registrations, state)) throw refusal('too-many-registrations', state);
  }

  private async count({ address, pair, account }: Keys): Promise<void> {
    const byAddress = await this.perAddress.penalty(address);
    if (exceeds(this.perAddress, byAddress)) throw refusal('too-many-attempts', byAddress);
    const byPair = await this.perPair.penalty(pair);
    if (exceeds(this.perPair, byPair)) {
      // Guesses at one account must not exhaust the limit of an address that others may share.
      await this.perAddress.reward(address);
      throw refusal('too-many-attempts', byPair);
    }
    const byAccount = await this.perAccount.penalty(account);
    const isFirstHere = byPair.consumedPoints <= 1;
    if (!exceeds(this.perAccount, byAccount) || isFirstHere || (await this.known.get(pair))) return;
    throw refusal('too-many-attempts', byAccount);
  }

  private async giveBack({ address, pair, account }: Keys): Promise<void> {
    await this.perAddress.reward(address);
    await this.perPair.reward(pair);
    await this.perAccount.reward(account);
  }

  private async forgive({ address, pair, account }: Keys): Promise<void> {
    await this.perAddress.reward(address);
    await this.perPair.delete(pair);
    await this.perAccount.reward(account);
    await this.known.set(pair, 1, KNOWN_ADDRESS_SECONDS);
  }

  private async sweepExpired(): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM ${TABLE} WHERE key IN (
         SELECT key FROM ${TABLE} WHERE expire <= $1 ORDER BY expire LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [Date.now(), SWEPT_PER_ATTEMPT],
    );
  }
}

function exceeds({ points }: RateLimiterPostgres, { consumedPoints }: RateLimiterRes): boolean {
  return consumedPoints > points;
}

function refusal(code: ProblemCode, { msBeforeNext }: RateLimiterRes): DomainError {
  return new DomainError(code, undefined, { retry_after: Math.max(1, Math.ceil(msBeforeNext / 1000)) });
}

function keysOf({ username, address }: Attempt): Keys {
  const account = usernameKey(username);
  return { address: digest(address), account: digest(account), pair: digest(`${address}\0${account}`) };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
