import { DomainError } from '../../common/domain-error.js';
import { TOTAL_MAX_MINOR } from '../../common/money.js';
import type { LockedProduct } from '../../products/lock-products.js';
import {
  InsufficientStockError,
  ProductInactiveError,
  ProductNotFoundError,
} from '../../products/products.errors.js';
import type { PricedLine } from '../order-item.entity.js';
import type { NewOrder } from '../order.entity.js';
import { PriceChangedError } from '../orders.errors.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';
import { isLimited, purchaseKey, refuseBeyondLimit, refuseNotOnSale, type SaleState } from './sale-rules.js';

/** The part of a locked product that allocation uses. */
export type StockedProduct = Omit<LockedProduct, 'version'>;

/** An order that gets its stock. */
export interface AllocatedOrder extends NewOrder {
  readonly lines: readonly PricedLine[];
}

interface Allocation {
  readonly allocated: ReadonlyMap<PlacementRequest, AllocatedOrder>;
  readonly refused: ReadonlyMap<PlacementRequest, DomainError>;
}

/** The stock and the purchases as the orders allocated so far leave them. */
interface Remainder {
  readonly left: Map<number, number>;
  readonly bought: Map<string, number>;
  readonly now: Date;
}

/**
 * Decides, in order of arrival, which orders get their stock. An order takes all its lines or none. What a
 * refused order requested is left for later orders. Pure: no I/O, no clock, no exceptions. The caller holds
 * the locks that keep `products` and the sale state true.
 */
export function allocate(
  products: ReadonlyMap<number, StockedProduct>,
  requests: readonly PlacementRequest[],
  { now, bought }: SaleState,
): Allocation {
  const left = new Map([...products].map(([id, { stockQuantity }]) => [id, stockQuantity]));
  const remainder = { left, bought: new Map(bought), now };
  const allocated = new Map<PlacementRequest, AllocatedOrder>();
  const refused = new Map<PlacementRequest, DomainError>();
  for (const request of requests) {
    const order = allocateOne(products, remainder, request);
    if (order instanceof DomainError) refused.set(request, order);
    else allocated.set(request, order);
  }
  return { allocated, refused };
}

function allocateOne(
  products: ReadonlyMap<number, StockedProduct>,
  { left, bought, now }: Remainder,
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
  // Exact wherever it matters: the maximum is far below 2^53.
  const totalMinor = lines.reduce((sum, { priceMinor, quantity }) => sum + priceMinor * quantity, 0);
  if (totalMinor > TOTAL_MAX_MINOR) return new DomainError('total-too-large');
  if (totalMinor !== (request.expectedTotalMinor ?? totalMinor)) return new PriceChangedError(totalMinor);
  for (const { productId, quantity } of lines) {
    add(left, productId, -quantity);
    if (isLimited(products.get(productId))) add(bought, purchaseKey(productId, request.customerId), quantity);
  }
  return { ...request, lines, totalMinor };
}

function add<Key>(counts: Map<Key, number>, key: Key, quantity: number): void {
  counts.set(key, (counts.get(key) ?? 0) + quantity);
}

function priceLines(
  products: ReadonlyMap<number, StockedProduct>,
  { lines }: PlacementRequest,
): PricedLine[] {
  return lines.map(({ productId, quantity }) => {
    const { name, priceMinor } = products.get(productId) as StockedProduct;
    return { productId, productName: name, quantity, priceMinor };
  });
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
