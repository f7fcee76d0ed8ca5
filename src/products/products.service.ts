import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryDeepPartialEntity, QueryRunner } from 'typeorm';
import { IdempotentWrites, type WriteRequest, type Written } from '../idempotency/idempotent.writes.js';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { lockAdmin } from '../auth/access/lock-caller.js';
import { NEXT_VERSION, TIME_UNDER_LOCK } from '../database/columns.js';
import { CONSTRAINTS } from '../database/constraint-names.js';
import { violates } from '../database/database-errors.js';
import { DomainError } from '../common/domain-error.js';
import { countPurchases } from './count-purchases.js';
import { type LockedProduct, lockProducts } from './lock-products.js';
import { Product } from './product.entity.js';
import { readProduct } from './product.reader.js';
import { InsufficientStockError, ProductNotFoundError } from './products.errors.js';
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
   * Adds a product. Its initial stock is recorded as added by the admin.
   * @throws ValidationFailedError if the sale would end before it begins; DomainError `sku-taken` or
   *   `idempotency-key-reused`.
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
   * @throws ProductNotFoundError; InsufficientStockError if the stock would fall below zero;
   *   ValidationFailedError if it would exceed its maximum, or the sale would end before it begins;
   *   DomainError `sku-taken`, `precondition-failed`, `precondition-required` or `idempotency-key-reused`.
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

/** @param createdBy the admin, or null for the demo catalogue. @returns the id of the new product. */
export async function insertProduct(
  manager: EntityManager,
  newProduct: NewProduct,
  createdBy: number | null,
): Promise<number> {
  const product = manager.create(Product, newProduct);
  await manager.insert(Product, product).catch(refuseTakenSku);
  const { id: productId, stockQuantity: quantity, createdAt } = product;
  await recordAdjustment(manager, { productId, quantity, createdBy, createdAt });
  await recordProduct(manager, productId, 'product.created');
  return productId;
}

async function changeLocked(
  manager: EntityManager,
  product: LockedProduct,
  change: ProductChange,
  changedBy: number,
): Promise<void> {
  const { id, stockQuantity: available } = product;
  const stockQuantity = stockAfter(available, change);
  const quantity = stockQuantity - available;
  if (stockQuantity < 0)
    throw new InsufficientStockError([{ product_id: id, requested: -quantity, available }]);
  await recordAdjustment(manager, {
    productId: id,
    quantity,
    createdBy: changedBy,
    createdAt: TIME_UNDER_LOCK,
    reference: change.reference ?? null,
    reason: change.reason ?? null,
  });
  const rules = await changeSaleRules(manager, product, change);
  const { name = product.name, priceMinor = product.priceMinor, isActive = product.isActive } = change;
  const sku = change.sku === undefined ? {} : { sku: change.sku };
  const values = { ...sku, name, priceMinor, isActive, stockQuantity, ...rules, ...NEXT_VERSION };
  await manager.update(Product, { id }, values).catch(refuseTakenSku);
  await recordProduct(manager, id, ...eventsOf(change, quantity));
}

/** Returns the sale rules after a change. While a product has a limit, its purchases are counted. */
async function changeSaleRules(
  manager: EntityManager,
  product: LockedProduct,
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

/** A change of stock has its own event; all other changes share one. */
function eventsOf(change: ProductChange, units: number): ProductEventType[] {
  if (units === 0) return ['product.updated'];
  const { stockDelta, stockQuantity, reference, reason, ...others } = change;
  return isEmpty(others) ? ['stock.adjusted'] : ['product.updated', 'stock.adjusted'];
}

function refuseTakenSku(error: unknown): never {
  throw violates(error, CONSTRAINTS.productsSku) ? new DomainError('sku-taken') : error;
}

async function recordAdjustment(
  manager: EntityManager,
  adjustment: QueryDeepPartialEntity<StockAdjustment>,
): Promise<void> {
  if (adjustment.quantity !== 0) await manager.insert(StockAdjustment, adjustment);
}
