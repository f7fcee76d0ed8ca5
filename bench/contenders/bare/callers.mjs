import { verifyToken } from '../../tokens.mjs';

/** How long the service, too, believes what it has read of a user. */
const TTL_MS = 1_000;

/** Who calls: the token is verified for every request, its user looked up at most once a second. */
export class Callers {
  /** @type {Map<number, { user: Promise<any>, expiresAt: number }>} */
  #entries = new Map();

  /** @param {import('pg').Pool} pool @param {string} secret */
  constructor(pool, secret) {
    this.pool = pool;
    this.secret = secret;
  }

  /** For routes that need somebody. */
  required = async (/** @type {any} */ request, /** @type {any} */ reply) => {
    request.caller = await this.#identify(request.headers.authorization ?? '');
    if (!request.caller) return reply.code(401).send({ code: 'unauthenticated' });
  };

  /** For routes that anybody may call. */
  optional = async (/** @type {any} */ request, /** @type {any} */ reply) => {
    if (request.headers.authorization !== undefined) return this.required(request, reply);
  };

  /** @param {string} authorization */
  async #identify(authorization) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const id = verifyToken(token, this.secret);
    return id === undefined ? undefined : await this.#find(id);
  }

  /** @param {number} id */
  #find(id) {
    const entry = this.#entries.get(id);
    if (entry && entry.expiresAt > Date.now()) return entry.user;
    const user = this.pool
      .query('SELECT id, username, role, created_at FROM users WHERE id = $1 AND is_active LIMIT 1', [id])
      .then(({ rows }) => rows[0]);
    this.#entries.set(id, { user, expiresAt: Date.now() + TTL_MS });
    return user;
  }
}
