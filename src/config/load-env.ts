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

/** Names every faulty variable and rule, and never a value: values may be secrets. */
export class BadConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** Reads `.env` and the environment, which wins. A worker has what its primary has read. */
export function loadEnv(needs: EnvNeeds = { signsTokens: true }): Env {
  const file = cluster.isPrimary ? readEnvFile('.env') : { variables: {}, faults: [] };
  for (const [name, value] of Object.entries(file.variables)) process.env[name] ??= value;
  const names = Object.keys(file.variables);
  const misnomers = misnomersIn(names, KNOWN_VARIABLES, true);
  const env = parseEnv(process.env, needs, [...file.faults, ...misnomers.map(misnomerFault)]);
  const pgVariables = forgetPgVariables();
  const ignored = [...names.filter(isUnknown), ...(env.DATABASE_URL === undefined ? [] : pgVariables)];
  if (ignored.length > 0) {
    const advice =
      'Its own variables are in .env.example; what concerns the database belongs into DATABASE_URL.';
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

/** Those that `Env` has a rule for. */
const KNOWN_VARIABLES = new Set(
  getMetadataStorage()
    .getTargetValidationMetadatas(Env, '', false, false)
    .map(({ propertyName }) => propertyName),
);

type Given = Readonly<Record<string, string>>;

/**
 * A variable that is set to nothing has its default. Spaces around a value mean nothing, except in a secret.
 */
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

/** Where one of ours is not given, a name that is nearly the same is a fault. */
function nameFaults(variables: Record<string, string | undefined>, given: Given): string[] {
  const misnomers = misnomersIn(Object.keys(variables), KNOWN_VARIABLES, false);
  return misnomers.filter(({ meant }) => given[meant] === undefined).map(misnomerFault);
}

function misnomerFault({ name, meant }: Misnomer): string {
  return `${name} is not known: it is probably ${meant}`;
}

/** Control characters, characters of no width, and the mark for a byte that could not be read. */
const UNSEEN = /[\p{Cc}\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]/u;

function valueFaults(given: Given): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (UNSEEN.test(value)) return [`${name} has a character in it that cannot be seen`];
    if (/^(["'`]).*\1$/.test(value)) return [`${name} is in quotes, which would be part of it: remove them`];
    return [];
  });
}

function shapeFaults(env: Env): string[] {
  return validateSync(env, { stopAtFirstError: true }).flatMap((error) =>
    Object.values(error.constraints ?? {}),
  );
}
