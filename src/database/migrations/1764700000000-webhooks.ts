import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhook endpoints, each with its position in the event log. */
export class Webhooks1764700000000 implements MigrationInterface {
  readonly name = 'Webhooks1764700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE webhook_endpoints (
        id                    bigint GENERATED ALWAYS AS IDENTITY,
        url                   varchar(2000) NOT NULL,
        types                 varchar(32)[],
        secret                varchar(200) NOT NULL,
        previous_secret       varchar(200),
        previous_secret_until timestamptz(3),
        position              bigint NOT NULL,
        lease                 uuid,
        leased_until          timestamptz(3),
        attempts              integer NOT NULL DEFAULT 0,
        next_attempt_at       timestamptz(3) NOT NULL DEFAULT now(),
        failing_since         timestamptz(3),
        last_error            varchar(200),
        disabled_at           timestamptz(3),
        created_at            timestamptz(3) NOT NULL DEFAULT now(),
        updated_at            timestamptz(3) NOT NULL DEFAULT now(),
        CONSTRAINT pk_webhook_endpoints PRIMARY KEY (id),
        CONSTRAINT ck_webhook_endpoints_previous_secret
          CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE webhook_endpoints`);
  }
}
