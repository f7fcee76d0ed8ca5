import { DomainError, ValidationFailedError } from '../common/domain-error.js';
import { type Product, STOCK_MAX } from './product.entity.js';
import type { StockAdjustment } from './stock-adjustment.entity.js';

/** Null means no limit, or no such end of the sale. */
export type SaleRules = Pick<Product, 'maxPerCustomer' | 'saleStartsAt' | 'saleEndsAt'>;

type Optional<Fields> = { readonly [Name in keyof Fields]?: Fields[Name] | undefined };

export type NewProduct = Readonly<
  Pick<Product, 'name' | 'priceMinor' | 'stockQuantity'> & Partial<SaleRules & Pick<Product, 'sku'>>
>;

/** Omitted fields keep their values. */
export type ProductChange = Optional<
  SaleRules &
    Pick<Product, 'sku' | 'name' | 'priceMinor' | 'isActive' | 'stockQuantity'> &
    Pick<StockAdjustment, 'reference' | 'reason'> & { stockDelta: number }
>;

/**
 * The stock after a change. It is negative if more is removed than there is.
 * @throws ValidationFailedError if the stock would grow beyond `STOCK_MAX`, or shrink by more than that,
 *   which one adjustment cannot record. Cancelled orders can raise the stock beyond `STOCK_MAX`.
 */
export function stockAfter(
  current: number,
  { stockDelta = 0, stockQuantity = current }: ProductChange,
): number {
  const stock = stockQuantity + stockDelta;
  if (stock > STOCK_MAX && stock > current) {
    const message = `must leave a stock of at most ${STOCK_MAX}`;
    throw ValidationFailedError.ofField('stock_delta', 'too-large', message);
  }
  if (current - stock > STOCK_MAX) {
    const message = `must remove at most ${STOCK_MAX} units at a time`;
    throw ValidationFailedError.ofField('stock_quantity', 'too-small', message);
  }
  return stock;
}

/**
 * Checks the rules that need no database: a request changes the stock in one way only, an explanation needs a
 * change of stock, and an absolute stock needs the version that the client has seen.
 * @throws ValidationFailedError, DomainError `precondition-required`.
 */
export function assertStockChange(
  { stockDelta, stockQuantity, reference, reason }: ProductChange,
  nameVersions: boolean,
): void {
  const explained = Object.entries({ reference, reason }).filter(([, value]) => value !== undefined);
  if (stockDelta === undefined && stockQuantity === undefined && explained.length > 0) {
    const fault = { code: 'no-stock-change', message: 'requires stock_delta or stock_quantity' };
    throw new ValidationFailedError(
      explained.map(([field]) => ({ pointer: `/${field}`, location: 'body', ...fault })),
    );
  }
  if (stockQuantity === undefined) return;
  if (stockDelta !== undefined) {
    const message = 'cannot be combined with stock_quantity';
    throw ValidationFailedError.ofField('stock_delta', 'one-of-two', message);
  }
  if (!nameVersions) throw new DomainError('precondition-required');
}

/**
 * @param field the field to blame if the sale would end before it begins.
 * @throws ValidationFailedError
 */
export function assertSaleWindow(
  { saleStartsAt, saleEndsAt }: Optional<SaleRules>,
  field: 'sale_starts_at' | 'sale_ends_at' = 'sale_ends_at',
): void {
  if (!saleStartsAt || !saleEndsAt || saleStartsAt < saleEndsAt) return;
  const [code, message] =
    field === 'sale_ends_at'
      ? ['too-early', 'must be later than sale_starts_at']
      : ['too-late', 'must be earlier than sale_ends_at'];
  throw ValidationFailedError.ofField(field, code, message);
}

export function isEmpty(change: ProductChange): boolean {
  return Object.values(change).every((value) => value === undefined);
}
