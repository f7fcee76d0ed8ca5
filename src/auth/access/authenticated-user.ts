import type { Role } from './role.js';

/** Who is calling, as the database says now, not as the token said when it was issued. */
export interface AuthenticatedUser {
  readonly id: number;
  readonly username: string;
  readonly role: Role;
  readonly createdAt: Date;
  /** The session whose token they have sent. */
  readonly sessionId: string;
}

/** Whom a token stands for, before anything is known about them. */
export interface Identity {
  readonly userId: number;
  readonly sessionId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whom the guards have let in; nobody on routes that anyone may call, and before the guards. */
    user?: AuthenticatedUser;
  }
}
