import { Injectable } from '@nestjs/common';
import type { QueryRunner } from 'typeorm';
import { ForbiddenError } from '../auth/access/access.errors.js';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { type Page, paginate } from '../pagination/paginate.js';
import { DatabaseReader } from '../database/database.reader.js';
import type { Resource } from '../database/json.js';
import type { ListProductsQueryDto } from './product.dto.js';
import { ACTIVE_PRODUCTS, ALL_PRODUCTS, SELECT_PRODUCT } from './product-list.js';
import { ProductNotFoundError } from './products.errors.js';

const ANY_PRODUCT = `${SELECT_PRODUCT} id = $1::bigint`;
const ACTIVE_PRODUCT = `${ANY_PRODUCT} AND is_active`;

@Injectable()
export class ProductReader {
  constructor(private readonly database: DatabaseReader) {}

  /**
   * Products, in order of id.
   * @throws ForbiddenError if anybody but an admin asks for inactive ones.
   */
  async list(query: ListProductsQueryDto, caller?: AuthenticatedUser): Promise<Page> {
    if (query.include_inactive && !seesInactive(caller))
      throw new ForbiddenError('Only admins can see inactive products.');
    const list = query.include_inactive ? ALL_PRODUCTS : ACTIVE_PRODUCTS;
    return paginate(this.database, list, { ids: query.ids?.split(',').map(Number), sku: query.sku }, query);
  }

  /** @throws ProductNotFoundError also if the product is inactive, unless the caller is an admin. */
  async get(id: number, caller?: AuthenticatedUser): Promise<Resource> {
    const text = seesInactive(caller) ? ANY_PRODUCT : ACTIVE_PRODUCT;
    const product = await this.database.row<Resource>(text, [id]);
    if (!product) throw new ProductNotFoundError([id]);
    return product;
  }
}

/** Reads a product within a transaction. */
export async function readProduct(queryRunner: QueryRunner, id: number): Promise<Resource> {
  const [product] = (await queryRunner.query(ANY_PRODUCT, [id])) as [Resource];
  return product;
}

function seesInactive(caller: AuthenticatedUser | undefined): boolean {
  return caller?.role === 'admin';
}
