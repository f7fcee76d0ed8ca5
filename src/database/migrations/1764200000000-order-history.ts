import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who confirmed and cancelled an order, when and why, and the sequence in which stock was returned. For older
 * orders, the time is that of their last change, and the user is unknown, as is whether a cancelled order had
 * been confirmed before.
 */
export class OrderHistory1764200000000 implements MigrationInterface {
  readonly name = 'OrderHistory1764200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE orders
        ADD COLUMN confirmed_at  timestamptz(3),
        ADD COLUMN confirmed_by  integer,
        ADD COLUMN cancelled_at  timestamptz(3),
        ADD COLUMN cancelled_by  integer,
        ADD COLUMN cancel_reason varchar(200)`);
    // Rewriting the table is much faster than an UPDATE and leaves no dead rows.
    await queryRunner.query(`
      ALTER TABLE orders
        ALTER confirmed_at TYPE timestamptz(3) USING CASE status WHEN 'CONFIRMED' THEN updated_at END,
        ALTER cancelled_at TYPE timestamptz(3) USING CASE status WHEN 'CANCELLED' THEN updated_at END`);
    await queryRunner.query(`
      ALTER TABLE orders
        ADD CONSTRAINT fk_orders_confirmed_by FOREIGN KEY (confirmed_by) REFERENCES users (id) ON DELETE RESTRICT,
        ADD CONSTRAINT fk_orders_cancelled_by FOREIGN KEY (cancelled_by) REFERENCES users (id) ON DELETE RESTRICT,
        ADD CONSTRAINT ck_orders_confirmed CHECK (CASE status
          WHEN 'PENDING' THEN confirmed_at IS NULL
          WHEN 'CONFIRMED' THEN confirmed_at IS NOT NULL
          ELSE true END AND (confirmed_by IS NULL OR confirmed_at IS NOT NULL)),
        ADD CONSTRAINT ck_orders_cancelled CHECK ((status = 'CANCELLED') = (cancelled_at IS NOT NULL)
          AND ((cancelled_by IS NULL AND cancel_reason IS NULL) OR cancelled_at IS NOT NULL)),
        ADD CONSTRAINT ck_orders_cancel_reason_not_empty CHECK (cancel_reason <> '')`);
    await queryRunner.query(`
      CREATE TABLE stock_returns (
        id         integer GENERATED ALWAYS AS IDENTITY,
        order_id   integer NOT NULL,
        product_id integer NOT NULL,
        CONSTRAINT pk_stock_returns PRIMARY KEY (id),
        CONSTRAINT uq_stock_returns_order_id_product_id UNIQUE (order_id, product_id),
        CONSTRAINT fk_stock_returns_order_item FOREIGN KEY (order_id, product_id)
          REFERENCES order_items (order_id, product_id) ON DELETE RESTRICT
      )`);
    await queryRunner.query(`
      INSERT INTO stock_returns (order_id, product_id)
      SELECT item.order_id, item.product_id
        FROM order_items AS item JOIN orders ON orders.id = item.order_id
       WHERE orders.cancelled_at IS NOT NULL
       ORDER BY orders.cancelled_at, item.order_id, item.product_id`);
    await queryRunner.query(`CREATE INDEX ix_stock_returns_product_id_id ON stock_returns (product_id, id)`);
    await queryRunner.query(
      `CREATE INDEX ix_stock_adjustments_product_id_id ON stock_adjustments (product_id, id)`,
    );
    await queryRunner.query(`DROP INDEX ix_stock_adjustments_product_id`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE INDEX ix_stock_adjustments_product_id ON stock_adjustments (product_id)`);
    await queryRunner.query(`DROP INDEX ix_stock_adjustments_product_id_id`);
    await queryRunner.query(`DROP TABLE stock_returns`);
    // This also drops their foreign keys and checks.
    await queryRunner.query(`
      ALTER TABLE orders
        DROP COLUMN confirmed_at, DROP COLUMN confirmed_by,
        DROP COLUMN cancelled_at, DROP COLUMN cancelled_by, DROP COLUMN cancel_reason`);
  }
}
