import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an unconfirmed order expires. Older orders never expire. */
export class Holds1764500000000 implements MigrationInterface {
  readonly name = 'Holds1764500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE orders ADD COLUMN expires_at timestamptz(3)`);
    await queryRunner.query(`
      CREATE INDEX ix_orders_pending_expires_at_id ON orders (expires_at, id)
        WHERE status = 'PENDING' AND expires_at IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    // This also drops its index.
    await queryRunner.query(`ALTER TABLE orders DROP COLUMN expires_at`);
  }
}
