import { DomainError } from '../common/domain-error.js';
import type { Product } from './product.entity.js';

/** A line that requests more than the stock, as clients see it. */
export interface ShortLine {
  readonly product_id: number;
  readonly requested: number;
  readonly available: number;
}

export class ProductNotFoundError extends DomainError {
  constructor(productIds: readonly number[]) {
    super('product-not-found', `There is no product with ${listed(productIds)}.`, {
      product_ids: productIds,
    });
  }
}

export class InsufficientStockError extends DomainError {
  constructor(readonly lines: readonly ShortLine[]) {
    super('insufficient-stock', `Not enough stock for ${listed(lines.map((line) => line.product_id))}.`, {
      lines,
    });
  }
}

export class ProductInactiveError extends DomainError {
  constructor(productIds: readonly number[]) {
    super('product-inactive', `Not for sale: ${listed(productIds)}.`, { product_ids: productIds });
  }
}

/** Clients are told to wait for a sale that begins within this time. */
const WAIT_FOR_SALE_MS_MAX = 3_600_000;

type Sale = Pick<Product, 'saleStartsAt' | 'saleEndsAt'> & { readonly productId: number };

export class NotOnSaleError extends DomainError {
  /** Tells when to retry, if all of the sales begin within the hour. */
  constructor(sales: readonly Sale[], now: Date) {
    const waitMs = Math.max(
      ...sales.map(({ saleStartsAt }) => {
        const startsInMs = (saleStartsAt?.getTime() ?? 0) - now.getTime();
        return startsInMs > 0 ? startsInMs : Infinity;
      }),
    );
    super('not-on-sale', `Not on sale now: ${listed(sales.map(({ productId }) => productId))}.`, {
      lines: sales.map(({ productId, saleStartsAt, saleEndsAt }) => ({
        product_id: productId,
        sale_starts_at: saleStartsAt?.toISOString() ?? null,
        sale_ends_at: saleEndsAt?.toISOString() ?? null,
      })),
      ...(waitMs <= WAIT_FOR_SALE_MS_MAX ? { retry_after: Math.ceil(waitMs / 1000) } : {}),
    });
  }
}

/** A line that exceeds a limit per customer, as clients see it. */
interface LineBeyondLimit {
  readonly product_id: number;
  readonly max_per_customer: number;
  readonly already_ordered: number;
  readonly requested: number;
}

export class PurchaseLimitExceededError extends DomainError {
  constructor(readonly lines: readonly LineBeyondLimit[]) {
    const ids = lines.map((line) => line.product_id);
    super('purchase-limit-exceeded', `The limit per customer is exceeded for ${listed(ids)}.`, { lines });
  }
}

const LISTED_MAX = 10;

/** "id 3" or "ids 3, 4, 5". Of many ids, only the first are listed; the details have all of them. */
function listed(ids: readonly number[]): string {
  const shown = ids.slice(0, LISTED_MAX).join(', ');
  return ids.length === 1 ? `id ${shown}` : `ids ${shown}${ids.length > LISTED_MAX ? ', …' : ''}`;
}
