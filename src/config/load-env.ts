import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import cluster from 'node:cluster';
import { combinationFaults, databaseFaults, type EnvNeeds } from './combination-faults.js';
import { withVerification } from './database-url.js';
import { readEnvFile } from './env-file.js';
import { Env } from './env.js';
import { forgetPgVariables } from './pg-variables.js';
import { type Misnomer, misnomersIn } from './variable-names.js';

/** `sysexits.h`, EX_CONFIG. */
export const EXIT_CODE_BAD_CONFIGURATION = 78;

/** Names every faulty variable, but never a value: values may be secrets. */
export class BadConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** Reads the environment and, where it has no value, `.env`. Workers inherit what their primary has read. */
export function loadEnv(needs: EnvNeeds = { signsTokens: true }): Env {
  const file = cluster.isPrimary ? readEnvFile('.env') : { variables: {}, faults: [] };
  for (const [name, value] of Object.entries(file.variables)) process.env[name] ??= value;
  const names = Object.keys(file.variables);
  const misnomers = misnomersIn(names, KNOWN_VARIABLES, true);
  const env = parseEnv(process.env, needs, [...file.faults, ...misnomers.map(misnomerFault)]);
  const pgVariables = forgetPgVariables();
  const ignored = [...names.filter(isUnknown), ...(env.DATABASE_URL === undefined ? [] : pgVariables)];
  if (ignored.length > 0) {
    const advice = 'Its variables are in .env.example; the database is configured by DATABASE_URL.';
    console.error(`The service does not read ${[...new Set(ignored)].join(', ')}. ${advice}`);
  }
  return env;
}

/** `.env` may also hold variables of Docker Compose and of OpenTelemetry. */
function isUnknown(name: string): boolean {
  return !KNOWN_VARIABLES.has(name) && !/^(COMPOSE_|OTEL_|POSTGRES_(SERVICE_)?PASSWORD$)/.test(name);
}

/** @throws BadConfigurationError that lists all faults at once. */
export function parseEnv(
  variables: Record<string, string | undefined>,
  needs: EnvNeeds = { signsTokens: true },
  knownFaults: readonly string[] = [],
): Env {
  const given = givenOf(variables);
  const env = plainToInstance(Env, { ...modeDefaults(given.NODE_ENV === 'production'), ...given });
  const misshapen = shapeFaults(env);
  const faults = [...knownFaults, ...nameFaults(variables, given), ...valueFaults(given), ...misshapen];
  faults.push(...combinationFaults(env, needs));
  if (misshapen.length === 0) faults.push(...databaseFaults(env, variables.NODE_TLS_REJECT_UNAUTHORIZED));
  if (faults.length > 0) throw new BadConfigurationError([...new Set(faults)]);
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
    REGISTRATIONS_PER_ADDRESS: isProduction ? 100 : 0,
    RATE_LIMIT_PER_MINUTE: isProduction ? 6_000 : 0,
    LOG_FORMAT: !isProduction && process.stdout.isTTY ? 'pretty' : 'json',
  };
}

const KNOWN_VARIABLES = new Set(
  getMetadataStorage()
    .getTargetValidationMetadatas(Env, '', false, false)
    .map(({ propertyName }) => propertyName),
);

type Given = Readonly<Record<string, string>>;

/** Drops unknown and empty variables, and trims values; spaces count only in secrets. */
function givenOf(variables: Record<string, string | undefined>): Given {
  const known = Object.entries(variables).filter(
    ([name, value]) => KNOWN_VARIABLES.has(name) && value?.trim(),
  );
  return Object.fromEntries(
    known.map(([name, value = '']) => [
      name,
      /SECRET|PASSWORD$/.test(name) ? value.replace(/[\r\n]+$/, '') : value.trim(),
    ]),
  );
}

/** A name that nearly equals one of ours is a fault, unless the right one is set too. */
function nameFaults(variables: Record<string, string | undefined>, given: Given): string[] {
  const misnomers = misnomersIn(Object.keys(variables), KNOWN_VARIABLES, false);
  return misnomers.filter(({ meant }) => given[meant] === undefined).map(misnomerFault);
}

function misnomerFault({ name, meant }: Misnomer): string {
  return `${name} is unknown: did you mean ${meant}?`;
}

/** Control characters, zero-width characters, and the replacement for undecodable bytes. */
const INVISIBLE = /[\p{Cc}\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]/u;

function valueFaults(given: Given): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (INVISIBLE.test(value)) return [`${name} contains an invisible character: remove it`];
    if (/^(["'`]).*\1$/.test(value))
      return [`${name} is in quotes, which would become part of the value: remove them`];
    return [];
  });
}

function shapeFaults(env: Env): string[] {
  return validateSync(env, { stopAtFirstError: true }).flatMap((error) =>
    Object.values(error.constraints ?? {}),
  );
}
