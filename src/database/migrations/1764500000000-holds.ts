import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Until when an order holds its stock without being confirmed. Orders of before hold it for ever. */
export class Holds1764500000000 implements MigrationInterface {
  readonly name = 'Holds1764500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE orders ADD COLUMN expires_at timestamptz(3)`);
    await queryRunner.query(`
      CREATE INDEX ix_orders_pending_expires_at_id ON orders (expires_at, id)
        WHERE status = 'PENDING' AND expires_at IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // Takes its index along.
    await queryRunner.query(`ALTER TABLE orders DROP COLUMN expires_at`);
  }
}
