import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import {
  address,
  asOrigin,
  booleanWord,
  commaSeparated,
  integerBetween,
  IsAddressList,
  IsHttpUrl,
  IsOriginList,
  IsPostgresUrl,
  share,
} from './env-rules.js';

const NODE_ENVS = ['development', 'test', 'production'] as const;
const ADMIN_SIGNUPS = ['first', 'open', 'closed'] as const;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const LOG_FORMATS = ['pretty', 'json'] as const;

/** In characters. */
export const USERNAME_MIN = 3;
export const USERNAME_MAX = 64;
export const PASSWORD_MIN = 4;
export const PASSWORD_MAX = 128;

/** The whole configuration. `.env.example` explains every variable, `parseEnv` adds the missing defaults. */
export class Env {
  @IsIn(NODE_ENVS) readonly NODE_ENV: (typeof NODE_ENVS)[number] = 'development';
  @integerBetween(0, 65_535) readonly PORT: number = 8000;
  @address() readonly HOST: string = '0.0.0.0';
  @integerBetween(1, 64) readonly WORKERS: number = 1;

  @IsOptional() @IsPostgresUrl() readonly DATABASE_URL?: string;
  @IsOptional() @IsPostgresUrl() readonly MIGRATION_DATABASE_URL?: string;
  @IsOptional() @IsString() readonly DATABASE_CA_FILE?: string;
  @booleanWord() readonly ALLOW_UNSAFE_DATABASE: boolean = false;
  @integerBetween(4, 100) readonly DATABASE_POOL_SIZE: number = 10;
  @booleanWord() readonly DATABASE_PREPARED_STATEMENTS: boolean = true;

  @integerBetween(1, 1_000) readonly PLACEMENT_GROUP_MAX: number = 64;
  @integerBetween(1, 50) readonly PLACEMENT_LANES: number = 1;
  @integerBetween(1, 100_000) readonly PLACEMENT_QUEUE_MAX: number = 1_000;
  @integerBetween(1, 2_000) readonly PLACEMENT_WAIT_MS: number = 1_500;
  @integerBetween(0, 31_536_000) readonly PENDING_ORDER_TTL: number = 0;

  @Matches(/^[^~]/, { message: '$property begins with ~, which only a shell expands' })
  readonly DATA_DIR: string = './data';

  @IsOptional() @IsString() @MinLength(32) readonly JWT_SECRET?: string;
  @IsOptional() @IsString() @MinLength(32) readonly JWT_SECRET_PREVIOUS?: string;
  @integerBetween(1, 86_400) readonly ACCESS_TOKEN_TTL: number = 3600;
  @integerBetween(60, 31_536_000) readonly REFRESH_TOKEN_TTL: number = 2_592_000;
  @integerBetween(1, 1_000) readonly SESSIONS_PER_USER: number = 50;
  @integerBetween(1, 10_000) readonly PASSWORD_QUEUE_MAX: number = 200;

  @integerBetween(1, 86_400) readonly LOGIN_FAILURE_WINDOW: number = 900;
  @integerBetween(1, 1_000_000) readonly LOGIN_FAILURES_PER_ADDRESS: number = 300;
  @integerBetween(1, 1_000_000) readonly LOGIN_FAILURES_PER_ACCOUNT: number = 100;
  @integerBetween(1, 1_000_000) readonly LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS: number = 10;
  @integerBetween(0, 1_000_000) readonly REGISTRATIONS_PER_ADDRESS!: number;

  @IsIn(ADMIN_SIGNUPS) readonly ADMIN_SIGNUP!: (typeof ADMIN_SIGNUPS)[number];
  @IsOptional()
  @IsString()
  @MinLength(USERNAME_MIN)
  @MaxLength(USERNAME_MAX)
  readonly ADMIN_USERNAME?: string;
  @IsOptional() @IsString() @MaxLength(PASSWORD_MAX) readonly ADMIN_PASSWORD?: string;
  @integerBetween(PASSWORD_MIN, PASSWORD_MAX) readonly PASSWORD_MIN_LENGTH!: number;

  @commaSeparated() @IsAddressList() readonly TRUST_PROXY: string[] = [];
  @commaSeparated(asOrigin) @IsOriginList() readonly CORS_ORIGINS: string[] = [];
  @integerBetween(0, 1_000_000) readonly RATE_LIMIT_PER_MINUTE!: number;
  @integerBetween(1, 100_000) readonly EVENT_STREAMS_MAX: number = 1_000;
  @IsIn(['off', 'on']) readonly WEBHOOKS: 'off' | 'on' = 'off';

  @integerBetween(1, 1_000_000) readonly MAX_CONNECTIONS: number = 10_000;
  @integerBetween(100, 600_000) readonly REQUEST_TIMEOUT_MS: number = 30_000;
  @integerBetween(100, 600_000) readonly KEEP_ALIVE_TIMEOUT_MS: number = 60_000;
  @integerBetween(0, 60_000) readonly STOP_DELAY_MS: number = 0;

  @IsIn(LOG_LEVELS) readonly LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'info';
  @IsIn(LOG_FORMATS) readonly LOG_FORMAT!: (typeof LOG_FORMATS)[number];
  @IsOptional() @integerBetween(0, 65_535) readonly METRICS_PORT?: number;
  @address() readonly METRICS_HOST: string = '127.0.0.1';
  @IsOptional() @IsHttpUrl() readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  @IsString() @MaxLength(255) readonly OTEL_SERVICE_NAME: string = 'mini-order-system';
  @share() readonly OTEL_TRACES_SAMPLER_ARG: number = 1;

  get isProduction(): boolean {
    return this.NODE_ENV === 'production';
  }
}
