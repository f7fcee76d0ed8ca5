import { ADVISORY_LOCKS } from '../../src/database/advisory-locks.js';
import type { TestDatabase } from './database.js';

type Id = { readonly id: number };

/** Moves the time of orders, as if they had been placed so much earlier: they have expired since a second. */
export async function expire(database: TestDatabase, ...orders: Id[]): Promise<void> {
  await database.rows(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = ANY ($1)`, [
    orders.map(({ id }) => id),
  ]);
}

/** No process sweeps until it is released: the sweeper's lock is somebody else's. */
export async function keepFromSweeping(database: TestDatabase): Promise<{ release(): Promise<void> }> {
  const outside = await database.session();
  await outside.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.expirySweep]);
  return {
    async release() {
      await outside.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.expirySweep]);
      outside.release();
    },
  };
}

export function statusesOf(database: TestDatabase, orders: readonly Id[]): Promise<{ status: string }[]> {
  return database.rows(
    `SELECT status FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (id, position) JOIN orders USING (id)
      ORDER BY position`,
    [orders.map(({ id }) => id)],
  );
}
