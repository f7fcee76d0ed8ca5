import type { MigrationInterface, QueryRunner } from 'typeorm';

/** All columns with an id or a version. A popular product would run out of versions too. */
const COLUMNS = {
  users: ['id'],
  sessions: ['user_id'],
  products: ['id', 'version'],
  stock_adjustments: ['id', 'product_id', 'created_by'],
  orders: ['id', 'customer_id', 'confirmed_by', 'cancelled_by', 'version'],
  order_items: ['order_id', 'product_id'],
  stock_returns: ['id', 'order_id', 'product_id'],
};

/** Name, table, columns and target of all foreign keys. */
const FOREIGN_KEYS = [
  ['fk_sessions_user', 'sessions', '(user_id)', 'users (id) ON DELETE CASCADE'],
  ['fk_stock_adjustments_product', 'stock_adjustments', '(product_id)', 'products (id)'],
  ['fk_stock_adjustments_created_by', 'stock_adjustments', '(created_by)', 'users (id)'],
  ['fk_orders_customer', 'orders', '(customer_id)', 'users (id)'],
  ['fk_orders_confirmed_by', 'orders', '(confirmed_by)', 'users (id)'],
  ['fk_orders_cancelled_by', 'orders', '(cancelled_by)', 'users (id)'],
  ['fk_order_items_order', 'order_items', '(order_id)', 'orders (id)'],
  ['fk_order_items_product', 'order_items', '(product_id)', 'products (id)'],
  [
    'fk_stock_returns_order_item',
    'stock_returns',
    '(order_id, product_id)',
    'order_items (order_id, product_id)',
  ],
] as const;

/** Ids of 64 bits. Each table and its indexes are rewritten under an exclusive lock. */
export class LargeIds1764400000000 implements MigrationInterface {
  readonly name = 'LargeIds1764400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await changeType(queryRunner, 'bigint');
  }

  /** Fails, and changes nothing, if an id or a version exceeds 32 bits. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await changeType(queryRunner, 'integer');
  }
}

/** Drops the foreign keys first: otherwise, each table would be checked again after each change. */
async function changeType(queryRunner: QueryRunner, type: 'bigint' | 'integer'): Promise<void> {
  for (const [name, table] of FOREIGN_KEYS) {
    await queryRunner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  }
  for (const [table, columns] of Object.entries(COLUMNS)) {
    const changes = columns.map((column) => `ALTER ${column} TYPE ${type}`);
    await queryRunner.query(`ALTER TABLE ${table} ${changes.join(', ')}`);
  }
  for (const [name, table, columns, target] of FOREIGN_KEYS) {
    const onDelete = target.includes('ON DELETE') ? '' : 'ON DELETE RESTRICT';
    await queryRunner.query(
      `ALTER TABLE ${table} ADD CONSTRAINT ${name} FOREIGN KEY ${columns} REFERENCES ${target} ${onDelete}`,
    );
  }
}
