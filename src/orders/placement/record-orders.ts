import type { QueryRunner } from 'typeorm';
import { TIME_UNDER_LOCK } from '../../database/columns.js';
import type { Placed } from './allocate.js';

export interface RecordedOrder {
  readonly id: number;
  readonly createdAt: Date;
}

/** One row for the whole group: its orders have one time, that of their transaction. */
interface RecordedRow {
  readonly ids: readonly number[];
  readonly created_at: Date;
}

/**
 * Takes the stock and writes orders, lines and keys, whatever their number, in one round trip.
 * `taken` is guarded although the rows are locked: the counts below then catch every mistake
 * above it, and `ck_products_stock_nonnegative` is the last line behind that. The ids are named twice,
 * because a small table would be read whole for the sake of the join. Because COMMIT travels right
 * behind the statement, it fails by itself where a count is not the one expected: such a number is cast
 * from a text that is none.
 */
const RECORD_ORDERS = `
  WITH demand AS (
    SELECT * FROM unnest($1::integer[], $2::bigint[]) AS t (product_id, quantity)
  ), taken AS (
    UPDATE products
       SET stock_quantity = stock_quantity - demand.quantity, version = version + 1, updated_at = ${TIME_UNDER_LOCK()}
      FROM demand
     WHERE products.id = demand.product_id AND products.stock_quantity >= demand.quantity
       AND products.id = ANY ($1)
    RETURNING products.id
  ), request AS (
    SELECT * FROM unnest($3::integer[], $4::bigint[], $5::varchar[], $6::bytea[])
      WITH ORDINALITY AS t (customer_id, total_minor, placement_key, request_hash, position)
  ), placed AS (
    INSERT INTO orders (customer_id, status, total_minor, placement_key, request_hash, created_at, updated_at)
    SELECT customer_id, 'PENDING', total_minor, placement_key, request_hash,
           ${TIME_UNDER_LOCK()}, ${TIME_UNDER_LOCK()} FROM request ORDER BY position
    RETURNING id, customer_id, placement_key, created_at
  ), numbered AS (
    SELECT placed.id, placed.created_at, request.position
      FROM placed JOIN request USING (customer_id, placement_key)
  ), line AS (
    INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor, created_at)
    SELECT numbered.id, t.product_id, t.product_name, t.quantity, t.price_minor, numbered.created_at
      FROM unnest($7::integer[], $8::integer[], $9::varchar[], $10::integer[], $11::bigint[])
        AS t (position, product_id, product_name, quantity, price_minor)
      JOIN numbered USING (position)
    RETURNING order_id
  )
  SELECT array_agg(id ORDER BY position) AS ids, min(created_at) AS created_at,
         CASE WHEN count(*) = $12 AND (SELECT count(*) FROM taken) = $13 AND (SELECT count(*) FROM line) = $14 THEN 0
              ELSE ('The orders written are not those allocated: ' || count(*))::integer
          END AS faults
    FROM numbered`;

/**
 * Writes orders whose stock has been allocated under the locks of this transaction.
 * @returns id and time of each, in the order given.
 * @throws QueryFailedError when the rows affected are not those expected; the transaction is aborted then.
 */
export async function recordOrders(
  queryRunner: QueryRunner,
  placed: readonly Placed[],
): Promise<RecordedOrder[]> {
  if (placed.length === 0) return [];
  const demand = demandByProduct(placed);
  const lines = placed.flatMap((order, index) =>
    order.lines.map((line) => ({ position: index + 1, ...line })),
  );
  const [row] = (await queryRunner.query(RECORD_ORDERS, [
    [...demand.keys()],
    [...demand.values()],
    placed.map(({ request }) => request.customerId),
    placed.map(({ totalMinor }) => totalMinor),
    placed.map(({ request }) => request.placementKey),
    placed.map(({ request }) => request.requestHash),
    lines.map(({ position }) => position),
    lines.map(({ productId }) => productId),
    lines.map(({ productName }) => productName),
    lines.map(({ quantity }) => quantity),
    lines.map(({ priceMinor }) => priceMinor),
    placed.length,
    demand.size,
    lines.length,
  ])) as [RecordedRow];
  return row.ids.map((id) => ({ id, createdAt: row.created_at }));
}

function demandByProduct(placed: readonly Placed[]): Map<number, number> {
  const demand = new Map<number, number>();
  for (const { productId, quantity } of placed.flatMap(({ lines }) => lines)) {
    demand.set(productId, (demand.get(productId) ?? 0) + quantity);
  }
  return demand;
}
