import { Injectable } from '@nestjs/common';
import type { Identity } from '../access/authenticated-user.js';

const ENTRIES_MAX = 5_000;

interface Entry {
  readonly identity: Identity;
  readonly expiresAtMs: number;
}

/**
 * The tokens that have been verified lately, letter by letter: whether a token is ours cannot change until it
 * expires, so its signature is checked once and not with every request. Whether it is still of any use
 * (session, user, role) is another question, which `ActiveUserCache` answers each time.
 */
@Injectable()
export class VerifiedTokenCache {
  private readonly entries = new Map<string, Entry>();

  /** @param exp when the token ends, in seconds since 1970 (RFC 7519, 4.1.4). */
  add(token: string, identity: Identity, exp: number): void {
    this.entries.set(token, { identity, expiresAtMs: exp * 1000 });
    const [oldest] = this.entries.keys();
    if (this.entries.size > ENTRIES_MAX && oldest !== undefined) this.entries.delete(oldest);
  }

  /** Whom a token stands for; nothing when it has expired or is not known, which says nothing about it. */
  find(token: string): Identity | undefined {
    const entry = this.entries.get(token);
    if (entry === undefined || entry.expiresAtMs > Date.now()) return entry?.identity;
    this.entries.delete(token);
    return undefined;
  }
}
