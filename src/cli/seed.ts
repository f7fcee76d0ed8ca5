import { User } from '../auth/users/user.entity.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { commandDataSource } from '../database/data-source.js';
import { runMigrations } from '../database/migrator.js';
import { Product } from '../products/product.entity.js';
import { insertProduct } from '../products/products.service.js';
import { StockAdjustment } from '../products/stock-adjustment.entity.js';
import { withDatabase } from './with-database.js';

const CATALOGUE = [
  { name: 'Desk lamp', priceMinor: 34_90, stockQuantity: 40 },
  { name: 'Office chair', priceMinor: 249_00, stockQuantity: 12 },
  { name: 'Standing desk', priceMinor: 599_00, stockQuantity: 5 },
  { name: 'Monitor, 27 inch', priceMinor: 319_50, stockQuantity: 20 },
  { name: 'Mechanical keyboard', priceMinor: 119_99, stockQuantity: 30 },
  { name: 'Trackball', priceMinor: 59_95, stockQuantity: 25 },
  { name: 'USB-C dock', priceMinor: 179_00, stockQuantity: 15 },
  { name: 'Noise-cancelling headset', priceMinor: 229_00, stockQuantity: 10 },
  { name: 'Notebook, dotted', priceMinor: 12_50, stockQuantity: 200 },
  { name: 'Limited print, signed', priceMinor: 75_00, stockQuantity: 1 },
];

/** Adds the demo products whose names are missing, so it may be repeated. */
await withDatabase(async ({ url, migrationUrl }) => {
  await runMigrations(migrationUrl, url);
  const dataSource = await commandDataSource(url, [User, Product, StockAdjustment]).initialize();
  try {
    const added = await dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.seed]);
      const names: string[] = [];
      for (const product of CATALOGUE) {
        if (await manager.existsBy(Product, { name: product.name })) continue;
        await insertProduct(manager, product, null);
        names.push(product.name);
      }
      return names;
    });
    console.log(added.length > 0 ? `added ${added.join(', ')}` : 'the demo catalogue is there already');
    return 0;
  } finally {
    await dataSource.destroy();
  }
});
