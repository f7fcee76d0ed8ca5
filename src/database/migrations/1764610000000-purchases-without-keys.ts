import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Purchases are counted from orders, which have the same foreign keys. When a limit is set for a product with
 * many orders, checking the keys again took most of the time.
 */
export class PurchasesWithoutKeys1764610000000 implements MigrationInterface {
  readonly name = 'PurchasesWithoutKeys1764610000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE customer_purchases
        DROP CONSTRAINT fk_customer_purchases_product, DROP CONSTRAINT fk_customer_purchases_customer`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE customer_purchases
        ADD CONSTRAINT fk_customer_purchases_product FOREIGN KEY (product_id)
          REFERENCES products (id) ON DELETE RESTRICT,
        ADD CONSTRAINT fk_customer_purchases_customer FOREIGN KEY (customer_id)
          REFERENCES users (id) ON DELETE RESTRICT`);
  }
}
