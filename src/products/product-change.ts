import { DomainError, ValidationFailedError } from '../common/domain-error.js';
import { type Product, STOCK_MAX } from './product.entity.js';

/** How a product is sold; null is no limit, or no such end of the sale. */
export type SaleRules = Pick<Product, 'maxPerCustomer' | 'saleStartsAt' | 'saleEndsAt'>;

export interface NewProduct extends Readonly<Partial<SaleRules>> {
  readonly sku?: string | null;
  readonly name: string;
  readonly priceMinor: number;
  readonly stockQuantity: number;
}

/** What an admin wants to change; fields that are left out keep their values. */
export interface ProductChange {
  readonly sku?: string | null | undefined;
  readonly name?: string | undefined;
  readonly priceMinor?: number | undefined;
  readonly isActive?: boolean | undefined;
  readonly maxPerCustomer?: number | null | undefined;
  readonly saleStartsAt?: Date | null | undefined;
  readonly saleEndsAt?: Date | null | undefined;
  readonly stockDelta?: number | undefined;
  readonly stockQuantity?: number | undefined;
  /** Of the change of stock. */
  readonly reference?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * The stock after a change; below zero if more is removed than there is.
 * @throws ValidationFailedError if it would grow beyond `STOCK_MAX`, or shrink by more than that at once,
 *   which one adjustment could not hold: cancelled orders may have raised it that far.
 */
export function stockAfter(
  current: number,
  { stockDelta = 0, stockQuantity = current }: ProductChange,
): number {
  const stock = stockQuantity + stockDelta;
  if (stock > STOCK_MAX && stock > current) {
    const message = `must leave a stock of ${STOCK_MAX} at most`;
    throw new ValidationFailedError([
      { pointer: '/stock_delta', location: 'body', code: 'too-large', message },
    ]);
  }
  if (current - stock > STOCK_MAX) {
    const message = `must take out ${STOCK_MAX} units at most at a time`;
    throw new ValidationFailedError([
      { pointer: '/stock_quantity', location: 'body', code: 'too-small', message },
    ]);
  }
  return stock;
}

/**
 * The rules that need no database: stock changes in one way at a time, only a change of stock is explained,
 * and an absolute stock needs the version that the client has seen.
 * @throws ValidationFailedError, DomainError `precondition-required`.
 */
export function assertStockChange(
  { stockDelta, stockQuantity, reference, reason }: ProductChange,
  nameVersions: boolean,
): void {
  const explained = Object.entries({ reference, reason }).filter(([, value]) => value !== undefined);
  if (stockDelta === undefined && stockQuantity === undefined && explained.length > 0) {
    const message = 'needs stock_delta or stock_quantity beside it';
    throw new ValidationFailedError(
      explained.map(([name]) => ({
        pointer: `/${name}`,
        location: 'body',
        code: 'no-stock-change',
        message,
      })),
    );
  }
  if (stockQuantity === undefined) return;
  if (stockDelta !== undefined) {
    const message = 'cannot be combined with stock_quantity';
    throw new ValidationFailedError([
      { pointer: '/stock_delta', location: 'body', code: 'one-of-two', message },
    ]);
  }
  if (!nameVersions) throw new DomainError('precondition-required');
}

/**
 * @param field the one that is at fault, where only one of them is new.
 * @throws ValidationFailedError if the sale would end before it begins.
 */
export function assertSaleWindow(
  { saleStartsAt, saleEndsAt }: Partial<SaleRules>,
  field: 'sale_starts_at' | 'sale_ends_at' = 'sale_ends_at',
): void {
  if (!saleStartsAt || !saleEndsAt || saleStartsAt < saleEndsAt) return;
  const [code, message] =
    field === 'sale_ends_at'
      ? ['too-early', 'must be later than sale_starts_at']
      : ['too-late', 'must be earlier than sale_ends_at'];
  throw new ValidationFailedError([{ pointer: `/${field}`, location: 'body', code, message }]);
}

export function isEmpty(change: ProductChange): boolean {
  return Object.values(change).every((value) => value === undefined);
}
