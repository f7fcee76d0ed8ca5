import type { OrderStatus } from '../orders/order-status.js';

/** The events of an order, and its status after each. */
export const STATUS_AFTER = {
  'order.placed': 'PENDING',
  'order.confirmed': 'CONFIRMED',
  'order.cancelled': 'CANCELLED',
  'order.expired': 'CANCELLED',
} as const satisfies Record<string, OrderStatus>;

const ORDER_EVENTS = Object.keys(STATUS_AFTER) as (keyof typeof STATUS_AFTER)[];
const PRODUCT_EVENTS = ['product.created', 'product.updated', 'stock.adjusted'] as const;
export const EVENT_TYPES = [...ORDER_EVENTS, ...PRODUCT_EVENTS];
export type EventType = (typeof EVENT_TYPES)[number];
