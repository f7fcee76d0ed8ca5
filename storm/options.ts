import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const FAULT_KINDS = ['kill', 'terminate', 'restart', 'freeze', 'drop-commit', 'hold-row'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface StormOptions {
  readonly seconds: number;
  readonly clients: number;
  readonly seed: number;
  readonly faults: readonly FaultKind[];
  /** A CSV file of baskets to replay. */
  readonly baskets?: string | undefined;
  /** A server to use instead of an embedded one. Contains a password: never log it. */
  readonly databaseUrl?: string | undefined;
  /** The service's built main file. */
  readonly service: string;
  readonly stopsEarly: boolean;
}

/** The command line is wrong; the message says how. */
export class UsageError extends Error {}

export const USAGE = `Usage: npm run storm -- [options]
  --seconds N        how long clients drive the service at least, 1 to 86400 (60); each fault comes
                     at least once
  --clients N        how many, 1 to 256 (24)
  --seed N           repeats the decisions of an earlier storm (a random one)
  --faults LIST      all, none, or some of ${FAULT_KINDS.join(',')} (all)
  --baskets FILE     replays baskets from a CSV file with the columns order_ref, placed_at, customer, sku,
                     name, quantity, unit_price; an order_ref that begins with C is a cancellation
  --database-url URL a PostgreSQL whose database has "storm" or "test" in its name (an embedded one)
  --service FILE     the service's main file (dist/main.js)
  --stop-early       ends at the first violation`;

/** @throws UsageError */
export function readOptions(args: readonly string[]): StormOptions | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const databaseUrl = values['database-url'];
  return {
    seconds: integer('seconds', values.seconds, 1, 86_400),
    clients: integer('clients', values.clients, 1, 256),
    seed: values.seed === undefined ? randomInt(2 ** 31) : integer('seed', values.seed, 0, 2 ** 31 - 1),
    faults: readFaults(values.faults, databaseUrl),
    baskets: values.baskets,
    databaseUrl: databaseUrl === undefined ? undefined : stormable(databaseUrl),
    service: values.service ?? fileURLToPath(new URL('../dist/main.js', import.meta.url)),
    stopsEarly: values['stop-early'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string', default: '60' },
        clients: { type: 'string', default: '24' },
        seed: { type: 'string' },
        faults: { type: 'string', default: 'all' },
        baskets: { type: 'string' },
        'database-url': { type: 'string' },
        service: { type: 'string' },
        'stop-early': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`--${name} must be a whole number from ${min} to ${max}`);
}

/** Only the embedded server can be restarted. */
function readFaults(list: string, databaseUrl: string | undefined): readonly FaultKind[] {
  if (list === 'none') return [];
  if (list === 'all') return FAULT_KINDS.filter((kind) => kind !== 'restart' || databaseUrl === undefined);
  return list.split(',').map((name) => {
    const kind = FAULT_KINDS.find((known) => known === name);
    if (!kind) throw new UsageError(`--faults must be all, none, or some of ${FAULT_KINDS.join(',')}`);
    if (kind === 'restart' && databaseUrl !== undefined)
      throw new UsageError('--faults restart needs the embedded server: leave --database-url out');
    return kind;
  });
}

/** A storm writes and cuts all connections, so it must not run on a database that matters. */
function stormable(url: string): string {
  if (!URL.canParse(url)) throw new UsageError('--database-url must be a postgresql:// URL');
  if (/storm|test/.test(new URL(url).pathname)) return url;
  throw new UsageError('--database-url must name a database with "storm" or "test" in its name');
}
