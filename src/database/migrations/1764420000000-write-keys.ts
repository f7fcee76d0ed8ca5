import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The idempotency keys of all writes, except for placing orders: their rows contain the keys. */
export class WriteKeys1764420000000 implements MigrationInterface {
  readonly name = 'WriteKeys1764420000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE write_keys (
        user_id      bigint NOT NULL,
        key          varchar(255) NOT NULL,
        request_hash bytea NOT NULL,
        resource_id  bigint,
        created_at   timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT pk_write_keys PRIMARY KEY (user_id, key),
        CONSTRAINT fk_write_keys_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      )`);
    await queryRunner.query(`CREATE INDEX ix_write_keys_created_at ON write_keys (created_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE write_keys`);
  }
}
