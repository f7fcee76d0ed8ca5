import { Injectable } from '@nestjs/common';
import { ExpiringMap } from '../../common/expiring-map.js';
import { DatabaseReader } from '../../database/database.reader.js';
import type { AuthenticatedUser, Identity } from '../access/authenticated-user.js';
import { ACTIVE_USER } from '../access/lock-caller.js';

/** Who was deactivated, demoted, deleted or signed out loses access within this time, in every process. */
const TTL_MS = 1_000;
const ENTRIES_MAX = 10_000;

interface Entry {
  readonly userId: number;
  readonly user: Promise<AuthenticatedUser | undefined>;
}

/**
 * Looks up who a token belongs to: at most once per session and second, however many requests come. Good for
 * reading; a change that needs rights reads them again (`lockCaller`).
 */
@Injectable()
export class ActiveUserCache {
  private readonly entries = new ExpiringMap<string, Entry>(ENTRIES_MAX);

  constructor(private readonly database: DatabaseReader) {}

  /**
   * The user of a session, at most a second old; nothing when it has ended or they are gone or deactivated.
   */
  find({ userId, sessionId }: Identity): Promise<AuthenticatedUser | undefined> {
    const entry = this.entries.get(sessionId);
    if (entry?.userId === userId) return entry.user;
    const user = this.load(userId, sessionId);
    this.entries.set(sessionId, { userId, user }, Date.now() + TTL_MS);
    user.catch(() => this.entries.delete(sessionId));
    return user;
  }

  /** For whoever has changed a user or ended a session: at least this process knows it at once. */
  forget(userId: number): void {
    this.entries.deleteWhere((entry) => entry.userId === userId);
  }

  private async load(userId: number, sessionId: string): Promise<AuthenticatedUser | undefined> {
    const [user] = await this.database.rows<AuthenticatedUser>(ACTIVE_USER, [userId, sessionId]);
    return user;
  }
}
