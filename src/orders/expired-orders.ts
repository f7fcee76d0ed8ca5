import type { QueryRunner } from 'typeorm';
import { Observed } from '../common/observation.js';
import { TIME_UNDER_LOCK } from '../database/columns.js';
import type { TransactionRunner } from '../database/transaction.runner.js';
import { lockProducts, type OnLocked } from '../products/lock-products.js';
import { cancelOrders, type OrderToCancel } from './cancel-orders.js';

/** Small batches, so that others never wait long for their locks. */
const BATCH_ORDERS_MAX = 50;
const BATCH_LINES_MAX = 1_000;
const BATCH_MS_MAX = 3_000;

/** Condition of an order that has expired, by the database's clock. */
export const IS_OVERDUE = `status = 'PENDING' AND expires_at <= ${TIME_UNDER_LOCK()}`;

/** Whether there is any such order. ORDER BY with LIMIT makes the planner use the index of expiries. */
export const ANY_OVERDUE = `(SELECT true FROM orders WHERE ${IS_OVERDUE} ORDER BY expires_at, id LIMIT 1)`;

export const EXPIRIES = new Observed<void, Batch>();

export interface Expiry {
  /** If given, only orders with one of these products. */
  readonly productIds?: readonly number[];
  /** Called in the transaction of each batch, before it locks anything. */
  readonly mayGoOn: (queryRunner: QueryRunner) => boolean | Promise<boolean>;
}

interface ExpiredOrder extends OrderToCancel {
  readonly expiresAt: Date;
}

interface Batch {
  readonly cancelled: number;
  /** The last order of the batch; undefined if none follow. */
  readonly continueAfter?: Pick<ExpiredOrder, 'id' | 'expiresAt'> | undefined;
}

const lockOverdue = (onLocked: OnLocked) => `
  SELECT id, expires_at AS "expiresAt",
         (SELECT array_agg(product_id) FROM order_items WHERE order_id = orders.id) AS "productIds"
    FROM orders
   WHERE ${IS_OVERDUE} AND (expires_at, id) > ($1::timestamptz, $2)
     AND ($3::bigint[] IS NULL OR (SELECT true FROM order_items
                                     WHERE order_id = orders.id AND product_id = ANY ($3) LIMIT 1))
   ORDER BY expires_at, id LIMIT ${BATCH_ORDERS_MAX}
     FOR UPDATE ${onLocked === 'skip' ? 'SKIP LOCKED' : ''}`;

export const LOCK_OVERDUE = { wait: lockOverdue('wait'), skip: lockOverdue('skip') };

/**
 * Cancels expired orders and returns their stock, oldest first and in batches. Orders that stay locked
 * elsewhere, or whose products do, are left for the next time.
 */
export async function cancelExpired(transactions: TransactionRunner, expiry: Expiry): Promise<void> {
  let batch: Batch | undefined;
  do {
    const after = batch?.continueAfter;
    batch = await EXPIRIES.run(undefined, () => cancelBatch(transactions, expiry, after));
  } while (batch.continueAfter);
}

function cancelBatch(
  transactions: TransactionRunner,
  { productIds, mayGoOn }: Expiry,
  after: Batch['continueAfter'],
): Promise<Batch> {
  return transactions.runPipelined(async (queryRunner, failure) => {
    const onLocked = failure ? 'skip' : 'wait';
    const parameters = [after?.expiresAt ?? '-infinity', after?.id ?? 0, productIds ?? null];
    const found = (await mayGoOn(queryRunner))
      ? ((await queryRunner.query(LOCK_OVERDUE[onLocked], parameters)) as ExpiredOrder[])
      : [];
    const orders = upToLines(found);
    const free = failure ? await thoseWithFreeProducts(queryRunner, orders) : orders;
    if (free.length > 0) await cancelOrders(queryRunner, free, { by: null, reason: null });

    const isLast = found.length < BATCH_ORDERS_MAX && orders.length === found.length;
    const batch = { cancelled: free.length, continueAfter: isLast ? undefined : orders.at(-1) };
    return { outcome: Promise.resolve(batch), hasWritten: free.length > 0 };
  }, Date.now() + BATCH_MS_MAX);
}

/** The first order, and as many of the next ones as the limit of lines allows. */
function upToLines(orders: readonly ExpiredOrder[]): readonly ExpiredOrder[] {
  let lines = 0;
  const tooMany = orders.findIndex(({ productIds }, index) => {
    lines += productIds.length;
    return index > 0 && lines > BATCH_LINES_MAX;
  });
  return tooMany < 0 ? orders : orders.slice(0, tooMany);
}

async function thoseWithFreeProducts(
  queryRunner: QueryRunner,
  orders: readonly ExpiredOrder[],
): Promise<readonly ExpiredOrder[]> {
  const ids = orders.flatMap(({ productIds }) => productIds);
  const locked = await lockProducts(queryRunner, ids, 'skip');
  return orders.filter(({ productIds }) => productIds.every((id) => locked.has(id)));
}
