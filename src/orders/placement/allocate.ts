import { DomainError } from '../../common/domain-error.js';
import { TOTAL_MAX_MINOR } from '../../common/money.js';
import type { LockedProduct } from '../../products/lock-products.js';
import {
  InsufficientStockError,
  ProductInactiveError,
  ProductNotFoundError,
} from '../../products/products.errors.js';
import type { PricedLine } from '../order-item.entity.js';
import { PriceChangedError, TotalTooLargeError } from '../orders.errors.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';
import { isLimited, purchaseKey, refuseBeyondLimit, refuseNotOnSale, type SaleState } from './sale-rules.js';

/** What allocation needs to know of a locked product. */
export type StockedProduct = Omit<LockedProduct, 'version'>;

/** An order that gets its stock, with its lines priced and added up. */
export interface AllocatedOrder {
  readonly request: PlacementRequest;
  readonly lines: readonly PricedLine[];
  readonly totalMinor: number;
}

/** What there is for the orders that are still to be looked at. */
interface Remainder {
  readonly left: Map<number, number>;
  readonly now: Date;
  readonly bought: Map<string, number>;
}

interface Allocation {
  readonly allocated: readonly AllocatedOrder[];
  readonly refused: ReadonlyMap<PlacementRequest, DomainError>;
}

/**
 * Decides, in order of arrival, which orders get their stock. An order takes all its lines or none; what a
 * refused order asked for is left for the orders behind it. Pure: no I/O, no clock, no exceptions. The caller
 * holds the locks that keep `products` and the state of their sales true.
 */
export function allocate(
  products: ReadonlyMap<number, StockedProduct>,
  requests: readonly PlacementRequest[],
  { now, bought }: SaleState,
): Allocation {
  const left = new Map([...products].map(([id, { stockQuantity }]) => [id, stockQuantity]));
  const remainder = { left, now, bought: new Map(bought) };
  const allocated: AllocatedOrder[] = [];
  const refused = new Map<PlacementRequest, DomainError>();
  for (const request of requests) {
    const order = allocateOne(products, remainder, request);
    if (order instanceof DomainError) refused.set(request, order);
    else allocated.push(order);
  }
  return { allocated, refused };
}

function allocateOne(
  products: ReadonlyMap<number, StockedProduct>,
  { left, now, bought }: Remainder,
  request: PlacementRequest,
): AllocatedOrder | DomainError {
  const error =
    refuseUnknown(products, request) ??
    refuseInactive(products, request) ??
    refuseNotOnSale(products, now, request) ??
    refuseBeyondLimit(products, bought, request) ??
    refuseShort(left, request);
  if (error) return error;
  const lines = priceLines(products, request);
  const totalMinor = totalUpTo(TOTAL_MAX_MINOR, lines);
  if (totalMinor === undefined) return new TotalTooLargeError();
  if (totalMinor !== (request.expectedTotalMinor ?? totalMinor)) return new PriceChangedError(totalMinor);
  for (const { productId, quantity } of lines) {
    add(left, productId, -quantity);
    if (isLimited(products.get(productId))) add(bought, purchaseKey(productId, request.customerId), quantity);
  }
  return { request, lines, totalMinor };
}

function add<Key>(counts: Map<Key, number>, key: Key, quantity: number): void {
  counts.set(key, (counts.get(key) ?? 0) + quantity);
}

function priceLines(
  products: ReadonlyMap<number, StockedProduct>,
  { lines }: PlacementRequest,
): PricedLine[] {
  return lines.flatMap(({ productId, quantity }) => {
    const product = products.get(productId);
    return product
      ? [{ productId, productName: product.name, quantity, priceMinor: product.priceMinor }]
      : [];
  });
}

/**
 * Adds up integers, and stops as soon as the sum passes the limit, far below 2^53, so that it stays exact.
 */
function totalUpTo(limit: number, lines: readonly PricedLine[]): number | undefined {
  let total = 0;
  for (const { priceMinor, quantity } of lines) {
    total += priceMinor * quantity;
    if (total > limit) return undefined;
  }
  return total;
}

function refuseUnknown(
  products: ReadonlyMap<number, StockedProduct>,
  request: PlacementRequest,
): DomainError | undefined {
  const unknown = productIdsOf(request).filter((id) => !products.has(id));
  return unknown.length > 0 ? new ProductNotFoundError(unknown) : undefined;
}

function refuseInactive(
  products: ReadonlyMap<number, StockedProduct>,
  request: PlacementRequest,
): DomainError | undefined {
  const inactive = productIdsOf(request).filter((id) => products.get(id)?.isActive === false);
  return inactive.length > 0 ? new ProductInactiveError(inactive) : undefined;
}

function refuseShort(
  left: ReadonlyMap<number, number>,
  { lines }: PlacementRequest,
): DomainError | undefined {
  const short = lines
    .map(({ productId, quantity }) => ({
      product_id: productId,
      requested: quantity,
      available: left.get(productId) ?? 0,
    }))
    .filter(({ requested, available }) => requested > available);
  return short.length > 0 ? new InsufficientStockError(short) : undefined;
}
