import { Tokens } from '../../tokens.mjs';
import { ask } from './ask.mjs';

/** How long the service, too, believes what it has read of a session. */
const TTL_MS = 1_000;

const CALLER = `
  SELECT users.id, username, role, users.created_at
    FROM users JOIN sessions ON sessions.user_id = users.id AND sessions.id = $2
   WHERE users.id = $1 AND is_active AND expires_at > now()`;

/**
 * @typedef {{ id: number, role: string }} Caller
 * @typedef {import('fastify').FastifyRequest & { caller?: Caller | undefined }} Request
 */

/** Who calls: the token is verified for every request, its session looked up at most once a second. */
export class Callers {
  /** @type {Map<string, { user: Promise<Caller | undefined>, expiresAt: number }>} */
  #entries = new Map();

  /** @param {import('pg').Pool} pool @param {string} secret */
  constructor(pool, secret) {
    this.pool = pool;
    this.tokens = new Tokens(secret);
  }

  /** For routes that need somebody. */
  required = async (/** @type {Request} */ request, /** @type {import('fastify').FastifyReply} */ reply) => {
    request.caller = await this.#identify(request.headers.authorization ?? '');
    if (!request.caller) void reply.code(401).send({ code: 'unauthenticated' });
  };

  /** For routes that anybody may call. */
  optional = async (/** @type {Request} */ request, /** @type {import('fastify').FastifyReply} */ reply) => {
    if (request.headers.authorization !== undefined) await this.required(request, reply);
  };

  /** @param {string} authorization */
  async #identify(authorization) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const identity = this.tokens.verify(token);
    return identity && (await this.#find(identity));
  }

  /** @param {{ userId: number, sessionId: string }} identity */
  #find({ userId, sessionId }) {
    const entry = this.#entries.get(sessionId);
    if (entry && entry.expiresAt > Date.now()) return entry.user;
    /** @type {Promise<Caller[]>} */
    const rows = ask(this.pool, CALLER, [userId, sessionId]);
    const user = rows.then(([row]) => row);
    this.#entries.set(sessionId, { user, expiresAt: Date.now() + TTL_MS });
    return user;
  }
}
