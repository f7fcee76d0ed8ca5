import type { EntityManager } from 'typeorm';

export type ProductEventType = 'product.created' | 'product.updated' | 'stock.adjusted';

/** Copies the whole row, because a product changes later, unlike the content of an order. */
const RECORD_PRODUCT = `
  INSERT INTO events (type, resource_ids, product, occurred_at)
  SELECT type, ARRAY[products.id], to_json(products), products.updated_at
    FROM unnest($2::text[]) WITH ORDINALITY AS happened (type, position), products
   WHERE products.id = $1 ORDER BY position`;

/** Records events of a product whose row the caller has just written and still has locked. */
export async function recordProduct(
  manager: EntityManager,
  id: number,
  ...types: ProductEventType[]
): Promise<void> {
  await manager.query(RECORD_PRODUCT, [id, types]);
}
