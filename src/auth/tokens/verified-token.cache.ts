import { Injectable } from '@nestjs/common';
import { ExpiringMap } from '../../common/expiring-map.js';
import type { Identity } from '../access/authenticated-user.js';

const ENTRIES_MAX = 5_000;

/**
 * The tokens that have been verified lately, letter by letter: whether a token is ours cannot change until it
 * expires, so its signature is checked once and not with every request. Whether it is still of any use
 * (session, user, role) is another question, which `ActiveUserCache` answers each time.
 */
@Injectable()
export class VerifiedTokenCache {
  private readonly identities = new ExpiringMap<string, Identity>(ENTRIES_MAX);

  /** @param exp when the token ends, in seconds since 1970 (RFC 7519, 4.1.4). */
  add(token: string, identity: Identity, exp: number): void {
    this.identities.set(token, identity, exp * 1000);
  }

  /** Whom a token stands for; nothing when it has expired or is not known, which says nothing about it. */
  find(token: string): Identity | undefined {
    return this.identities.get(token);
  }
}
