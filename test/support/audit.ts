import { auditStock } from '../../src/audit/audit-stock.js';
import type { StockAuditResponseDto } from '../../src/audit/stock-audit-response.dto.js';
import type { TestDatabase } from './database.js';

/** The product's own audit, run directly on the database. */
export const audit = (database: TestDatabase): Promise<StockAuditResponseDto> =>
  auditStock({ rows: (text) => database.rows(text) });
