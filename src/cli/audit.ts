import { auditStock } from '../audit/audit-stock.js';
import { listMigrations } from '../database/migrator.js';
import type { OpenDatabase } from '../runtime/open-database.js';
import { withConnection } from '../database/with-connection.js';
import { withDatabase } from './with-database.js';

/** Prints the stock audit. The exit code is 0 if the stock is balanced. */
async function audit({ url }: OpenDatabase): Promise<number> {
  const pending = (await listMigrations(url)).filter(({ executed }) => !executed);
  if (pending.length > 0)
    throw new Error('There is nothing to audit: migrate the database first with "npm run migration:run".');
  return withConnection(
    url,
    async (client) => {
      const rows = async <Row extends object>(text: string) => (await client.query<Row>(text)).rows;
      const result = await auditStock({ rows });
      console.log(JSON.stringify(result, null, 2));
      return result.balanced ? 0 : 1;
    },
    { query_timeout: 0 },
  );
}

await withDatabase(audit, { existingTo: 'audit' });
