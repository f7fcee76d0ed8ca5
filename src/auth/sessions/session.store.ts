import { Inject, Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { Env } from '../../config/env.js';
import { TransactionRunner } from '../../database/transaction.runner.js';
import { lockUser } from '../users/lock-user.js';
import { RefreshToken, successorSalt } from './refresh-token.js';
import { Session } from './session.entity.js';
import { User } from '../users/user.entity.js';

/**
 * How long the token before the present one still gets the present one again, for a client that never saw
 * the answer. After that, using it is reuse.
 */
const REFRESH_GRACE_SECONDS = 10;

/** Every login removes more rows than it adds, so expired ones go as fast as new ones come. */
const SWEPT_PER_LOGIN = 20;

/** A session that is alive, and the refresh token that is good for it now. */
export interface LiveSession {
  readonly id: string;
  readonly userId: number;
  readonly refreshToken: RefreshToken;
}

/** Opens sessions, keeps them up and ends them. Each has exactly one good refresh token at any time. */
@Injectable()
export class SessionStore {
  private readonly logger = new Logger(SessionStore.name);

  constructor(
    @Inject(Env) private readonly env: Pick<Env, 'REFRESH_TOKEN_TTL' | 'SESSIONS_PER_USER'>,
    private readonly transactions: TransactionRunner,
  ) {}

  /**
   * Opens a session for a user whose password has been checked; of too many, the oldest end.
   * @returns nothing where the password or the activity of the user has changed since the check.
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
   * Exchanges a refresh token for its successor; within the grace, for the same one again. A token that was
   * good before that ends the session, because somebody else must have it (RFC 9700, 4.14.2).
   * @returns nothing for a token that is not good, or no longer.
   */
  rotate(token: RefreshToken): Promise<LiveSession | undefined> {
    return this.transactions.run(async ({ manager }) => {
      const found = await lockFamily(manager, token);
      if (!found) return undefined;
      const { id, userId } = found.session;
      const refreshToken = await nextToken(manager, token, found);
      if (refreshToken) return { id, userId, refreshToken };
      this.logger.warn({ event: 'refresh-token-reused', user_id: userId });
      await manager.delete(Session, { id });
      return undefined;
    });
  }

  /**
   * Ends the session of a refresh token, also of one that was used already: whoever sends it had it.
   * @returns whether there was one.
   */
  end({ familyHash }: RefreshToken): Promise<boolean> {
    return this.transactions.run(async ({ manager }) => {
      const ended = manager.createQueryBuilder().delete().from(Session);
      const { affected } = await ended
        .where('family_hash = :familyHash AND expires_at > now()', { familyHash })
        .execute();
      return affected === 1;
    });
  }

  private async insert(manager: EntityManager, userId: number): Promise<LiveSession> {
    const refreshToken = RefreshToken.create();
    const { familyHash, hash: tokenHash } = refreshToken;
    const expiresAt = () => `now() + interval '${this.env.REFRESH_TOKEN_TTL} seconds'`;
    const id = randomUUID();
    await manager
      .createQueryBuilder()
      .insert()
      .into(Session)
      .values({ id, userId, familyHash, tokenHash, expiresAt })
      .execute();
    return { id, userId, refreshToken };
  }
}

/** Ends all sessions of a user, but for the one that is kept. */
export async function endSessions(manager: EntityManager, userId: number, keptId?: string): Promise<void> {
  await manager.query('DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2', [
    userId,
    keptId ?? null,
  ]);
}

interface LockedFamily {
  readonly session: Session;
  readonly isInGrace: boolean;
}

/** Whoever refreshes with the same token at the same moment waits here, and sees what the first one left. */
async function lockFamily(
  manager: EntityManager,
  { familyHash }: RefreshToken,
): Promise<LockedFamily | undefined> {
  const { entities, raw } = await manager
    .createQueryBuilder(Session, 'session')
    .addSelect(`session.rotated_at > now() - interval '${REFRESH_GRACE_SECONDS} seconds'`, 'is_in_grace')
    .setLock('pessimistic_write')
    .where('session.familyHash = :familyHash AND session.expiresAt > now()', { familyHash })
    .getRawAndEntities<{ is_in_grace: boolean | null }>();
  const [session] = entities;
  if (!session || !(await manager.existsBy(User, { id: session.userId, isActive: true }))) return undefined;
  return { session, isInGrace: raw[0]?.is_in_grace === true };
}

async function nextToken(
  manager: EntityManager,
  token: RefreshToken,
  { session, isInGrace }: LockedFamily,
): Promise<RefreshToken | undefined> {
  if (token.hash.equals(session.tokenHash)) return rotateNow(manager, token, session);
  const isLostAnswer = isInGrace && session.previousHash?.equals(token.hash);
  return isLostAnswer && session.successorSalt ? token.successor(session.successorSalt) : undefined;
}

async function rotateNow(
  manager: EntityManager,
  token: RefreshToken,
  { id }: Session,
): Promise<RefreshToken> {
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

/** Bounded, and past rows that are locked; the last step, so that whoever waits for a swept row waits for nobody who waits. */
async function sweepExpired(manager: EntityManager): Promise<void> {
  await manager.query(
    `DELETE FROM sessions WHERE id IN (
       SELECT id FROM sessions WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [SWEPT_PER_LOGIN],
  );
}
