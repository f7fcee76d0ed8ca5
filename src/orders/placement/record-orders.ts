import type { QueryRunner } from 'typeorm';
import { columnOf, TIME_UNDER_LOCK } from '../../database/columns.js';
import { recordEvents } from '../../database/event-record.js';
import { timestamp } from '../../database/json.js';
import { LINE, OrderItem, type PricedLine } from '../order-item.entity.js';
import { newOrder, type OrderTimes } from '../order-json.js';
import { NEW_ORDER, Order } from '../order.entity.js';
import type { AllocatedOrder } from './allocate.js';
import type { Written } from '../../idempotency/idempotent.writes.js';
import type { PlacementRequest } from './placement-request.js';

/** One row for the whole group, whose orders all have the same times. */
interface RecordedRow extends OrderTimes {
  readonly ids: readonly number[];
}

const ORDER_COLUMNS = NEW_ORDER.map((name) => columnOf(Order, name));
const LINE_COLUMNS = LINE.map((name) => columnOf(OrderItem, name));
const namesOf = (columns: readonly { name: string }[]) => columns.map(({ name }) => name).join(', ');
/** One array parameter per column, starting with `$from`. */
const arraysOf = (columns: readonly { type: string }[], from: number) =>
  columns.map(({ type }, index) => `$${from + index}::${type}[]`).join(', ');

/**
 * Takes the stock and writes the orders, lines and purchase counts of a group in one round trip.
 *
 * The rows are locked, so stock and limits cannot be exceeded. `taken` and `beyond` check them nevertheless,
 * and the counts at the end reveal any mistake of the calling code. COMMIT is sent right behind the
 * statement, so on a mistake the statement itself must fail: it casts a text that is not a number.
 * `products.id = ANY ($1)` repeats the join, so that PostgreSQL uses the index also for a small table. `$7`
 * is the number of seconds until the orders expire, 0 for never.
 */
const RECORD_ORDERS = `
  WITH demand AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS t (product_id, quantity)
  ), taken AS (
    UPDATE products
       SET stock_quantity = stock_quantity - demand.quantity, version = version + 1,
           updated_at = ${TIME_UNDER_LOCK()}
      FROM demand
     WHERE products.id = demand.product_id AND products.stock_quantity >= demand.quantity
       AND products.id = ANY ($1)
    RETURNING products.id, products.max_per_customer
  ), request AS (
    SELECT * FROM unnest(${arraysOf(ORDER_COLUMNS, 8)})
      WITH ORDINALITY AS t (${namesOf(ORDER_COLUMNS)}, position)
  ), placed AS (
    INSERT INTO orders (${namesOf(ORDER_COLUMNS)}, status, expires_at, created_at, updated_at)
    SELECT ${namesOf(ORDER_COLUMNS)}, 'PENDING', ${TIME_UNDER_LOCK()} + nullif($7, 0) * interval '1 second',
           ${TIME_UNDER_LOCK()}, ${TIME_UNDER_LOCK()}
      FROM request ORDER BY position
    RETURNING id, customer_id, placement_key, created_at, expires_at
  ), numbered AS (
    SELECT placed.id, placed.customer_id, placed.created_at, placed.expires_at, request.position
      FROM placed JOIN request USING (customer_id, placement_key)
  ), line AS (
    INSERT INTO order_items (order_id, ${namesOf(LINE_COLUMNS)}, created_at)
    SELECT numbered.id, ${namesOf(LINE_COLUMNS)}, numbered.created_at
      FROM unnest($6::integer[], ${arraysOf(LINE_COLUMNS, 8 + ORDER_COLUMNS.length)})
        AS t (position, ${namesOf(LINE_COLUMNS)})
      JOIN numbered USING (position)
    RETURNING order_id, product_id, quantity
  ), bought AS (
    INSERT INTO customer_purchases AS earlier (product_id, customer_id, quantity)
    SELECT line.product_id, numbered.customer_id, sum(line.quantity)
      FROM taken JOIN line ON line.product_id = taken.id JOIN numbered ON numbered.id = line.order_id
     WHERE taken.max_per_customer IS NOT NULL
     GROUP BY line.product_id, numbered.customer_id
    ON CONFLICT (product_id, customer_id) DO UPDATE SET quantity = earlier.quantity + excluded.quantity
    RETURNING product_id, quantity
  ), beyond AS (
    SELECT FROM bought JOIN taken ON taken.id = bought.product_id WHERE quantity > max_per_customer
  ), event AS (${recordEvents(`'order.placed'`, 'array_agg(id ORDER BY position)', 'numbered')}
  )
  SELECT array_agg(id ORDER BY position) AS ids,
         ${timestamp('min(created_at)')} AS created_at, ${timestamp('min(expires_at)')} AS expires_at,
         CASE WHEN count(*) = $3 AND (SELECT count(*) FROM taken) = $4
               AND (SELECT count(*) FROM line) = $5 AND NOT EXISTS (SELECT FROM beyond) THEN 0
              ELSE ('The orders written are not those allocated: ' || count(*))::integer
          END AS faults
    FROM numbered`;

/**
 * Writes orders whose stock was allocated under the locks of this transaction.
 * @throws QueryFailedError if the statement affects other rows than expected; this aborts the transaction.
 */
export async function recordOrders(
  queryRunner: QueryRunner,
  allocated: ReadonlyMap<PlacementRequest, AllocatedOrder>,
  secondsToExpiry: number,
): Promise<Map<PlacementRequest, Written>> {
  if (allocated.size === 0) return new Map();
  const orders = [...allocated.values()];
  const lines = orders.flatMap((order) => order.lines);
  const demand = demandByProduct(lines);
  const [{ ids, ...times }] = (await queryRunner.query(RECORD_ORDERS, [
    [...demand.keys()],
    [...demand.values()],
    orders.length,
    demand.size,
    lines.length,
    orders.flatMap((order, index) => order.lines.map(() => index + 1)),
    secondsToExpiry,
    ...NEW_ORDER.map((name) => orders.map((order) => order[name])),
    ...LINE.map((name) => lines.map((line) => line[name])),
  ])) as [RecordedRow];
  return new Map(
    [...allocated].map(([request, order], index) => {
      return [request, { resource: newOrder(order, ids[index] as number, times), isReplayed: false }];
    }),
  );
}

function demandByProduct(lines: readonly PricedLine[]): Map<number, number> {
  const demand = new Map<number, number>();
  for (const { productId, quantity } of lines) {
    demand.set(productId, (demand.get(productId) ?? 0) + quantity);
  }
  return demand;
}
