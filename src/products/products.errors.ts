import { DomainError } from '../common/domain-error.js';

/** A line that asks for more than there is, as clients see it. */
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

const LISTED_MAX = 10;

/** "id 3" or "ids 3, 4, 5"; the details carry all of them, the sentence the first few. */
function listed(ids: readonly number[]): string {
  const shown = ids.slice(0, LISTED_MAX).join(', ');
  return ids.length === 1 ? `id ${shown}` : `ids ${shown}${ids.length > LISTED_MAX ? ', …' : ''}`;
}
