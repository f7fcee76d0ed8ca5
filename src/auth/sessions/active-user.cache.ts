import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { AuthenticatedUser, Identity } from '../access/authenticated-user.js';
import { Session } from './session.entity.js';
import { User } from '../users/user.entity.js';

/** Who was deactivated, demoted, deleted or signed out loses access within this time, in every process. */
const TTL_MS = 1_000;
const ENTRIES_MAX = 10_000;

interface Entry {
  readonly user: Promise<AuthenticatedUser | undefined>;
  readonly expiresAt: number;
}

/** Looks up who a token belongs to: at most once per session and second, however many requests come. */
@Injectable()
export class ActiveUserCache {
  private readonly entries = new Map<string, Entry>();

  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** The user of a session, at most a second old; nothing when it has ended or they are gone or deactivated. */
  find(identity: Identity): Promise<AuthenticatedUser | undefined> {
    const key = `${identity.userId} ${identity.sessionId}`;
    const entry = this.entries.get(key);
    if (entry && entry.expiresAt > Date.now()) return entry.user;
    return this.remember(key, this.load(identity));
  }

  private remember(
    key: string,
    user: Promise<AuthenticatedUser | undefined>,
  ): Promise<AuthenticatedUser | undefined> {
    this.entries.delete(key);
    this.entries.set(key, { user, expiresAt: Date.now() + TTL_MS });
    user.catch(() => this.entries.delete(key));
    const [oldest] = this.entries.keys();
    if (this.entries.size > ENTRIES_MAX && oldest !== undefined) this.entries.delete(oldest);
    return user;
  }

  /** One query by primary keys. */
  private async load({ userId: id, sessionId }: Identity): Promise<AuthenticatedUser | undefined> {
    const user = await this.users
      .createQueryBuilder('user')
      .innerJoin(Session, 'session', 'session.userId = user.id AND session.id = :sessionId', { sessionId })
      .where('user.id = :id AND user.isActive AND session.expiresAt > now()', { id })
      .getOne();
    if (!user) return undefined;
    const { username, role, createdAt } = user;
    return { id, username, role, createdAt, sessionId };
  }
}
