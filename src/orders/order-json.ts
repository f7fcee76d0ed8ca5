import { fromMinor } from '../common/money.js';
import type { Resource } from '../database/json.js';
import type { OrderResponseDto } from './order-response.dto.js';
import type { AllocatedOrder } from './placement/allocate.js';

/** The times of an order, as clients see them. */
export type OrderTimes = Pick<OrderResponseDto, 'created_at' | 'expires_at'>;

/** An order that was just written, as `OrderReader` would read it, but without another query. */
export function newOrder(
  { customerId, totalMinor, reference, lines }: AllocatedOrder,
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
