import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

export const JWT_ALGORITHM = 'HS256';
export const JWT_ISSUER = 'mini-order-system';
export const JWT_AUDIENCE = 'mini-order-system';
/** The media type of access tokens (RFC 9068, 2.1), which tells them from other kinds of JWT. */
export const JWT_TYPE = 'at+jwt';

const KEY_ID_BYTES = 8;

export interface JwtKey {
  readonly id: string;
  /**
   * An object, because jsonwebtoken would first try to parse a string as a public key on every request.
   * That fails inside OpenSSL and costs more than the rest of the request.
   */
  readonly key: KeyObject;
}

/** The id, which is in every token, is a one-way derivation of the secret and reveals nothing about it. */
export function jwtKey(secret: string): JwtKey {
  const id = Buffer.from(hkdfSync('sha256', secret, '', 'access token key id', KEY_ID_BYTES));
  return { id: id.toString('base64url'), key: createSecretKey(Buffer.from(secret, 'utf8')) };
}

/**
 * The keys of access tokens: the current one signs and verifies, the previous one only verifies. A valid
 * token has one of two headers, so algorithm, type and key are known before any cryptography.
 */
export class JwtKeys {
  readonly current: JwtKey;
  private readonly byHeader: ReadonlyMap<string, KeyObject>;

  constructor(secret: string, previousSecret?: string) {
    this.current = jwtKey(secret);
    const keys = previousSecret === undefined ? [this.current] : [jwtKey(previousSecret), this.current];
    this.byHeader = new Map(keys.map(({ id, key }) => [headerOf(id), key]));
  }

  /** The key for the header of a token; `undefined` if the token cannot be ours. */
  keyOf(token: string): KeyObject | undefined {
    return this.byHeader.get(token.split('.', 1)[0] ?? '');
  }
}

/** The encoded header of tokens signed with a key, with its members in the order of jsonwebtoken. */
function headerOf(kid: string): string {
  const header = JSON.stringify({ alg: JWT_ALGORITHM, typ: JWT_TYPE, kid });
  return Buffer.from(header).toString('base64url');
}
