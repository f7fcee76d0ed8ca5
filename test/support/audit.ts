import { DataSource } from 'typeorm';
import { auditStock, type StockAudit } from '../../src/audit/stock.auditor.js';
import type { TestDatabase } from './database.js';

/** The product's own audit, run past the service. */
export async function audit({ url }: TestDatabase): Promise<StockAudit> {
  const dataSource = await new DataSource({ type: 'postgres', url }).initialize();
  try {
    return await auditStock(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
