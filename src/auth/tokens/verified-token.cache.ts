import { Injectable } from '@nestjs/common';
import { ExpiringMap } from '../../common/expiring-map.js';
import type { Identity } from '../access/authenticated-user.js';

const ENTRIES_MAX = 5_000;

/**
 * Tokens that were verified before. A signature stays valid until the token expires, so it is verified once
 * and not on every request. `ActiveUserCache` checks session, user and role on every request.
 */
@Injectable()
export class VerifiedTokenCache {
  private readonly identities = new ExpiringMap<string, Identity>(ENTRIES_MAX);

  /** @param exp in seconds since 1970 (RFC 7519, 4.1.4). */
  add(token: string, identity: Identity, exp: number): void {
    this.identities.set(token, identity, exp * 1000);
  }

  /** @returns `undefined` if the token has expired or was not verified before. */
  find(token: string): Identity | undefined {
    return this.identities.get(token);
  }
}
