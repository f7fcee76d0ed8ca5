import { DataSource } from 'typeorm';
import { type StockAudit, StockAuditor } from '../../src/audit/stock.auditor.js';
import { DatabaseReader } from '../../src/database/database.reader.js';
import type { TestDatabase } from './database.js';

/** The product's own audit, run past the service. */
export async function audit({ url }: TestDatabase): Promise<StockAudit> {
  const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
  try {
    return await new StockAuditor(new DatabaseReader(dataSource)).audit();
  } finally {
    await dataSource.destroy();
  }
}
