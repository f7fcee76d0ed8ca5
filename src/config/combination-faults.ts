import { resolve } from 'node:path';
import { isCommonPassword } from '../common/common-passwords.js';
import { lengthOf } from '../common/text.js';
import { holdsCertificate, isUnverified, refusesTls } from './database-url.js';
import type { Env } from './env.js';
import { isGuessable } from './guessable-secret.js';

/** What a program needs of its configuration. */
export interface EnvNeeds {
  /** Whether it signs tokens, as the service does and the commands do not. */
  readonly signsTokens: boolean;
}

/** Of 100; the rest is for its owner, commands and people. */
const EMBEDDED_CONNECTIONS_MAX = 90;

/** The texts of the rules that are broken. */
function broken(rules: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(rules).filter((fault) => rules[fault]);
}

/** What is wrong with variables that are right each by itself. */
export function combinationFaults(env: Env, { signsTokens }: EnvNeeds): string[] {
  const { isProduction, ADMIN_USERNAME, ADMIN_PASSWORD, METRICS_PORT, PORT } = env;
  const isEmbedded = env.DATABASE_URL === undefined;
  return broken({
    'JWT_SECRET is required in production (32 characters or more)':
      isProduction && signsTokens && env.JWT_SECRET === undefined,
    'DATABASE_URL is required in production: the embedded PostgreSQL is for development':
      isProduction && isEmbedded,
    'DATA_DIR is in a folder with a line break in its name, which PostgreSQL cannot use':
      isEmbedded && /[\r\n]/.test(resolve(env.DATA_DIR)),
    [`WORKERS times DATABASE_POOL_SIZE must be at most ${EMBEDDED_CONNECTIONS_MAX} \
with the embedded PostgreSQL, which has 100 connections`]:
      isEmbedded && env.WORKERS * env.DATABASE_POOL_SIZE > EMBEDDED_CONNECTIONS_MAX,
    'DATABASE_POOL_SIZE must be at least PLACEMENT_LANES + 3 (rows that others hold, other writes, reads)':
      env.PLACEMENT_LANES + 3 > env.DATABASE_POOL_SIZE,
    'METRICS_PORT must be another port than PORT': METRICS_PORT === PORT && PORT !== 0,
    'ADMIN_USERNAME and ADMIN_PASSWORD must be set together':
      (ADMIN_USERNAME === undefined) !== (ADMIN_PASSWORD === undefined),
    'ADMIN_PASSWORD is shorter than PASSWORD_MIN_LENGTH':
      ADMIN_PASSWORD !== undefined && lengthOf(ADMIN_PASSWORD) < env.PASSWORD_MIN_LENGTH,
    // Convenient on a developer's machine, an open door on the internet.
    'JWT_SECRET can be guessed: make one with "openssl rand -hex 32"':
      isProduction && isGuessable(env.JWT_SECRET),
    'JWT_SECRET_PREVIOUS can be guessed: make one with "openssl rand -hex 32"':
      isProduction && isGuessable(env.JWT_SECRET_PREVIOUS),
    'ADMIN_PASSWORD is one of the most common passwords':
      isProduction && ADMIN_PASSWORD !== undefined && isCommonPassword(ADMIN_PASSWORD),
  });
}

export function databaseFaults(env: Env, tlsRejectUnauthorized: string | undefined): string[] {
  const { DATABASE_URL, MIGRATION_DATABASE_URL, DATABASE_CA_FILE: caFile } = env;
  const mustVerify = env.isProduction && !env.ALLOW_UNSAFE_DATABASE;
  const urlFaults = Object.entries({ DATABASE_URL, MIGRATION_DATABASE_URL }).flatMap(([name, url]) =>
    broken({
      [`${name} has an sslmode that ignores DATABASE_CA_FILE`]:
        url !== undefined && caFile !== undefined && (refusesTls(url) || isUnverified(url)),
      [`${name} does not verify the server (no-verify): use sslmode=verify-full and DATABASE_CA_FILE`]:
        url !== undefined && mustVerify && isUnverified(url),
    }),
  );
  return broken({
    'MIGRATION_DATABASE_URL needs DATABASE_URL, whose role gets the rights that the service needs':
      DATABASE_URL === undefined && MIGRATION_DATABASE_URL !== undefined,
    'DATABASE_CA_FILE must be a file that can be read, with certificates in PEM':
      caFile !== undefined && !holdsCertificate(caFile),
    'NODE_TLS_REJECT_UNAUTHORIZED=0 accepts any database and collector: remove it':
      mustVerify && tlsRejectUnauthorized === '0',
  }).concat(urlFaults);
}
