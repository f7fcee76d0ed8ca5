import { createSecretKey, type KeyObject } from 'node:crypto';

export const JWT_ALGORITHM = 'HS256';
export const JWT_ISSUER = 'mini-order-system';
export const JWT_AUDIENCE = 'mini-order-system';

/** The injection token of the key that signs and checks access tokens. */
export const JWT_KEY = Symbol('JWT_KEY');

/**
 * The key as an object: given a string, jsonwebtoken first tries to read it as a public key on
 * every request, which fails inside OpenSSL and costs more than the rest of the request.
 */
export function jwtKey(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, 'utf8'));
}
