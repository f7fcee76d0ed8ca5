import { ID_MAX } from '../../http/validation/rules.js';
import type { Identity } from '../access/authenticated-user.js';

/** How far ahead the clock of the issuing process may be. */
const CLOCK_SKEW_SECONDS = 30;

const SESSION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads the claims, and checks what jsonwebtoken does not: `sub`, `sid`, `iat`, and that there is an `exp`.
 * @returns `undefined` if a claim is missing or malformed, or the token is from the future.
 */
export function identityOf(claims: Readonly<Record<string, unknown>>): Identity | undefined {
  const { sub, sid, iat, exp } = claims;
  const userId = typeof sub === 'string' && /^[1-9]\d{0,15}$/.test(sub) ? Number(sub) : Infinity;
  const latestIat = Date.now() / 1000 + CLOCK_SKEW_SECONDS;
  if (userId > ID_MAX || typeof sid !== 'string' || !SESSION_ID.test(sid)) return undefined;
  if (!Number.isInteger(exp) || !Number.isInteger(iat) || Number(iat) > latestIat) return undefined;
  return { userId, sessionId: sid };
}
