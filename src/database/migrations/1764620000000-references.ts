import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The caller's own references of products, orders and stock changes, and the reasons of stock changes. */
export class References1764620000000 implements MigrationInterface {
  readonly name = 'References1764620000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE products
        ADD COLUMN sku varchar(64),
        ADD CONSTRAINT uq_products_sku UNIQUE (sku)`);
    await queryRunner.query(`ALTER TABLE orders ADD COLUMN reference varchar(64)`);
    // Only orders with a reference get an index entry.
    await queryRunner.query(`
      CREATE INDEX ix_orders_reference_created_at_id ON orders (reference, created_at, id)
        WHERE reference IS NOT NULL`);
    await queryRunner.query(`
      CREATE INDEX ix_orders_customer_id_reference_created_at_id
        ON orders (customer_id, reference, created_at, id) WHERE reference IS NOT NULL`);
    await queryRunner.query(`
      ALTER TABLE stock_adjustments
        ADD COLUMN reference varchar(64),
        ADD COLUMN reason    varchar(200)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE stock_adjustments DROP COLUMN reason, DROP COLUMN reference`);
    // This also drops their constraint and indexes.
    await queryRunner.query(`ALTER TABLE orders DROP COLUMN reference`);
    await queryRunner.query(`ALTER TABLE products DROP COLUMN sku`);
  }
}
