import type { DomainError } from '../../common/domain-error.js';
import type { LockedProduct } from '../../products/lock-products.js';
import { NotOnSaleError, PurchaseLimitExceededError } from '../../products/products.errors.js';
import type { PlacementRequest } from './placement-request.js';

/** What the sale rules are checked against, read under the locks on the products. */
export interface SaleState {
  /** The database's time. */
  readonly now: Date;
  /** Units of limited products in the customers' orders that are not cancelled, by `purchaseKey`. */
  readonly bought: ReadonlyMap<string, number>;
}

type Rules = Pick<LockedProduct, 'maxPerCustomer' | 'saleStartsAt' | 'saleEndsAt'>;
type Products = ReadonlyMap<number, Rules>;

export const purchaseKey = (productId: number, customerId: number) => `${productId} ${customerId}`;

export const isLimited = (product: Rules | undefined): boolean => (product?.maxPerCustomer ?? null) !== null;

export function hasSaleRule(product: Rules): boolean {
  return isLimited(product) || product.saleStartsAt !== null || product.saleEndsAt !== null;
}

/** The start is inclusive, the end exclusive. */
function isOnSale({ saleStartsAt, saleEndsAt }: Rules, now: Date): boolean {
  return (saleStartsAt === null || saleStartsAt <= now) && (saleEndsAt === null || now < saleEndsAt);
}

export function refuseNotOnSale(
  products: Products,
  now: Date,
  { lines }: PlacementRequest,
): DomainError | undefined {
  const closed = lines.flatMap(({ productId }) => {
    const product = products.get(productId);
    return product && !isOnSale(product, now) ? [{ productId, ...product }] : [];
  });
  return closed.length > 0 ? new NotOnSaleError(closed, now) : undefined;
}

export function refuseBeyondLimit(
  products: Products,
  bought: ReadonlyMap<string, number>,
  { lines, customerId }: PlacementRequest,
): DomainError | undefined {
  const beyond = lines.flatMap(({ productId, quantity }) => {
    const limit = products.get(productId)?.maxPerCustomer ?? Infinity;
    const already = bought.get(purchaseKey(productId, customerId)) ?? 0;
    if (already + quantity <= limit) return [];
    const line = { product_id: productId, max_per_customer: limit };
    return [{ ...line, already_ordered: already, requested: quantity }];
  });
  return beyond.length > 0 ? new PurchaseLimitExceededError(beyond) : undefined;
}
