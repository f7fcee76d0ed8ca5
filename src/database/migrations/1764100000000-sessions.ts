import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions with refresh tokens, and the counters of failed logins. */
export class Sessions1764100000000 implements MigrationInterface {
  readonly name = 'Sessions1764100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE sessions (
        id             uuid    NOT NULL,
        user_id        integer NOT NULL,
        family_hash    bytea   NOT NULL,
        token_hash     bytea   NOT NULL,
        previous_hash  bytea,
        successor_salt bytea,
        rotated_at     timestamptz(3),
        created_at     timestamptz(3) NOT NULL DEFAULT now(),
        expires_at     timestamptz(3) NOT NULL,
        CONSTRAINT pk_sessions PRIMARY KEY (id),
        CONSTRAINT uq_sessions_family_hash UNIQUE (family_hash),
        CONSTRAINT fk_sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      )`);
    await queryRunner.query(`CREATE INDEX ix_sessions_user_id_created_at ON sessions (user_id, created_at)`);
    await queryRunner.query(`CREATE INDEX ix_sessions_expires_at ON sessions (expires_at)`);
    // rate-limiter-flexible requires these columns in this order.
    await queryRunner.query(`
      CREATE TABLE login_attempts (
        key    varchar(255) NOT NULL,
        points integer      NOT NULL DEFAULT 0,
        expire bigint,
        CONSTRAINT pk_login_attempts PRIMARY KEY (key)
      )`);
    await queryRunner.query(`CREATE INDEX ix_login_attempts_expire ON login_attempts (expire)`);
    await queryRunner.query(
      `CREATE INDEX ix_users_active_admins ON users (id) WHERE role = 'admin' AND is_active`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX ix_users_active_admins`);
    await queryRunner.query(`DROP TABLE login_attempts`);
    await queryRunner.query(`DROP TABLE sessions`);
  }
}
