import { resolve } from 'node:path';
import { isCommonPassword } from '../common/common-passwords.js';
import { lengthOf } from '../common/rules.js';
import { holdsCertificate, isUnverified, refusesTls } from './database-url.js';
import type { Env } from './env.js';

/** What a program needs from its configuration: the service signs tokens, the commands do not. */
export interface EnvNeeds {
  readonly signsTokens: boolean;
}

/** Of 100: the others are reserved for the owner lock, the commands and people. */
const EMBEDDED_CONNECTIONS_MAX = 90;
const SECRET_DISTINCT_CHARACTERS_MIN = 10;

/** @param faults each text with whether it applies. */
function applying(faults: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(faults).filter((fault) => faults[fault]);
}

/** Too few different characters, or a short text repeated. `openssl rand -hex 32` passes in practice. */
function isGuessable(secret: string | undefined): boolean {
  if (secret === undefined) return false;
  return new Set(secret).size < SECRET_DISTINCT_CHARACTERS_MIN || /^(.+?)\1+$/s.test(secret);
}

/** Faults of variables that are each valid alone, but not together. */
export function combinationFaults(env: Env, { signsTokens }: EnvNeeds): string[] {
  const { isProduction, ADMIN_USERNAME, ADMIN_PASSWORD, METRICS_PORT, PORT } = env;
  const isEmbedded = env.DATABASE_URL === undefined;
  return applying({
    'JWT_SECRET is required in production: set 32 characters or more':
      isProduction && signsTokens && env.JWT_SECRET === undefined,
    'DATABASE_URL is required in production: the embedded PostgreSQL is only for development':
      isProduction && isEmbedded,
    'DATA_DIR has a line break in its path, which PostgreSQL cannot use: choose another folder':
      isEmbedded && /[\r\n]/.test(resolve(env.DATA_DIR)),
    [`WORKERS times DATABASE_POOL_SIZE must be at most ${EMBEDDED_CONNECTIONS_MAX} \
with the embedded PostgreSQL, which has 100 connections`]:
      isEmbedded && env.WORKERS * env.DATABASE_POOL_SIZE > EMBEDDED_CONNECTIONS_MAX,
    'DATABASE_POOL_SIZE must be at least PLACEMENT_LANES + 3 (for blocked orders, other writes and reads)':
      env.PLACEMENT_LANES + 3 > env.DATABASE_POOL_SIZE,
    'METRICS_PORT must differ from PORT': METRICS_PORT === PORT && PORT !== 0,
    'ADMIN_USERNAME and ADMIN_PASSWORD must be set together':
      (ADMIN_USERNAME === undefined) !== (ADMIN_PASSWORD === undefined),
    'ADMIN_PASSWORD is shorter than PASSWORD_MIN_LENGTH':
      ADMIN_PASSWORD !== undefined && lengthOf(ADMIN_PASSWORD) < env.PASSWORD_MIN_LENGTH,
    'JWT_SECRET can be guessed: make one with "openssl rand -hex 32"':
      isProduction && isGuessable(env.JWT_SECRET),
    'JWT_SECRET_PREVIOUS can be guessed: make one with "openssl rand -hex 32"':
      isProduction && isGuessable(env.JWT_SECRET_PREVIOUS),
    'ADMIN_PASSWORD is one of the most common passwords: choose another one':
      isProduction && ADMIN_PASSWORD !== undefined && isCommonPassword(ADMIN_PASSWORD),
  });
}

export function databaseFaults(env: Env, tlsRejectUnauthorized: string | undefined): string[] {
  const { DATABASE_URL, MIGRATION_DATABASE_URL, DATABASE_CA_FILE: caFile } = env;
  const mustVerify = env.isProduction && !env.ALLOW_UNSAFE_DATABASE;
  const urlFaults = Object.entries({ DATABASE_URL, MIGRATION_DATABASE_URL }).flatMap(([name, url]) =>
    applying({
      [`${name} has an sslmode that ignores DATABASE_CA_FILE: use sslmode=verify-full`]:
        url !== undefined && caFile !== undefined && (refusesTls(url) || isUnverified(url)),
      [`${name} does not verify the server (no-verify): use sslmode=verify-full and DATABASE_CA_FILE`]:
        url !== undefined && mustVerify && isUnverified(url),
    }),
  );
  return applying({
    'MIGRATION_DATABASE_URL requires DATABASE_URL: migrations grant its role the rights of the service':
      DATABASE_URL === undefined && MIGRATION_DATABASE_URL !== undefined,
    'DATABASE_CA_FILE must be a file with certificates in PEM format that the service can read':
      caFile !== undefined && !holdsCertificate(caFile),
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the verification of every server: remove it':
      mustVerify && tlsRejectUnauthorized === '0',
  }).concat(urlFaults);
}
