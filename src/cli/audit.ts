import { StockAuditResponseDto } from '../audit/stock-audit-response.dto.js';
import { StockAuditor } from '../audit/stock.auditor.js';
import { commandDataSource } from '../database/data-source.js';
import { DatabaseReader } from '../database/database.reader.js';
import { listMigrations } from '../database/migrator.js';
import type { OpenDatabase } from '../database/open-database.js';
import { withDatabase } from './with-database.js';

/** Prints the stock audit; the exit code is 0 when it is balanced and 1 when it is not, or when there is nothing to audit. */
async function audit({ url }: OpenDatabase): Promise<number> {
  const pending = (await listMigrations(url)).filter(({ executed }) => !executed);
  if (pending.length > 0)
    throw new Error(
      'There is nothing to audit: the database is not migrated. "npm run migration:run" does it.',
    );
  const dataSource = await commandDataSource(url).initialize();
  try {
    const result = await new StockAuditor(new DatabaseReader(dataSource)).audit();
    console.log(JSON.stringify(StockAuditResponseDto.from(result), null, 2));
    return result.balanced ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
}

await withDatabase(audit, { existingTo: 'audit' });
