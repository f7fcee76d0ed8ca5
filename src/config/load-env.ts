import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { isCommonPassword } from '../common/common-passwords.js';
import { lengthOf } from '../common/text.js';
import { holdsCertificate, isUnverified, refusesTls, withVerification } from './database-url.js';
import { Env } from './env.js';
import { isGuessable } from './guessable-secret.js';

/** The process could not start because of its configuration; see `sysexits.h`, EX_CONFIG. */
export const EXIT_CODE_BAD_CONFIGURATION = 78;

/** Names every faulty variable and rule, and never a value: values may be secrets. */
export class BadConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** What a program needs of its configuration. */
export interface EnvNeeds {
  /** Whether it signs tokens, as the service does and the commands do not. */
  readonly signsTokens: boolean;
}

/**
 * Reads `.env` (if there is one) and the environment, which wins. A worker has what its primary has read, whatever
 * the file says by the time when it is started.
 */
export function loadEnv(needs: EnvNeeds = { signsTokens: true }): Env {
  if (cluster.isPrimary && existsSync('.env')) loadEnvFile('.env');
  forgetPgVariables(process.env);
  return parseEnv(process.env, needs);
}

/**
 * What a connection string leaves open, pg takes from the variables of PostgreSQL's own programs. They are in a shell
 * for other databases: what counts for ours stands in `DATABASE_URL`.
 */
function forgetPgVariables(variables: NodeJS.ProcessEnv): void {
  const names = Object.keys(variables).filter((name) => /^PG[A-Z]/.test(name));
  for (const name of names) Reflect.deleteProperty(variables, name);
  if (names.length > 0 && variables.DATABASE_URL)
    console.error(
      `Not read: ${names.join(', ')}. What they say about the database belongs into DATABASE_URL.`,
    );
}

/**
 * Turns raw variables into a valid `Env`.
 * @throws BadConfigurationError that lists all faults at once.
 */
export function parseEnv(
  variables: Record<string, string | undefined>,
  needs: EnvNeeds = { signsTokens: true },
): Env {
  const isProduction = variables.NODE_ENV === 'production';
  const env = plainToInstance(Env, { ...modeDefaults(isProduction), ...givenOf(variables) });
  const misshapen = shapeFaults(env);
  const faults = [...misshapen, ...combinationFaults(env, needs)];
  if (misshapen.length === 0) faults.push(...databaseFaults(env));
  if (faults.length > 0) throw new BadConfigurationError(faults);
  return withVerifiedDatabases(env);
}

function withVerifiedDatabases(env: Env): Env {
  const { DATABASE_URL, MIGRATION_DATABASE_URL, DATABASE_CA_FILE } = env;
  const verified = (url: string | undefined) => url && withVerification(url, DATABASE_CA_FILE);
  return Object.assign(env, {
    DATABASE_URL: verified(DATABASE_URL),
    MIGRATION_DATABASE_URL: verified(MIGRATION_DATABASE_URL),
  });
}

function modeDefaults(isProduction: boolean) {
  return {
    ADMIN_SIGNUP: isProduction ? 'closed' : 'first',
    PASSWORD_MIN_LENGTH: isProduction ? 8 : 4,
    RATE_LIMIT_PER_MINUTE: isProduction ? 6_000 : 0,
    LOG_FORMAT: !isProduction && process.stdout.isTTY ? 'pretty' : 'json',
  };
}

/** Those that `Env` has a rule for; whatever else is in the environment is not ours. */
const KNOWN_VARIABLES = new Set(
  getMetadataStorage()
    .getTargetValidationMetadatas(Env, '', false, false)
    .map(({ propertyName }) => propertyName),
);

/** A variable that is unset and one that is set to nothing mean the same: use the default. */
function givenOf(variables: Record<string, string | undefined>) {
  return Object.fromEntries(
    Object.entries(variables).filter(([name, value]) => KNOWN_VARIABLES.has(name) && value?.trim()),
  );
}

