import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { createHash } from 'node:crypto';
import { RateLimiterPostgres, type RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { Env } from '../../config/env.js';
import type { AuthenticatedUser } from '../access/authenticated-user.js';
import { TooManyAttemptsError, TooManyRegistrationsError } from './sessions.errors.js';
import { usernameKey } from '../users/username.js';

const TABLE = 'login_attempts';
/** How long an address stays known after the last login from it. */
const KNOWN_ADDRESS_SECONDS = 90 * 86_400;
/** An attempt leaves four rows at most, so expired ones go faster than new ones come. */
const SWEPT_PER_ATTEMPT = 10;

/** Who tries to sign in, and from where. */
export interface Attempt {
  readonly username: string;
  /** By `clientAddress`. */
  readonly address: string;
}

/** What is counted, each under a hash: the table tells nobody who has signed in from where. */
interface Keys {
  readonly address: string;
  readonly pair: string;
  readonly account: string;
}

/**
 * Slows down guessing and mass registration, over all processes and restarts: failed logins are counted in
 * PostgreSQL, in windows that begin with the first failure and end by themselves.
 *
 * - per account and address, the strict limit: nobody guesses long at one account from one place;
 * - per address, for one who tries many accounts;
 * - per account, for one who tries from many addresses.
 *   Anybody can use this limit up for somebody else, so it
 *   never refuses an address from which the user has signed in before, and any other only from its second
 *   attempt on: the right password at the first try always gets in, and then the address is known.
 *
 * Attempts are counted before the password is looked at, so that a thousand at once are not a thousand
 * guesses; those that succeed, and those that could not be decided, are given back.
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
   * @param check answers with nothing when the password is wrong.
   * @throws TooManyAttemptsError before `check` is called;
   *   ServiceBusyError when the counters are out of reach.
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
   * Counts an attempt to register a user, before anything is
   * done for it. Admins may register as many as they like.
   * @throws TooManyRegistrationsError when the address has had too many; ServiceBusyError as above.
   */
  async countRegistration(address: string, caller?: AuthenticatedUser): Promise<void> {
    if (this.env.REGISTRATIONS_PER_ADDRESS === 0 || caller?.role === 'admin') return;
    await this.sweepExpired();
    const state = await this.registrations.penalty(digest(address));
    if (exceeds(this.registrations, state)) throw new TooManyRegistrationsError(secondsLeft(state));
  }

  private async count({ address, pair, account }: Keys): Promise<void> {
    const byAddress = await this.perAddress.penalty(address);
    if (exceeds(this.perAddress, byAddress)) throw refusal(byAddress);
    const byPair = await this.perPair.penalty(pair);
    if (exceeds(this.perPair, byPair)) {
      // One who insists on one account must not use up the address, which others may share.
      await this.perAddress.reward(address);
      throw refusal(byPair);
    }
    const byAccount = await this.perAccount.penalty(account);
    const isFirstHere = byPair.consumedPoints <= 1;
    if (!exceeds(this.perAccount, byAccount) || isFirstHere || (await this.known.get(pair))) return;
    throw refusal(byAccount);
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

function refusal(state: RateLimiterRes): TooManyAttemptsError {
  return new TooManyAttemptsError(secondsLeft(state));
}

function secondsLeft({ msBeforeNext }: RateLimiterRes): number {
  return Math.max(1, Math.ceil(msBeforeNext / 1000));
}

function keysOf({ username, address }: Attempt): Keys {
  const account = usernameKey(username);
  return { address: digest(address), account: digest(account), pair: digest(`${address}\0${account}`) };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
