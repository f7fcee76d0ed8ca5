import { auditStock, type StockAudit } from '../../src/audit/audit-stock.js';
import type { TestDatabase } from './database.js';

/** The product's own audit, run past the service. */
export const audit = (database: TestDatabase): Promise<StockAudit> =>
  auditStock({ rows: (text) => database.rows(text) });
