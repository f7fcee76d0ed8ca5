import type { QueryRunner } from 'typeorm';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { OrderItem } from './order-item.entity.js';
import { ownerFilter } from './order.reader.js';
import { Order } from './order.entity.js';
import { OrderNotFoundError } from './orders.errors.js';

export type LockedOrder = Order & { readonly productIds: readonly number[] };

/**
 * Locks an order until the transaction ends. Every transaction locks an order before its products, so no two
 * can wait for each other.
 * @throws OrderNotFoundError also if the order is somebody else's.
 */
export async function lockOrder(
  { manager }: QueryRunner,
  id: number,
  caller: AuthenticatedUser,
): Promise<LockedOrder> {
  const lock = { mode: 'pessimistic_write' } as const;
  const order = await manager.findOne(Order, { where: { id, ...ownerFilter(caller) }, lock });
  if (!order) throw new OrderNotFoundError(id);
  const lines = await manager.find(OrderItem, { where: { orderId: id }, select: { productId: true } });
  return { ...order, productIds: lines.map(({ productId }) => productId) };
}
