import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every list of orders is read from one index, newest first by time and id, whatever the filter. For that,
 * lines get the time of their order. Active products get an index.
 */
export class ListOrder1764300000000 implements MigrationInterface {
  readonly name = 'ListOrder1764300000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE order_items ADD created_at timestamptz(3) NOT NULL DEFAULT now()`);
    // First, so that the update has fewer indexes to maintain.
    for (const name of ['order_items_product_id_order_id', 'orders_customer_id_id', 'orders_status_id']) {
      await queryRunner.query(`DROP INDEX ix_${name}`);
    }
    await queryRunner.query(
      `UPDATE order_items SET created_at = orders.created_at FROM orders WHERE orders.id = order_id`,
    );
    await queryRunner.query(`
      CREATE INDEX ix_order_items_product_id_created_at_order_id
        ON order_items (product_id, created_at, order_id)`);
    await queryRunner.query(
      `CREATE INDEX ix_orders_customer_id_created_at_id ON orders (customer_id, created_at, id)`,
    );
    await queryRunner.query(`CREATE INDEX ix_orders_status_created_at_id ON orders (status, created_at, id)`);
    await queryRunner.query(`
      CREATE INDEX ix_orders_customer_id_status_created_at_id
        ON orders (customer_id, status, created_at, id)`);
    await queryRunner.query(`CREATE INDEX ix_products_active_id ON products (id) WHERE is_active`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of [
      'products_active_id',
      'orders_customer_id_status_created_at_id',
      'orders_status_created_at_id',
      'orders_customer_id_created_at_id',
    ]) {
      await queryRunner.query(`DROP INDEX ix_${name}`);
    }
    // This also drops its index.
    await queryRunner.query(`ALTER TABLE order_items DROP COLUMN created_at`);
    await queryRunner.query(`CREATE INDEX ix_orders_status_id ON orders (status, id)`);
    await queryRunner.query(`CREATE INDEX ix_orders_customer_id_id ON orders (customer_id, id)`);
    await queryRunner.query(
      `CREATE INDEX ix_order_items_product_id_order_id ON order_items (product_id, order_id)`,
    );
  }
}
