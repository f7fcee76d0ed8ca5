import { StockAuditResponseDto } from '../audit/stock-audit-response.dto.js';
import { StockAuditor } from '../audit/stock.auditor.js';
import { commandDataSource } from '../database/data-source.js';
import { DatabaseReader } from '../database/database.reader.js';
import { withDatabase } from './with-database.js';

/** Prints the stock audit; the exit code is 0 when it is balanced and 1 when it is not. */
await withDatabase(async ({ url }) => {
  const dataSource = await commandDataSource(url).initialize();
  try {
    const audit = await new StockAuditor(new DatabaseReader(dataSource)).audit();
    console.log(JSON.stringify(StockAuditResponseDto.from(audit), null, 2));
    return audit.balanced ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
});
