import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sale times and purchase limits of products. Older products have neither. */
export class Drops1764510000000 implements MigrationInterface {
  readonly name = 'Drops1764510000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE products
        ADD COLUMN max_per_customer integer,
        ADD COLUMN sale_starts_at   timestamptz(3),
        ADD COLUMN sale_ends_at     timestamptz(3),
        ADD CONSTRAINT ck_products_max_per_customer_range CHECK (max_per_customer BETWEEN 1 AND 1000000),
        ADD CONSTRAINT ck_products_sale_window CHECK (sale_ends_at > sale_starts_at)`);
    await queryRunner.query(`
      CREATE TABLE customer_purchases (
        product_id  bigint NOT NULL,
        customer_id bigint NOT NULL,
        quantity    bigint NOT NULL,
        CONSTRAINT pk_customer_purchases PRIMARY KEY (product_id, customer_id),
        CONSTRAINT fk_customer_purchases_product FOREIGN KEY (product_id)
          REFERENCES products (id) ON DELETE RESTRICT,
        CONSTRAINT fk_customer_purchases_customer FOREIGN KEY (customer_id)
          REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT ck_customer_purchases_quantity_nonnegative CHECK (quantity >= 0)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE customer_purchases`);
    // This also drops their checks.
    await queryRunner.query(`
      ALTER TABLE products
        DROP COLUMN max_per_customer, DROP COLUMN sale_starts_at, DROP COLUMN sale_ends_at`);
  }
}
