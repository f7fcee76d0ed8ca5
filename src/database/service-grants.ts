import pg, { type ClientBase } from 'pg';
import type { EntityManager } from 'typeorm';
import { BadConfigurationError } from '../config/load-env.js';
import { MIGRATIONS_TABLE } from './data-source.js';

/**
 * All that the service's role may do where another role owns the tables. A locking `SELECT` needs the right to update
 * some column. A right that is not used any more leaves one release later, because the old one may still be running.
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

interface Missing {
  readonly table: string;
  readonly right: string;
  readonly isFound: boolean;
}

const UNDEFINED_OBJECT = '42704';

/** Gives the role these rights, and takes every other right from it. */
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

/** @throws BadConfigurationError that says what the role of a connection does not find, or may not do. */
export async function assertGranted(client: ClientBase): Promise<void> {
  const wanted = Object.entries(SERVICE_GRANTS).flatMap(([table, rights]) =>
    rights.map((right) => ({ table, right: right.replace(/ .*/, '') })),
  );
  const { rows } = await client.query<Missing>(
    `SELECT "table", "right", to_regclass("table") IS NOT NULL AS "isFound"
       FROM json_to_recordset($1) AS wanted ("table" text, "right" text)
      WHERE CASE "right" WHEN 'DELETE' THEN has_table_privilege(to_regclass("table"), "right")
                         ELSE has_any_column_privilege(to_regclass("table"), "right") END IS NOT TRUE`,
    [JSON.stringify(wanted)],
  );
  if (rows.length === 0) return;
  const faults = rows.map(({ table, right, isFound }) =>
    isFound
      ? `The role of DATABASE_URL may not ${right} ${table}: migrate by MIGRATION_DATABASE_URL, which grants it`
      : `The role of DATABASE_URL finds no table ${table} by its search_path, or may not use the schema`,
  );
  throw new BadConfigurationError([...new Set(faults)]);
}
