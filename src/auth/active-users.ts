import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { AuthenticatedUser } from './authenticated-user.js';
import { User } from './user.entity.js';

/** A user who was deactivated, demoted or deleted loses access within this time, in every process. */
const TTL_MS = 1_000;
const ENTRIES_MAX = 10_000;

interface Entry {
  readonly user: Promise<AuthenticatedUser | undefined>;
  readonly expiresAt: number;
}

/** Looks up who a token belongs to: at most once per user and second, however many requests come. */
@Injectable()
export class ActiveUsers {
  private readonly entries = new Map<number, Entry>();

  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** The active user with this id, at most a second old; nothing for one who is gone or deactivated. */
  find(id: number): Promise<AuthenticatedUser | undefined> {
    const entry = this.entries.get(id);
    if (entry && entry.expiresAt > Date.now()) return entry.user;
    return this.remember(id, this.load(id));
  }

  private remember(
    id: number,
    user: Promise<AuthenticatedUser | undefined>,
  ): Promise<AuthenticatedUser | undefined> {
    this.entries.delete(id);
    this.entries.set(id, { user, expiresAt: Date.now() + TTL_MS });
    user.catch(() => this.entries.delete(id));
    const [oldest] = this.entries.keys();
    if (this.entries.size > ENTRIES_MAX && oldest !== undefined) this.entries.delete(oldest);
    return user;
  }

  private async load(id: number): Promise<AuthenticatedUser | undefined> {
    const user = await this.users.findOneBy({ id, isActive: true });
    return user ? { id, username: user.username, role: user.role, createdAt: user.createdAt } : undefined;
  }
}
