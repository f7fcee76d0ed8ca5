import { createHmac, hkdfSync } from 'node:crypto';

/** The signing secret of the service under test. */
export const SECRET = 'a secret of the tests, longer than 32 characters';

export const now = () => Math.floor(Date.now() / 1000);
export const encode = (text: string) => Buffer.from(text).toString('base64url');

export interface Forgery {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  /** The claims as text, for what no object can express. */
  readonly claimsText?: string;
  readonly secret?: string;
  readonly hash?: string;
}

export function keyId(secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'access token key id', 8)).toString('base64url');
}

/** A token like the service's, with the given changes; `undefined` removes a member. */
export function forge({ header, claims, claimsText, secret = SECRET, hash = 'sha256' }: Forgery): string {
  const head = { alg: 'HS256', typ: 'at+jwt', kid: keyId(SECRET), ...header };
  const good = { iat: now(), exp: now() + 60, aud: 'mini-order-system', iss: 'mini-order-system', ...claims };
  const signed = `${encode(JSON.stringify(head))}.${encode(claimsText ?? JSON.stringify(good))}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

/** The claims of a token, without checking its signature. */
export function claimsOf(token = ''): { sub: string; sid: string; iat: number; exp: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as ReturnType<
    typeof claimsOf
  >;
}