/** Of the 100 that a PostgreSQL has by default; the rest is for its owner, commands and people. */
const EMBEDDED_CONNECTIONS_MAX = 90;

function shapeFaults(env: Env): string[] {
  return validateSync(env, { stopAtFirstError: true }).flatMap((error) =>
    Object.values(error.constraints ?? {}),
  );
}

function combinationFaults(env: Env, { signsTokens }: EnvNeeds): string[] {
  const faults: string[] = [];
  if (env.isProduction && signsTokens && env.JWT_SECRET === undefined) {
    faults.push('JWT_SECRET is required in production (32 characters or more)');
  }
  if (env.isProduction && env.DATABASE_URL === undefined) {
    faults.push('DATABASE_URL is required in production: the embedded PostgreSQL is for development');
  }
  if (env.DATABASE_URL === undefined && env.WORKERS * env.DATABASE_POOL_SIZE > EMBEDDED_CONNECTIONS_MAX) {
    faults.push(
      `WORKERS times DATABASE_POOL_SIZE must be at most ${EMBEDDED_CONNECTIONS_MAX} with the embedded PostgreSQL, which has 100 connections`,
    );
  }
  if (env.PLACEMENT_LANES + env.PLACEMENT_PATIENT_LANES + 2 > env.DATABASE_POOL_SIZE) {
    faults.push(
      'DATABASE_POOL_SIZE must be at least PLACEMENT_LANES + PLACEMENT_PATIENT_LANES + 2 (other writes, reads)',
    );
  }
  if ((env.ADMIN_USERNAME === undefined) !== (env.ADMIN_PASSWORD === undefined)) {
    faults.push('ADMIN_USERNAME and ADMIN_PASSWORD must be set together');
  }
  if (env.ADMIN_PASSWORD !== undefined && lengthOf(env.ADMIN_PASSWORD) < env.PASSWORD_MIN_LENGTH) {
    faults.push('ADMIN_PASSWORD is shorter than PASSWORD_MIN_LENGTH');
  }
  if (env.isProduction) faults.push(...guessableFaults(env));
  return faults;
}

function databaseFaults(env: Env): string[] {
  const faults: string[] = [];
  const given = (['DATABASE_URL', 'MIGRATION_DATABASE_URL'] as const).flatMap((name) => {
    const url = env[name];
    return url === undefined ? [] : [{ name, url }];
  });
  if (env.DATABASE_URL === undefined && env.MIGRATION_DATABASE_URL !== undefined) {
    faults.push(
      'MIGRATION_DATABASE_URL needs DATABASE_URL, whose role gets the rights that the service needs',
    );
  }
  if (env.DATABASE_CA_FILE !== undefined) {
    if (!holdsCertificate(env.DATABASE_CA_FILE)) {
      faults.push('DATABASE_CA_FILE must be a file that can be read, with certificates in PEM');
    }
    const deaf = given.filter(({ url }) => refusesTls(url) || isUnverified(url));
    faults.push(...deaf.map(({ name }) => `${name} has an sslmode that ignores DATABASE_CA_FILE`));
  }
  if (env.isProduction && !env.ALLOW_UNSAFE_DATABASE) {
    const open = given.filter(({ url }) => isUnverified(url));
    faults.push(
      ...open.map(
        ({ name }) =>
          `${name} does not verify the server (no-verify): use sslmode=verify-full and DATABASE_CA_FILE`,
      ),
    );
  }
  return faults;
}

/** What may be convenient on a developer's machine and is an open door on the internet. */
function guessableFaults(env: Env): string[] {
  const secrets = (['JWT_SECRET', 'JWT_SECRET_PREVIOUS'] as const).filter((name) => isGuessable(env[name]));
  const faults = secrets.map((name) => `${name} can be guessed: make one with "openssl rand -hex 32"`);
  if (env.ADMIN_PASSWORD !== undefined && isCommonPassword(env.ADMIN_PASSWORD)) {
    faults.push('ADMIN_PASSWORD is one of the most common passwords');
  }
  return faults;
}
