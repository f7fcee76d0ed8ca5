// Access tokens as the service signs them (HS256, RFC 7515), so that nobody has to log in 128 times.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { JWT_AUDIENCE, JWT_ISSUER } from '../dist/auth/jwt.js';

const TTL_SECONDS = 24 * 60 * 60;

/** @param {object} value */
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** @param {string} part */
const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());

/** @param {string} signed @param {string} secret */
const signatureOf = (signed, secret) => createHmac('sha256', secret).update(signed).digest();

/** @param {number} userId @param {string} secret */
export function signToken(userId, secret) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: String(userId),
    iat: now,
    exp: now + TTL_SECONDS,
    aud: JWT_AUDIENCE,
    iss: JWT_ISSUER,
  };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${signatureOf(signed, secret).toString('base64url')}`;
}

/**
 * Checks what the service checks: algorithm, signature, issuer, audience and expiry.
 * @param {string} token @param {string} secret
 * @returns {number | undefined} the id of the user.
 */
export function verifyToken(token, secret) {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const given = Buffer.from(signature, 'base64url');
  const right = signatureOf(`${header}.${claims}`, secret);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const { sub, exp, aud, iss } = decode(claims);
  const isGood = decode(header).alg === 'HS256' && iss === JWT_ISSUER && aud === JWT_AUDIENCE;
  return isGood && exp > Date.now() / 1000 ? Number(sub) : undefined;
}
