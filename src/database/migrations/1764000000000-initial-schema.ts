import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, products with stock adjustments, and orders with lines. */
export class InitialSchema1764000000000 implements MigrationInterface {
  readonly name = 'InitialSchema1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE users (
        id            integer GENERATED ALWAYS AS IDENTITY,
        username      varchar(64)  NOT NULL,
        username_key  varchar(255) NOT NULL,
        password_hash varchar(255) NOT NULL,
        role          varchar(16)  NOT NULL,
        is_active     boolean      NOT NULL DEFAULT true,
        created_at    timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT pk_users PRIMARY KEY (id),
        CONSTRAINT uq_users_username_key UNIQUE (username_key),
        CONSTRAINT ck_users_role CHECK (role IN ('customer', 'admin'))
      )`);
    await queryRunner.query(`
      CREATE TABLE products (
        id             integer GENERATED ALWAYS AS IDENTITY,
        name           varchar(200) NOT NULL,
        price_minor    bigint  NOT NULL,
        stock_quantity bigint  NOT NULL,
        is_active      boolean NOT NULL DEFAULT true,
        version        integer NOT NULL DEFAULT 1,
        created_at     timestamptz(3) NOT NULL DEFAULT now(),
        updated_at     timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT pk_products PRIMARY KEY (id),
        CONSTRAINT ck_products_stock_nonnegative CHECK (stock_quantity >= 0),
        CONSTRAINT ck_products_price_range CHECK (price_minor BETWEEN 0 AND 9999999999)
      )`);
    await queryRunner.query(`
      CREATE TABLE stock_adjustments (
        id         integer GENERATED ALWAYS AS IDENTITY,
        product_id integer NOT NULL,
        quantity   integer NOT NULL,
        created_by integer,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT pk_stock_adjustments PRIMARY KEY (id),
        CONSTRAINT fk_stock_adjustments_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE RESTRICT,
        CONSTRAINT fk_stock_adjustments_created_by FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT ck_stock_adjustments_quantity_not_zero CHECK (quantity <> 0)
      )`);
    await queryRunner.query(`CREATE INDEX ix_stock_adjustments_product_id ON stock_adjustments (product_id)`);
    await queryRunner.query(`
      CREATE TABLE orders (
        id            integer GENERATED ALWAYS AS IDENTITY,
        customer_id   integer      NOT NULL,
        status        varchar(16)  NOT NULL,
        total_minor   bigint       NOT NULL,
        placement_key varchar(255) NOT NULL,
        request_hash  bytea,
        version       integer      NOT NULL DEFAULT 1,
        created_at    timestamptz(3) NOT NULL DEFAULT now(),
        updated_at    timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT pk_orders PRIMARY KEY (id),
        CONSTRAINT fk_orders_customer FOREIGN KEY (customer_id) REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT uq_orders_customer_id_placement_key UNIQUE (customer_id, placement_key),
        CONSTRAINT ck_orders_status CHECK (status IN ('PENDING', 'CONFIRMED', 'CANCELLED')),
        CONSTRAINT ck_orders_total_range CHECK (total_minor BETWEEN 0 AND 99999999999999)
      )`);
    await queryRunner.query(`CREATE INDEX ix_orders_customer_id_id ON orders (customer_id, id)`);
    await queryRunner.query(`CREATE INDEX ix_orders_status_id ON orders (status, id)`);
    await queryRunner.query(`CREATE INDEX ix_orders_created_at_id ON orders (created_at, id)`);
    await queryRunner.query(`
      CREATE TABLE order_items (
        order_id     integer NOT NULL,
        product_id   integer NOT NULL,
        product_name varchar(200) NOT NULL,
        quantity     integer NOT NULL,
        price_minor  bigint  NOT NULL,
        CONSTRAINT pk_order_items PRIMARY KEY (order_id, product_id),
        CONSTRAINT fk_order_items_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE RESTRICT,
        CONSTRAINT fk_order_items_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE RESTRICT,
        CONSTRAINT ck_order_items_quantity_range CHECK (quantity BETWEEN 1 AND 1000000),
        CONSTRAINT ck_order_items_price_range CHECK (price_minor BETWEEN 0 AND 9999999999)
      )`);
    await queryRunner.query(
      `CREATE INDEX ix_order_items_product_id_order_id ON order_items (product_id, order_id)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['order_items', 'orders', 'stock_adjustments', 'products', 'users']) {
      await queryRunner.query(`DROP TABLE ${table}`);
    }
  }
}
