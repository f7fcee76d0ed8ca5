import type { EntityManager } from 'typeorm';

/** What can happen to a product by hand. */
export type ProductEventType = 'product.created' | 'product.updated' | 'stock.adjusted';

/** The whole row is copied: other than an order's, what is seen of a product changes. */
const RECORD_PRODUCT = `
  INSERT INTO events (type, resource_ids, product, occurred_at)
  SELECT type, ARRAY[products.id], to_json(products), products.updated_at
    FROM unnest($2::text[]) WITH ORDINALITY AS happened (type, position), products
   WHERE products.id = $1 ORDER BY position`;

/**
 * Records in the log what happened to a product. The caller has just written its row and still has it locked.
 */
export async function recordProduct(
  manager: EntityManager,
  id: number,
  ...types: ProductEventType[]
): Promise<void> {
  await manager.query(RECORD_PRODUCT, [id, types]);
}
