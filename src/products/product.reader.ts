import { Injectable } from '@nestjs/common';
import { ForbiddenError } from '../auth/access/access.errors.js';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { type Page, paginate } from '../pagination/paginate.js';
import { DatabaseReader } from '../database/database.reader.js';
import type { ListProductsQueryDto } from './product.dto.js';
import { productById, productList } from './product-list.js';
import type { Product } from './product.entity.js';
import { ProductNotFoundError } from './products.errors.js';

const ANY_PRODUCT = productById('$1');
const ACTIVE_PRODUCT = `${ANY_PRODUCT} AND is_active`;

@Injectable()
export class ProductReader {
  constructor(private readonly database: DatabaseReader) {}

  /**
   * Products, in order of id.
   * @throws ForbiddenError when inactive ones are asked for by anybody but an admin.
   */
  async list(query: ListProductsQueryDto, caller?: AuthenticatedUser): Promise<Page<Product>> {
    if (query.include_inactive && !seesInactive(caller))
      throw new ForbiddenError('Only admins see inactive products.');
    return paginate<Product>(this.database, productList(query.include_inactive), query);
  }

  /** @throws ProductNotFoundError also for an inactive product, unless an admin asks. */
  async get(id: number, caller?: AuthenticatedUser): Promise<Product> {
    const text = seesInactive(caller) ? ANY_PRODUCT : ACTIVE_PRODUCT;
    const [product] = await this.database.rows<Product>(text, [id]);
    if (!product) throw new ProductNotFoundError([id]);
    return product;
  }
}

function seesInactive(caller: AuthenticatedUser | undefined): boolean {
  return caller?.role === 'admin';
}
