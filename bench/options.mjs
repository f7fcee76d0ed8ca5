// The options of the command line; `npm run bench -- --help` prints them.
import { parseArgs } from 'node:util';

const HELP = `npm run bench -- [options]

  --only LIST        groups or scenarios, comma-separated: placing, listing, reading, soak, or a scenario's name;
                     or scale alone: whether lists cost more with 1,000,000 orders than with 10,000;
                     or standby alone: placing where every COMMIT waits for a synchronous standby
  --contenders LIST  of service, two-workers, with-metrics, groups-of-one, sql, bare, pipeline
  --clients LIST     instead of 1,32,64,128
  --rounds N         rounds in which the contenders take turns (3)
  --seconds N        length of one measurement (2)
  --quick            one round of half a second each, to see that everything works
  --baskets FILE     real baskets to replay: order_ref,placed_at,customer,sku,name,quantity,unit_price
  --soak MINUTES     also places orders for so long and watches the memory (10 with --only soak)

Only a run without --only, --contenders, --clients and --quick, of three rounds or more, writes bench/RESULTS.md;
--only scale writes bench/SCALE.md, unless it is quick, with 40,000 orders; --only standby writes bench/STANDBY.md,
unless it is quick.
BENCH_DATABASE_URL names a PostgreSQL to use (at least 220 connections; databases bench_* are made and dropped)
instead of an embedded one in a temporary folder.`;

const SOAK_MINUTES = 10;

const TEXT = { type: /** @type {const} */ ('string') };
const SWITCH = { type: /** @type {const} */ ('boolean'), default: false };

/** @param {string[]} args */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: TEXT,
      contenders: TEXT,
      clients: TEXT,
      rounds: TEXT,
      seconds: TEXT,
      baskets: TEXT,
      soak: TEXT,
      quick: SWITCH,
      help: SWITCH,
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const rounds = number('rounds', values.rounds ?? (values.quick ? '1' : '3'));
  const isPartial = [values.only, values.contenders, values.clients].some((value) => value !== undefined);
  return {
    only: list(values.only),
    contenders: list(values.contenders),
    clients: list(values.clients)?.map((text) => number('clients', text)),
    rounds,
    seconds: number('seconds', values.seconds ?? (values.quick ? '0.5' : '2')),
    baskets: values.baskets,
    measuresScale: list(values.only)?.includes('scale') ?? false,
    measuresStandby: list(values.only)?.includes('standby') ?? false,
    isQuick: values.quick,
    soakMinutes: soakMinutes(values.soak, values.only),
    writesReport: !isPartial && !values.quick && rounds >= 3,
  };
}

/** @param {string | undefined} text @param {string | undefined} only */
function soakMinutes(text, only) {
  if (text !== undefined) return number('soak', text);
  return list(only)?.includes('soak') ? SOAK_MINUTES : undefined;
}

/** @param {string | undefined} text */
function list(text) {
  return text
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** @param {string} name @param {string} text */
function number(name, text) {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && value <= 1_000) return value;
  console.error(`--${name} must be a number from above 0 to 1000.\n\n${HELP}`);
  process.exit(1);
}
