import { Inject, Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { Env } from '../../config/env.js';
import { TransactionRunner } from '../../database/transaction.runner.js';
import type { AuthenticatedUser } from '../access/authenticated-user.js';
import { lockCaller } from '../access/lock-caller.js';
import { lockUser } from '../users/lock-user.js';
import { ActiveUserCache } from './active-user.cache.js';
import { RefreshToken, successorSalt } from './refresh-token.js';
import { Session } from './session.entity.js';
import { User } from '../users/user.entity.js';

/** For so long, the previous token returns the current one again, in case the answer was lost. */
const REFRESH_GRACE_SECONDS = 10;

/** A login adds one row, so expired rows are deleted faster than new ones are added. */
const SWEPT_PER_LOGIN = 20;

/** An active session and its current refresh token. */
export interface LiveSession {
  readonly id: string;
  readonly userId: number;
  readonly refreshToken: RefreshToken;
}

/** Opens, refreshes and ends sessions. Each has exactly one valid refresh token at any time. */
@Injectable()
export class SessionStore {
  private readonly logger = new Logger(SessionStore.name);

  constructor(
    @Inject(Env) private readonly env: Pick<Env, 'REFRESH_TOKEN_TTL' | 'SESSIONS_PER_USER'>,
    private readonly transactions: TransactionRunner,
    private readonly activeUsers: ActiveUserCache,
  ) {}

  /**
   * Opens a session for a user whose password has been checked, and ends the oldest ones beyond the limit.
   * @returns `undefined` if the user was deactivated or their password has changed since the check.
   */
  open({ id: userId, passwordHash }: Pick<User, 'id' | 'passwordHash'>): Promise<LiveSession | undefined> {
    return this.transactions.run(async ({ manager }) => {
      const user = await lockUser(manager, userId);
      if (!user?.isActive || user.passwordHash !== passwordHash) return undefined;
      await endOldest(manager, userId, this.env.SESSIONS_PER_USER - 1);
      const session = await this.insert(manager, userId);
      await sweepExpired(manager);
      return session;
    });
  }

  /**
   * Exchanges a refresh token for its successor; within the grace period, for the same one again. An older
   * token ends the session, because it may have been stolen (RFC 9700, 4.14.2).
   * @returns `undefined` if the token is not valid, or no longer valid.
   */
  async rotate(token: RefreshToken): Promise<LiveSession | undefined> {
    const session = await this.transactions.run(async ({ manager }) => {
      // Concurrent requests with the same token wait here, and see the result of the first one.
      const [found] = await manager.query<LockedSession[]>(LOCK_SESSION, [token.familyHash]);
      if (!found) return undefined;
      const { id, userId } = found;
      const refreshToken = await nextToken(manager, token, found);
      if (!refreshToken) await manager.delete(Session, { id });
      return { id, userId, refreshToken };
    });
    if (session === undefined) return undefined;
    const { refreshToken, userId } = session;
    if (refreshToken) return { ...session, refreshToken };
    this.logger.warn({ event: 'refresh-token-reused', user_id: userId });
    this.activeUsers.forget(userId);
    return undefined;
  }

  /**
   * Ends the session of a refresh token, which may have been used already.
   * @returns whether there was one.
   */
  async end({ familyHash }: RefreshToken): Promise<boolean> {
    const statement = 'DELETE FROM sessions WHERE family_hash = $1 AND expires_at > now() RETURNING user_id';
    const [[session]] = await this.transactions.run(({ manager }) =>
      manager.query<[{ user_id: number }[], number]>(statement, [familyHash]),
    );
    if (session) this.activeUsers.forget(session.user_id);
    return session !== undefined;
  }

  /**
   * Changes the caller's password and ends all their other sessions, under one lock, so that no concurrent
   * login with the old password survives.
   * @returns whether `oldHash` was still current.
   * @throws InvalidTokenError if the user or the session is no longer active.
   */
  async replacePassword(caller: AuthenticatedUser, oldHash: string, passwordHash: string): Promise<boolean> {
    const { id, sessionId } = caller;
    const isReplaced = await this.transactions.run(async ({ manager }) => {
      await lockCaller(manager, caller);
      const { affected } = await manager.update(User, { id, passwordHash: oldHash }, { passwordHash });
      if (affected === 1) await endSessions(manager, id, sessionId);
      return affected === 1;
    });
    this.activeUsers.forget(id);
    return isReplaced;
  }

  private async insert(manager: EntityManager, userId: number): Promise<LiveSession> {
    const refreshToken = RefreshToken.create();
    const { familyHash, hash: tokenHash } = refreshToken;
    const expiresAt = () => `now() + interval '${this.env.REFRESH_TOKEN_TTL} seconds'`;
    const id = randomUUID();
    await manager.insert(Session, { id, userId, familyHash, tokenHash, expiresAt });
    return { id, userId, refreshToken };
  }
}

/** Ends all sessions of a user, except the kept one. */
export async function endSessions(manager: EntityManager, userId: number, keptId?: string): Promise<void> {
  await manager.query('DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2', [
    userId,
    keptId ?? null,
  ]);
}

type LockedSession = Pick<Session, 'id' | 'userId' | 'tokenHash' | 'previousHash' | 'successorSalt'> & {
  readonly isInGrace: boolean | null;
};

const LOCK_SESSION = `
  SELECT s.id, s.user_id AS "userId", s.token_hash AS "tokenHash", s.previous_hash AS "previousHash",
         s.successor_salt AS "successorSalt",
         s.rotated_at > now() - interval '${REFRESH_GRACE_SECONDS} seconds' AS "isInGrace"
    FROM sessions s JOIN users u ON u.id = s.user_id
   WHERE s.family_hash = $1 AND s.expires_at > now() AND u.is_active
     FOR UPDATE OF s`;

async function nextToken(
  manager: EntityManager,
  token: RefreshToken,
  { id, tokenHash, previousHash, successorSalt: oldSalt, isInGrace }: LockedSession,
): Promise<RefreshToken | undefined> {
  if (!token.hash.equals(tokenHash)) {
    const isLostAnswer = isInGrace && previousHash?.equals(token.hash);
    return isLostAnswer && oldSalt ? token.successor(oldSalt) : undefined;
  }
  const salt = successorSalt();
  const successor = token.successor(salt);
  await manager.update(
    Session,
    { id },
    { tokenHash: successor.hash, previousHash: token.hash, successorSalt: salt, rotatedAt: () => 'now()' },
  );
  return successor;
}

async function endOldest(manager: EntityManager, userId: number, kept: number): Promise<void> {
  await manager.query(
    `DELETE FROM sessions WHERE id IN (
       SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_at DESC, id OFFSET $2)`,
    [userId, kept],
  );
}

/** Must be the last step: a transaction that waits for a deleted row then waits only for COMMIT. */
async function sweepExpired(manager: EntityManager): Promise<void> {
  await manager.query(
    `DELETE FROM sessions WHERE id IN (
       SELECT id FROM sessions WHERE expires_at <= now()
        ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [SWEPT_PER_LOGIN],
  );
}
