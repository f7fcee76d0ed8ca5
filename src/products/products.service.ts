import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryRunner } from 'typeorm';
import { IdempotentWrites, type WriteRequest, type Written } from '../idempotency/idempotent.writes.js';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { lockAdmin } from '../auth/access/lock-caller.js';
import { NEXT_VERSION, TIME_UNDER_LOCK } from '../database/columns.js';
import { CONSTRAINTS } from '../database/constraint-names.js';
import { violates } from '../database/database-errors.js';
import { countPurchases } from './count-purchases.js';
import { type LockedProduct, lockProducts } from './lock-products.js';
import { Product } from './product.entity.js';
import { readProduct } from './product.reader.js';
import { InsufficientStockError, ProductNotFoundError, SkuTakenError } from './products.errors.js';
import {
  assertSaleWindow,
  assertStockChange,
  isEmpty,
  type NewProduct,
  type ProductChange,
  type SaleRules,
  stockAfter,
} from './product-change.js';
import { type ProductEventType, recordProduct } from './record-product.js';
import { StockAdjustment } from './stock-adjustment.entity.js';

@Injectable()
export class ProductsService {
  constructor(private readonly writes: IdempotentWrites) {}

  /**
   * Adds a product; its first stock is recorded as added by the admin.
   * @throws ValidationFailedError if its sale would end before
   *   it begins; SkuTakenError, IdempotencyKeyReusedError.
   */
  async create(newProduct: NewProduct, admin: AuthenticatedUser, request: WriteRequest): Promise<Written> {
    assertSaleWindow(newProduct);
    const effect = async ({ manager }: QueryRunner) => {
      const id = await insertProduct(manager, newProduct, admin.id);
      await lockAdmin(manager, admin);
      return id;
    };
    return this.writes.run(admin.id, request, { effect, read: readProduct });
  }

  /**
   * Changes a product under its lock. A change of stock is recorded as made by the admin.
   * @param request may refuse the change if the product has changed since the client has seen it.
   * @throws ProductNotFoundError, SkuTakenError, InsufficientStockError if less than nothing would be left,
   *   ValidationFailedError if the stock would exceed its maximum or the sale end before it begins,
   *   DomainError `precondition-failed` or `precondition-required`, IdempotencyKeyReusedError.
   */
  async update(
    id: number,
    change: ProductChange,
    admin: AuthenticatedUser,
    request: WriteRequest,
  ): Promise<Written> {
    assertStockChange(change, request.preconditions.nameVersions);
    const effect = async (queryRunner: QueryRunner) => {
      const product = (await lockProducts(queryRunner, [id])).get(id);
      if (!product) throw new ProductNotFoundError([id]);
      request.preconditions.check(product.version);
      if (!isEmpty(change)) await changeLocked(queryRunner.manager, product, change, admin.id);
      await lockAdmin(queryRunner.manager, admin);
      return id;
    };
    return this.writes.run(admin.id, request, { effect, read: readProduct });
  }
}

/** Adds a product, also of the demo catalogue, whose stock nobody has added. @returns its id. */
export async function insertProduct(
  manager: EntityManager,
  newProduct: NewProduct,
  createdBy: number | null,
): Promise<number> {
  const product = manager.create(Product, newProduct);
  await uniqueSku(manager.insert(Product, product));
  const { id: productId, stockQuantity: quantity, createdAt } = product;
  await recordAdjustment(manager, { productId, quantity, createdBy, createdAt });
  await recordProduct(manager, productId, 'product.created');
  return productId;
}

async function changeLocked(
  manager: EntityManager,
  { id, stockQuantity: before, ...product }: LockedProduct,
  change: ProductChange,
  changedBy: number,
): Promise<void> {
  const stockQuantity = stockAfter(before, change);
  if (stockQuantity < 0) {
    throw new InsufficientStockError([
      { product_id: id, requested: before - stockQuantity, available: before },
    ]);
  }
  const quantity = stockQuantity - before;
  await recordAdjustment(manager, {
    productId: id,
    quantity,
    createdBy: changedBy,
    createdAt: TIME_UNDER_LOCK,
    reference: change.reference ?? null,
    reason: change.reason ?? null,
  });
  const rules = await changeSaleRules(manager, { id, ...product }, change);
  const { name = product.name, priceMinor = product.priceMinor, isActive = product.isActive } = change;
  const sku = change.sku === undefined ? {} : { sku: change.sku };
  const values = { ...sku, name, priceMinor, isActive, stockQuantity, ...rules };
  await uniqueSku(manager.update(Product, { id }, { ...values, ...NEXT_VERSION }));
  await recordProduct(manager, id, ...eventsOf(change, quantity));
}

/** The sale rules after a change. Purchases are counted from the first limit on until there is none. */
async function changeSaleRules(
  manager: EntityManager,
  product: Pick<LockedProduct, 'id' | keyof SaleRules>,
  change: ProductChange,
): Promise<SaleRules> {
  const { maxPerCustomer = product.maxPerCustomer } = change;
  const { saleStartsAt = product.saleStartsAt, saleEndsAt = product.saleEndsAt } = change;
  assertSaleWindow(
    { saleStartsAt, saleEndsAt },
    change.saleEndsAt === undefined ? 'sale_starts_at' : 'sale_ends_at',
  );
  const isLimited = maxPerCustomer !== null;
  if (isLimited !== (product.maxPerCustomer !== null)) await countPurchases(manager, product.id, isLimited);
  return { maxPerCustomer, saleStartsAt, saleEndsAt };
}

/** Every change has an event: a change of stock has its own, and all others have another. */
function eventsOf(change: ProductChange, units: number): ProductEventType[] {
  const ofStock = {
    stockDelta: undefined,
    stockQuantity: undefined,
    reference: undefined,
    reason: undefined,
  };
  const others = { ...change, ...ofStock };
  const types: ProductEventType[] = [];
  if (units === 0 || !isEmpty(others)) types.push('product.updated');
  if (units !== 0) types.push('stock.adjusted');
  return types;
}

type NewAdjustment = Pick<StockAdjustment, 'productId' | 'quantity' | 'createdBy'> & {
  readonly reference?: string | null;
  readonly reason?: string | null;
  readonly createdAt: Date | (() => string);
};

async function uniqueSku(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    throw violates(error, CONSTRAINTS.productsSku) ? new SkuTakenError() : error;
  }
}

async function recordAdjustment(manager: EntityManager, adjustment: NewAdjustment): Promise<void> {
  if (adjustment.quantity !== 0) await manager.insert(StockAdjustment, adjustment);
}
