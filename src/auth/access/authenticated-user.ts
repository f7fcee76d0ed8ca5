import type { Role } from './role.js';

/** The caller as stored in the database, not as the token said when it was issued. */
export interface AuthenticatedUser {
  readonly id: number;
  readonly username: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly sessionId: string;
}

/** What an access token contains. */
export interface Identity {
  readonly userId: number;
  readonly sessionId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guards, but not for anonymous callers. */
    user?: AuthenticatedUser;
  }
}
