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

/** What is wrong with variables that are right each by itself. */
export function combinationFaults(env: Env, { signsTokens }: EnvNeeds): string[] {
  const faults: string[] = [];
  if (env.isProduction && signsTokens && env.JWT_SECRET === undefined) {
    faults.push('JWT_SECRET is required in production (32 characters or more)');
  }
  if (env.isProduction && env.DATABASE_URL === undefined) {
    faults.push('DATABASE_URL is required in production: the embedded PostgreSQL is for development');
  }
  if (env.DATABASE_URL === undefined && /[\r\n]/.test(resolve(env.DATA_DIR))) {
    faults.push('DATA_DIR is in a folder with a line break in its name, which PostgreSQL cannot use');
  }
  if (env.DATABASE_URL === undefined && env.WORKERS * env.DATABASE_POOL_SIZE > EMBEDDED_CONNECTIONS_MAX) {
    faults.push(
      `WORKERS times DATABASE_POOL_SIZE must be at most ${EMBEDDED_CONNECTIONS_MAX} with the embedded PostgreSQL, which has 100 connections`,
    );
  }
  if (env.PLACEMENT_LANES + 3 > env.DATABASE_POOL_SIZE) {
    faults.push(
      'DATABASE_POOL_SIZE must be at least PLACEMENT_LANES + 3 (rows that others hold, other writes, reads)',
    );
  }
  if (env.METRICS_PORT === env.PORT && env.PORT !== 0)
    faults.push('METRICS_PORT must be another port than PORT');
  if ((env.ADMIN_USERNAME === undefined) !== (env.ADMIN_PASSWORD === undefined)) {
    faults.push('ADMIN_USERNAME and ADMIN_PASSWORD must be set together');
  }
  if (env.ADMIN_PASSWORD !== undefined && lengthOf(env.ADMIN_PASSWORD) < env.PASSWORD_MIN_LENGTH) {
    faults.push('ADMIN_PASSWORD is shorter than PASSWORD_MIN_LENGTH');
  }
  if (env.isProduction) faults.push(...guessableFaults(env));
  return faults;
}

export function databaseFaults(env: Env, tlsRejectUnauthorized: string | undefined): string[] {
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
    if (tlsRejectUnauthorized === '0')
      faults.push('NODE_TLS_REJECT_UNAUTHORIZED=0 accepts any database and collector: remove it');
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

/** Convenient on a developer's machine, an open door on the internet. */
function guessableFaults(env: Env): string[] {
  const secrets = (['JWT_SECRET', 'JWT_SECRET_PREVIOUS'] as const).filter((name) => isGuessable(env[name]));
  const faults = secrets.map((name) => `${name} can be guessed: make one with "openssl rand -hex 32"`);
  if (env.ADMIN_PASSWORD !== undefined && isCommonPassword(env.ADMIN_PASSWORD)) {
    faults.push('ADMIN_PASSWORD is one of the most common passwords');
  }
  return faults;
}
