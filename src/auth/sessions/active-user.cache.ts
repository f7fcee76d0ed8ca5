import { Injectable } from '@nestjs/common';
import { DatabaseReader } from '../../database/database.reader.js';
import type { AuthenticatedUser, Identity } from '../access/authenticated-user.js';
import { ACTIVE_USER } from '../access/lock-caller.js';

/** Who was deactivated, demoted, deleted or signed out loses access within this time, in every process. */
const TTL_MS = 1_000;
const ENTRIES_MAX = 10_000;

interface Entry {
  readonly userId: number;
  readonly user: Promise<AuthenticatedUser | undefined>;
  readonly expiresAt: number;
}

/**
 * Looks up who a token belongs to: at most once per session and second, however many requests come. Good for
 * reading; a change that needs rights reads them again (`lockCaller`).
 */
@Injectable()
export class ActiveUserCache {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly database: DatabaseReader) {}

  /**
   * The user of a session, at most a second old; nothing when it has ended or they are gone or deactivated.
   */
  find(identity: Identity): Promise<AuthenticatedUser | undefined> {
    const { userId, sessionId } = identity;
    const entry = this.entries.get(sessionId);
    if (entry?.userId === userId && entry.expiresAt > Date.now()) return entry.user;
    return this.remember(identity, this.load(identity));
  }

  /** For whoever has changed a user or ended a session: at least this process knows it at once. */
  forget(userId: number): void {
    for (const [sessionId, entry] of this.entries) {
      if (entry.userId === userId) this.entries.delete(sessionId);
    }
  }

  private remember(
    { userId, sessionId }: Identity,
    user: Promise<AuthenticatedUser | undefined>,
  ): Promise<AuthenticatedUser | undefined> {
    this.entries.delete(sessionId);
    this.entries.set(sessionId, { userId, user, expiresAt: Date.now() + TTL_MS });
    user.catch(() => this.entries.delete(sessionId));
    const [oldest] = this.entries.keys();
    if (this.entries.size > ENTRIES_MAX && oldest !== undefined) this.entries.delete(oldest);
    return user;
  }

  private async load({ userId, sessionId }: Identity): Promise<AuthenticatedUser | undefined> {
    const [user] = await this.database.rows<AuthenticatedUser>(ACTIVE_USER, [userId, sessionId]);
    return user;
  }
}
