import pg, { type ClientBase } from 'pg';
import type { EntityManager } from 'typeorm';
import { BadConfigurationError } from '../config/load-env.js';
import { MIGRATIONS_TABLE } from './data-source.js';

/**
 * What the service's role may do if another role owns the tables. A locking `SELECT` needs the right to
 * update some column. An unused right is removed one release later, because the previous release may still
 * be running.
 */
export const SERVICE_GRANTS: Readonly<Record<string, readonly string[]>> = {
  users: ['SELECT', 'INSERT', 'UPDATE (role, is_active, password_hash)'],
  sessions: ['SELECT', 'INSERT', 'UPDATE (token_hash, previous_hash, successor_salt, rotated_at)', 'DELETE'],
  login_attempts: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  products: [
    'SELECT',
    'INSERT',
    'UPDATE (name, price_minor, stock_quantity, is_active, version, updated_at)',
    'UPDATE (sku, max_per_customer, sale_starts_at, sale_ends_at)',
  ],
  customer_purchases: ['SELECT', 'INSERT', 'UPDATE (quantity)', 'DELETE'],
  stock_adjustments: ['SELECT', 'INSERT'],
  orders: [
    'SELECT',
    'INSERT',
    'UPDATE (status, confirmed_at, confirmed_by, cancelled_at, cancelled_by, cancel_reason, version, ' +
      'updated_at)',
  ],
  order_items: ['SELECT', 'INSERT'],
  stock_returns: ['SELECT', 'INSERT'],
  write_keys: ['SELECT', 'INSERT', 'UPDATE (resource_id)', 'DELETE'],
  events: ['SELECT', 'INSERT', 'UPDATE (last_id)'],
  webhook_endpoints: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  [MIGRATIONS_TABLE]: ['SELECT'],
};

const MISSING = `
  SELECT string_agg(DISTINCT name, ', ') FILTER (WHERE id IS NULL) AS tables,
         string_agg(verb || ' ' || name, ', ') FILTER (WHERE id IS NOT NULL) AS rights
    FROM (SELECT name, verb, to_regclass(name) AS id
            FROM json_to_recordset($1) AS needed (name text, verb text)) AS needed
   WHERE CASE verb WHEN 'DELETE' THEN has_table_privilege(id, verb)
                   ELSE has_any_column_privilege(id, verb) END IS NOT TRUE`;

const UNDEFINED_OBJECT = '42704';

/** Gives the role these rights on our tables, and no others. */
export async function grantToService(manager: EntityManager, role: string): Promise<void> {
  const name = pg.escapeIdentifier(role);
  try {
    for (const [table, rights] of Object.entries(SERVICE_GRANTS)) {
      await manager.query(`REVOKE ALL ON ${table} FROM ${name}`);
      await manager.query(`GRANT ${rights.join(', ')} ON ${table} TO ${name}`);
    }
  } catch (error) {
    if ((error as { code?: string }).code !== UNDEFINED_OBJECT) throw error;
    throw new Error('The role of DATABASE_URL does not exist: create it with deploy/create-roles.sql.', {
      cause: error,
    });
  }
}

/** @throws BadConfigurationError if the role does not find the tables, or may not use them. */
export async function assertGranted(client: ClientBase): Promise<void> {
  const needed = Object.entries(SERVICE_GRANTS).flatMap(([name, rights]) =>
    rights.map((right) => ({ name, verb: right.replace(/ .*/, '') })),
  );
  const { rows } = await client.query<Record<'tables' | 'rights', string | null>>(MISSING, [
    JSON.stringify(needed),
  ]);
  const { tables = null, rights = null } = rows[0] ?? {};
  const faults: string[] = [];
  if (tables !== null) {
    const places = "its database, the search_path of its role, and the role's USAGE right on the schema";
    faults.push(`DATABASE_URL does not lead to the tables ${tables}: check ${places}`);
  }
  if (rights !== null) {
    faults.push(
      `The role of DATABASE_URL may not ${rights}: migrate with MIGRATION_DATABASE_URL, which grants it`,
    );
  }
  if (faults.length > 0) throw new BadConfigurationError(faults);
}
