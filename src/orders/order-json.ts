import { fromMinor } from '../common/money.js';
import type { Resource } from '../database/json.js';
import type { PricedLine } from './order-item.entity.js';
import { OrderResponseDto } from './order-response.dto.js';
import type { NewOrder } from './order.entity.js';

/** SQL for orders as a `Resource`; a condition follows. */
export const SELECT_ORDER = `SELECT id, version, ${OrderResponseDto.json} AS json FROM orders WHERE`;

/** The times of an order, as clients see them. */
export type OrderTimes = Pick<OrderResponseDto, 'created_at' | 'expires_at'>;

/** An order that was just written, as `SELECT_ORDER` would find it, without another query. */
export function newOrder(
  { customerId, totalMinor, reference }: NewOrder,
  lines: readonly PricedLine[],
  id: number,
  { created_at, expires_at }: OrderTimes,
): Resource {
  const sorted = [...lines].sort((a, b) => a.productId - b.productId);
  const order: OrderResponseDto = {
    id,
    customer_id: customerId,
    status: 'PENDING',
    total_amount: fromMinor(totalMinor),
    reference,
    expires_at,
    items: sorted.map(({ productId, productName, quantity, priceMinor }) => ({
      product_id: productId,
      product_name: productName,
      quantity,
      price_at_purchase: fromMinor(priceMinor),
    })),
    created_at,
    updated_at: created_at,
  };
  return { id, version: 1, json: JSON.stringify(order) };
}
