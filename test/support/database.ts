import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { TYPES } from '../../src/database/session-client.js';

/** A separate database for a test file, migrated and empty, with direct access to it. */
export class TestDatabase {
  private constructor(
    readonly url: string,
    private readonly pool: pg.Pool,
  ) {}

  static async create(): Promise<TestDatabase> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    await asAdmin(`CREATE DATABASE ${name} TEMPLATE ${templateUrl().pathname.slice(1)}`);
    return TestDatabase.named(name);
  }

  /** An existing database on the tests' server. */
  static named(name: string): TestDatabase {
    return TestDatabase.at(Object.assign(templateUrl(), { pathname: `/${name}` }).href);
  }

  static at(url: string): TestDatabase {
    const pool = new pg.Pool({ connectionString: url, max: 4, types: TYPES });
    pool.on('error', () => undefined);
    return new TestDatabase(url, pool);
  }

  async rows<Row extends object>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, parameters)).rows;
  }

  async value<Value>(sql: string, parameters: unknown[] = []): Promise<Value> {
    const [row] = await this.rows<{ value: Value }>(`SELECT (${sql}) AS value`, parameters);
    return row?.value as Value;
  }

  /** A session for transactions by hand: for locks from outside and for races with a fixed order. */
  async session(): Promise<pg.PoolClient> {
    return this.pool.connect();
  }

  stockOf({ id }: { id: number }): Promise<number> {
    return this.value<string>('SELECT stock_quantity FROM products WHERE id = $1', [id]).then(Number);
  }

  orderCount(): Promise<number> {
    return this.value<number>('SELECT count(*)::integer FROM orders');
  }

  /** A product with its initial stock, inserted directly. */
  async addProduct(stock: number): Promise<number> {
    const [row] = await this.rows<{ id: number }>(
      `WITH p AS (INSERT INTO products (name, price_minor, stock_quantity) VALUES ('Lamp', 100, $1) RETURNING id),
       adjusted AS (INSERT INTO stock_adjustments (product_id, quantity) SELECT id, $1 FROM p WHERE $1 > 0)
       SELECT id FROM p`,
      [stock],
    );
    return row?.id as number;
  }

  /** This many products, each with its initial stock, inserted directly. */
  async addProducts(count: number, stock: number): Promise<number[]> {
    const rows = await this.rows<{ id: number }>(
      `WITH p AS (INSERT INTO products (name, price_minor, stock_quantity)
         SELECT 'Lamp', 100, $2 FROM generate_series(1, $1::integer) RETURNING id)
       INSERT INTO stock_adjustments (product_id, quantity) SELECT id, $2 FROM p RETURNING product_id AS id`,
      [count, stock],
    );
    return rows.map(({ id }) => id);
  }

  /** A customer who cannot sign in, inserted directly. */
  async addCustomer(name = 'buyer'): Promise<number> {
    const [row] = await this.rows<{ id: number }>(
      `INSERT INTO users (username, username_key, password_hash, role) VALUES ($1, $1, '-', ` +
        `'customer') RETURNING id`,
      [name],
    );
    return row?.id as number;
  }

  /** Locks the row of a product in an open transaction of another session. */
  async hold(productId: number): Promise<{ release(): Promise<void> }> {
    const outside = await this.session();
    await outside.query('BEGIN');
    await outside.query('SELECT 1 FROM products WHERE id = $1 FOR UPDATE', [productId]);
    return {
      async release() {
        await outside.query('ROLLBACK');
        outside.release();
      },
    };
  }

  /**
   * How many sessions of the service wait for a lock. Tests wait for a number to fix the order of a race.
   */
  waitingForLocks(): Promise<number> {
    return this.value<number>(
      `SELECT count(*)::integer FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
  }

  /** Cuts every connection except our own, as a failing network or server would. */
  async cutConnections(): Promise<void> {
    await this.rows(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'mini-order-system'`,
    );
  }

  /** Makes the server refuse new connections and cuts existing ones, or accepts them again. */
  async refuseConnections(isRefusing: boolean): Promise<void> {
    const name = new URL(this.url).pathname.slice(1);
    if (isRefusing) await this.cutConnections();
    await asAdmin(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${!isRefusing}`);
    if (isRefusing) await this.cutConnections();
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  /**
   * Keeps the database until the run ends and its server with it: where many files have just been removed,
   * ext4 takes several times as long to create new ones. From a server that stays, it is dropped.
   */
  leave(): Promise<void> {
    return process.env.TEST_DATABASE_URL === undefined ? this.close() : this.drop();
  }

  async drop(): Promise<void> {
    await this.close();
    await asAdmin(`DROP DATABASE ${new URL(this.url).pathname.slice(1)} WITH (FORCE)`);
  }
}

function templateUrl(): URL {
  return new URL(process.env.TEST_TEMPLATE_URL ?? '');
}

/** Runs a statement on the tests' server that does not belong to a single database. */
export async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({
    connectionString: Object.assign(templateUrl(), { pathname: '/postgres' }).href,
  });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Waits until something is true; checks every few milliseconds and fails after `msMax`. */
export async function until(what: string, condition: () => Promise<boolean>, msMax = 10_000): Promise<void> {
  const deadline = Date.now() + msMax;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
