import type { ProductBody } from './api-types.js';
import type { Answer } from './client.js';
import type { World } from './world.js';

type Id = { readonly id: number };

/** Changes a product as the admin. */
export async function change(given: World, { id }: Id, body: object): Promise<Answer<ProductBody>> {
  return (await given.admin()).client.patch<ProductBody>(`/products/${id}`, body);
}

/** Sets start or end of a sale to this many seconds from now, directly and by the database's clock. */
export async function move(
  { database }: World,
  { id }: Id,
  edge: 'sale_starts_at' | 'sale_ends_at',
  seconds: number,
): Promise<string> {
  const [row] = await database.rows<{ time: Date }>(
    `UPDATE products SET ${edge} = clock_timestamp() + $2 * interval '1 second'
      WHERE id = $1 RETURNING ${edge} AS time`,
    [id, seconds],
  );
  return row?.time.toISOString() ?? '';
}

/** The units that are counted for a customer, or null without a count. */
export async function countOf({ database }: World, product: Id, customer: Id): Promise<number | null> {
  const count = await database.value<string | null>(
    'SELECT quantity FROM customer_purchases WHERE product_id = $1 AND customer_id = $2',
    [product.id, customer.id],
  );
  return count === null ? null : Number(count);
}
