import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The event log. It begins with event 0 at the time of this migration: older changes have no events. */
export class Events1764600000000 implements MigrationInterface {
  readonly name = 'Events1764600000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE events (
        sequence     bigint GENERATED ALWAYS AS IDENTITY,
        last_id      bigint,
        occurred_at  timestamptz(3) NOT NULL,
        type         varchar(32) NOT NULL,
        resource_ids bigint[] NOT NULL,
        product      json,
        CONSTRAINT pk_events PRIMARY KEY (sequence),
        CONSTRAINT ck_events_product CHECK ((product IS NOT NULL) = (type LIKE 'product.%' OR type LIKE 'stock.%'))
      )`);
    await queryRunner.query(
      `CREATE UNIQUE INDEX uq_events_last_id ON events (last_id) WHERE last_id IS NOT NULL`,
    );
    await queryRunner.query(`CREATE INDEX ix_events_unnumbered ON events (sequence) WHERE last_id IS NULL`);
    await queryRunner.query(
      `INSERT INTO events (last_id, occurred_at, type, resource_ids) VALUES (0, now(), 'log.began', '{}')`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE events`);
  }
}
