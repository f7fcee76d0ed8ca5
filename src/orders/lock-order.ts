import type { QueryRunner } from 'typeorm';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { OrderItem } from './order-item.entity.js';
import { ownerFilter } from './order.reader.js';
import type { OrderWithItems } from './order-row.js';
import { Order } from './order.entity.js';
import { OrderNotFoundError } from './orders.errors.js';

/**
 * Locks an order until the transaction ends and reads it with its lines. Whoever needs locks on its products
 * as well takes them afterwards, so that no two transactions wait for each other.
 * @throws OrderNotFoundError also when the order is somebody else's.
 */
export async function lockOrder(
  { manager }: QueryRunner,
  id: number,
  caller: AuthenticatedUser,
): Promise<OrderWithItems> {
  const lock = { mode: 'pessimistic_write' } as const;
  const order = await manager.findOne(Order, { where: { id, ...ownerFilter(caller) }, lock });
  if (!order) throw new OrderNotFoundError(id);
  const items = await manager.find(OrderItem, { where: { orderId: id }, order: { productId: 'ASC' } });
  return { ...order, items };
}
