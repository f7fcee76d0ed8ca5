import type { OrderItem } from './order-item.entity.js';
import type { Order } from './order.entity.js';

/** The columns that a request brings. The database and the writing statement fill the others. */
export const NEW_ORDER = ['customerId', 'totalMinor', 'reference', 'placementKey', 'requestHash'] as const;
/** The columns of a line, without its order and time. */
export const LINE = ['productId', 'productName', 'quantity', 'priceMinor'] as const;

export type NewOrder = Readonly<Pick<Order, (typeof NEW_ORDER)[number]>>;

/** A line, with the product's name and price at the time of the order. */
export type PricedLine = Readonly<Pick<OrderItem, (typeof LINE)[number]>>;
