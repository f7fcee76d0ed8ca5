import { readFile } from 'node:fs/promises';
import { groupBy } from './group-by.js';
import { PLENTY, type Task, type Ware, type Workload } from './workload.js';

const COLUMNS = ['order_ref', 'sku', 'name', 'quantity', 'unit_price'] as const;
type Row = Record<(typeof COLUMNS)[number], string>;

/** The service's own limits: O2 and M of its contract. */
const LINE_QUANTITY_MAX = 1_000_000;
const BASKET_WARES_MAX = 1_000;
/** How many of the most ordered wares are hot: this share, up to this number. */
const HOT_PART = 0.25;
const HOT_WARES_MAX = 10;
/** The initial stock of a hot ware, as a share of the demand. */
const HOT_SHARE = 0.3;

/** Replays the baskets of a CSV file in order, again and again. */
export class RecordedBaskets implements Workload {
  readonly catalogue: readonly Ware[];
  private readonly tasks: readonly Task[];
  private position = 0;

  private constructor(rows: readonly Row[]) {
    const bought = rows.filter((row) => !isCancellation(row) && Number(row.quantity) > 0);
    const wares = [...groupBy(bought, ({ sku }) => sku).values()];
    const hotCount = Math.min(Math.ceil(wares.length * HOT_PART), HOT_WARES_MAX);
    const hot = new Set([...wares].sort((a, b) => b.length - a.length).slice(0, hotCount));
    const placeOf = new Map(wares.map((same, index) => [same[0]?.sku, index]));
    this.catalogue = wares.map((same) => asWare(same, hot.has(same)));
    this.tasks = [...groupBy(rows, ({ order_ref }) => order_ref).values()].flatMap((basket) =>
      asTasks(basket, placeOf),
    );
  }

  /** @throws Error if the file has no basket or lacks a column. */
  static async read(file: string): Promise<RecordedBaskets> {
    const [header = [], ...lines] = parseCsv(await readFile(file, 'utf8'));
    const missing = COLUMNS.filter((column) => !header.includes(column));
    if (missing.length > 0) throw new Error(`${file} has no column ${missing.join(', ')}`);
    const baskets = new RecordedBaskets(
      lines.map(
        (cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])) as Row,
      ),
    );
    if (baskets.tasks.length === 0) throw new Error(`${file} has no basket`);
    return baskets;
  }

  next(): Task {
    const task = this.tasks[this.position % this.tasks.length] as Task;
    this.position += 1;
    return task;
  }
}

function isCancellation({ order_ref }: Row): boolean {
  return order_ref.startsWith('C');
}

function demand(rows: readonly Row[]): number {
  return rows.reduce((sum, { quantity }) => sum + Number(quantity), 0);
}

function asWare(rows: readonly Row[], isHot: boolean): Ware {
  const { name, sku, unit_price } = rows[0] as Row;
  const largest = Math.max(...rows.map(({ quantity }) => Number(quantity)));
  const scarce = Math.max(Math.ceil(demand(rows) * HOT_SHARE), largest);
  const priceMinor = Math.round(Number(unit_price) * 100);
  return { name: name || sku, priceMinor, stock: isHot ? scarce : PLENTY, isHot };
}

/** Rows with a negative quantity correct the stock and are not orders. */
function asTasks(basket: readonly Row[], placeOf: ReadonlyMap<string | undefined, number>): Task[] {
  if (isCancellation(basket[0] as Row)) return [{ kind: 'cancel' }];
  const lines = basket.flatMap(({ sku, quantity }) => {
    const ware = placeOf.get(sku);
    const pieces = Math.min(Number(quantity), LINE_QUANTITY_MAX);
    return ware !== undefined && pieces > 0 ? [{ ware, quantity: pieces }] : [];
  });
  return lines.length > 0 ? [{ kind: 'place', lines: lines.slice(0, BASKET_WARES_MAX) }] : [];
}

/** Rows of cells according to RFC 4180. */
export function parseCsv(text: string): string[][] {
  const cell = /("(?:[^"]|"")*"|(?:[^",\r\n][^,\r\n]*)?)(,|\r?\n|$)/y;
  const rows: string[][] = [];
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const [, content = '', end] = cell.exec(text) ?? [];
    row.push(content.startsWith('"') ? content.slice(1, -1).replaceAll('""', '"') : content);
    if (end === undefined) throw new Error(`Row ${rows.length + 1} of the CSV file has a stray quote`);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return row.length > 0 ? [...rows, [...row, '']] : rows;
}
