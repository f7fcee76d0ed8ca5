import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import {
  address,
  asOrigin,
  booleanWord,
  commaSeparated,
  integerBetween,
  IsAddressList,
  IsOriginList,
  IsPostgresUrl,
} from './env-rules.js';
import { OperationsEnv } from './operations-env.js';

export const NODE_ENVS = ['development', 'test', 'production'] as const;
export const ADMIN_SIGNUPS = ['first', 'open', 'closed'] as const;

/** Characters, for every user. */
export const USERNAME_MIN = 3;
export const USERNAME_MAX = 64;
export const PASSWORD_MAX = 128;

/**
 * The whole configuration. `.env.example` explains every
 * variable; `loadEnv` fills in defaults that depend on others.
 */
export class Env extends OperationsEnv {
  @IsIn(NODE_ENVS) readonly NODE_ENV: (typeof NODE_ENVS)[number] = 'development';
  @integerBetween(0, 65_535) readonly PORT: number = 8000;
  @address() readonly HOST: string = '0.0.0.0';

  /** Processes that share the port; every limit of one process is there so many times. */
  @integerBetween(1, 64) readonly WORKERS: number = 1;
  @IsOptional() @IsPostgresUrl() readonly DATABASE_URL?: string;

  /** The same database, by the role that owns and migrates it. */
  @IsOptional() @IsPostgresUrl() readonly MIGRATION_DATABASE_URL?: string;

  /** Certificates by which the database's is verified, in PEM. */
  @IsOptional() @IsString() readonly DATABASE_CA_FILE?: string;

  /** Starts in production even where commits may be lost, or the server is not verified. */
  @booleanWord() readonly ALLOW_UNSAFE_DATABASE: boolean = false;

  /** Connections of one process to PostgreSQL: for placing orders, for other writes, and for reads. */
  @integerBetween(4, 100) readonly DATABASE_POOL_SIZE: number = 10;

  /** Off behind a pooler that shares connections by transaction and does not know of prepared statements. */
  @booleanWord() readonly DATABASE_PREPARED_STATEMENTS: boolean = true;

  /** Orders that share one transaction at most. */
  @integerBetween(1, 1_000) readonly PLACEMENT_GROUP_MAX: number = 64;

  /** Groups of orders that are placed at the same time. */
  @integerBetween(1, 50) readonly PLACEMENT_LANES: number = 1;

  /** Orders that may wait to be placed. */
  @integerBetween(1, 100_000) readonly PLACEMENT_QUEUE_MAX: number = 1_000;

  /** Milliseconds that an order may wait to be taken up; together with its transactions less than 10 s. */
  @integerBetween(1, 2_000) readonly PLACEMENT_WAIT_MS: number = 1_500;
  /** Seconds for which an order holds its stock without being confirmed; 0 is for ever. */
  @integerBetween(0, 31_536_000) readonly PENDING_ORDER_TTL: number = 0;

  @Matches(/^[^~]/, { message: '$property begins with ~, which only a shell expands' })
  readonly DATA_DIR: string = './data';
  @IsOptional() @IsString() @MinLength(32) readonly JWT_SECRET?: string;

  /** Only checks tokens, and signs none. */
  @IsOptional() @IsString() @MinLength(32) readonly JWT_SECRET_PREVIOUS?: string;

  /** Seconds. */
  @integerBetween(1, 86_400) readonly ACCESS_TOKEN_TTL: number = 3600;

  /** Seconds from signing in to the end of the session. */
  @integerBetween(60, 31_536_000) readonly REFRESH_TOKEN_TTL: number = 2_592_000;
  @integerBetween(1, 1_000) readonly SESSIONS_PER_USER: number = 50;

  /** Passwords of one process that may wait to be hashed; more are refused with 503. */
  @integerBetween(1, 10_000) readonly PASSWORD_QUEUE_MAX: number = 200;

  /** Seconds in which failed logins are counted together. */
  @integerBetween(1, 86_400) readonly LOGIN_FAILURE_WINDOW: number = 900;
  @integerBetween(1, 1_000_000) readonly LOGIN_FAILURES_PER_ADDRESS: number = 300;
  @integerBetween(1, 1_000_000) readonly LOGIN_FAILURES_PER_ACCOUNT: number = 100;
  @integerBetween(1, 1_000_000) readonly LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS: number = 10;

  /** Users that one address may register in the same time; 0 is no limit. Admins have none. */
  @integerBetween(0, 1_000_000) readonly REGISTRATIONS_PER_ADDRESS!: number;
  @IsIn(ADMIN_SIGNUPS) readonly ADMIN_SIGNUP!: (typeof ADMIN_SIGNUPS)[number];
  @IsOptional()
  @IsString()
  @MinLength(USERNAME_MIN)
  @MaxLength(USERNAME_MAX)
  readonly ADMIN_USERNAME?: string;
  @IsOptional() @IsString() @MaxLength(PASSWORD_MAX) readonly ADMIN_PASSWORD?: string;
  @integerBetween(4, 128) readonly PASSWORD_MIN_LENGTH!: number;

  /** Addresses or CIDR ranges of the proxies whose `X-Forwarded-For` is believed. */
  @commaSeparated() @IsAddressList() readonly TRUST_PROXY: string[] = [];

  @commaSeparated(asOrigin) @IsOriginList() readonly CORS_ORIGINS: string[] = [];

  /** Requests of one client address, counted by each process for itself; 0 is no limit. */
  @integerBetween(0, 1_000_000) readonly RATE_LIMIT_PER_MINUTE!: number;

  /** Streams of events that one process serves; more are refused with 503. */
  @integerBetween(1, 100_000) readonly EVENT_STREAMS_MAX: number = 1_000;

  /** `on` calls the webhook endpoints that admins have added. */
  @IsIn(['off', 'on']) readonly WEBHOOKS: 'off' | 'on' = 'off';

  /** Open connections of one process; the next one is closed at once. */
  @integerBetween(1, 1_000_000) readonly MAX_CONNECTIONS: number = 10_000;

  /** Milliseconds for a whole request to arrive, its headers in a third of that. */
  @integerBetween(100, 600_000) readonly REQUEST_TIMEOUT_MS: number = 30_000;

  /** Milliseconds for which a connection is kept open for the next request. */
  @integerBetween(100, 600_000) readonly KEEP_ALIVE_TIMEOUT_MS: number = 60_000;

  /** Milliseconds for which a stopping process is not ready and serves on, until a proxy has seen it. */
  @integerBetween(0, 60_000) readonly STOP_DELAY_MS: number = 0;

  get isProduction(): boolean {
    return this.NODE_ENV === 'production';
  }
}
