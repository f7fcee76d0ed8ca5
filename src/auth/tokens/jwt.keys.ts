import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

export const JWT_ALGORITHM = 'HS256';
export const JWT_ISSUER = 'mini-order-system';
export const JWT_AUDIENCE = 'mini-order-system';
/** The media type of access tokens (RFC 9068, 2.1), so that no other token of ours could pass for one. */
export const JWT_TYPE = 'at+jwt';

const KEY_ID_BYTES = 8;

/** One secret as the tokens know it. */
export interface JwtKey {
  readonly id: string;
  /**
   * The key as an object: given a string, jsonwebtoken first tries to read it as a public key on
   * every request, which fails inside OpenSSL and costs more than the rest of the request.
   */
  readonly key: KeyObject;
}

/** The name of a key is derived from its secret one way: it is in every token and tells nothing. */
export function jwtKey(secret: string): JwtKey {
  const id = Buffer.from(hkdfSync('sha256', secret, '', 'access token key id', KEY_ID_BYTES));
  return { id: id.toString('base64url'), key: createSecretKey(Buffer.from(secret, 'utf8')) };
}

/**
 * The keys of access tokens: the present one signs and checks, the one before only checks. The header of a
 * token is one of two texts, so that algorithm, type and key are settled before any cryptography.
 */
export class JwtKeys {
  readonly current: JwtKey;
  private readonly byHeader: ReadonlyMap<string, KeyObject>;

  constructor(secret: string, previousSecret?: string) {
    this.current = jwtKey(secret);
    const keys = previousSecret === undefined ? [this.current] : [jwtKey(previousSecret), this.current];
    this.byHeader = new Map(keys.map(({ id, key }) => [headerOf(id), key]));
  }

  /** The key that a token claims to be signed with; nothing for what cannot be a token of ours. */
  keyOf(token: string): KeyObject | undefined {
    return this.byHeader.get(token.split('.', 1)[0] ?? '');
  }
}

/** The encoded header of every token under a key, its members in the order in which jsonwebtoken has them. */
function headerOf(kid: string): string {
  const header = JSON.stringify({ alg: JWT_ALGORITHM, typ: JWT_TYPE, kid });
  return Buffer.from(header).toString('base64url');
}
