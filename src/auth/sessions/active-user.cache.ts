import { Injectable } from '@nestjs/common';
import { ExpiringMap } from '../../common/expiring-map.js';
import { DatabaseReader } from '../../database/database.reader.js';
import type { AuthenticatedUser, Identity } from '../access/authenticated-user.js';
import { ACTIVE_USER } from '../access/lock-caller.js';

/** A deactivated, demoted or signed-out user loses access within this time, in every process. */
const TTL_MS = 1_000;
const ENTRIES_MAX = 10_000;

interface Entry {
  readonly userId: number;
  readonly user: Promise<AuthenticatedUser | undefined>;
}

/**
 * Looks up the user of a token, at most once per session and second. That is enough for reads and for
 * customers' own orders; whatever needs a role checks it again with `lockCaller`.
 */
@Injectable()
export class ActiveUserCache {
  private readonly entries = new ExpiringMap<string, Entry>(ENTRIES_MAX);

  constructor(private readonly database: DatabaseReader) {}

  /** @returns `undefined` if the session has ended or the user is deactivated. */
  find({ userId, sessionId }: Identity): Promise<AuthenticatedUser | undefined> {
    const entry = this.entries.get(sessionId);
    if (entry?.userId === userId) return entry.user;
    const user = this.database.row<AuthenticatedUser>(ACTIVE_USER, [userId, sessionId]);
    this.entries.set(sessionId, { userId, user }, Date.now() + TTL_MS);
    user.catch(() => this.entries.delete(sessionId));
    return user;
  }

  /** To be called after a change of the user or a session: it then applies at once in this process. */
  forget(userId: number): void {
    this.entries.deleteWhere((entry) => entry.userId === userId);
  }
}
