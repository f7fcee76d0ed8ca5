import pg from 'pg';
import type { EntityManager } from 'typeorm';
import { MIGRATIONS_TABLE } from './data-source.js';

/**
 * What the service does with each table, and all that its role may do where another role owns them. A locking
 * `SELECT` needs the right to update some column. A migration that adds a table adds its line here; a right that is not used
 * any more leaves one release later, because the release before may still be running.
 */
export const SERVICE_GRANTS: Readonly<Record<string, readonly string[]>> = {
  users: ['SELECT', 'INSERT', 'UPDATE (role, is_active, password_hash)'],
  sessions: ['SELECT', 'INSERT', 'UPDATE (token_hash, previous_hash, successor_salt, rotated_at)', 'DELETE'],
  login_attempts: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  products: [
    'SELECT',
    'INSERT',
    'UPDATE (name, price_minor, stock_quantity, is_active, version, updated_at)',
  ],
  stock_adjustments: ['SELECT', 'INSERT'],
  orders: [
    'SELECT',
    'INSERT',
    'UPDATE (status, confirmed_at, confirmed_by, cancelled_at, cancelled_by, cancel_reason, version, updated_at)',
  ],
  order_items: ['SELECT', 'INSERT'],
  stock_returns: ['SELECT', 'INSERT'],
  [MIGRATIONS_TABLE]: ['SELECT'],
};

const UNDEFINED_OBJECT = '42704';

/** Gives the role these rights, and takes every other right on these tables from it; both at the same moment. */
export async function grantToService(manager: EntityManager, role: string): Promise<void> {
  const name = pg.escapeIdentifier(role);
  try {
    for (const [table, rights] of Object.entries(SERVICE_GRANTS)) {
      await manager.query(`REVOKE ALL ON ${table} FROM ${name}`);
      await manager.query(`GRANT ${rights.join(', ')} ON ${table} TO ${name}`);
    }
  } catch (error) {
    if ((error as { code?: string }).code !== UNDEFINED_OBJECT) throw error;
    throw new Error(`The role of DATABASE_URL does not exist; deploy/create-roles.sql makes it.`, {
      cause: error,
    });
  }
}
