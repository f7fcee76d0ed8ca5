import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import DataLoader from 'dataloader';
import { DataSource } from 'typeorm';
import { ServiceBusyError } from '../common/domain-error.js';
import { asServiceBusy } from './database-errors.js';
import { poolOf } from './pool.js';

/** Reads that share a statement. PostgreSQL answers them one after the other, so more would take longer. */
const BATCH_MAX = 8;

export type Value = string | number | Date | null | readonly number[];
/** Of `$1`, `$2` … */
type Values = readonly Value[];
type Batches = DataLoader<Values, object | undefined>;

/** Reads without TypeORM's query runner and hydration, which cost more than a small read itself. */
@Injectable()
export class DatabaseReader {
  /** One for each text. Texts are constants, or come from `listStatement`, so there are not many. */
  private readonly batches = new Map<string, Batches>();

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @param text with `$1` for each value: a text that repeats is prepared once per connection. */
  async rows<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const pool = poolOf(this.dataSource);
    if (!pool) throw new ServiceBusyError();
    return (await pool.query<Row>(text, [...values])).rows;
  }

  /**
   * Reads at most one row. Reads with the same text that are asked for in the same turn of the event loop
   * share a statement, because sending one takes longer than a small read itself.
   * @param text a SELECT without a LIMIT. Each `$1` has a cast, such as `$1::bigint`, unless it is a text.
   */
  async row<Row extends object>(text: string, values: Values): Promise<Row | undefined> {
    let batches = this.batches.get(text);
    if (!batches) this.batches.set(text, (batches = this.batchesOf(text, values.length)));
    return (await batches.load(values)) as Row | undefined;
  }

  private batchesOf(text: string, parameters: number): Batches {
    const statement = forEachRequest(text, parameters);
    return new DataLoader((batch) => this.readBatch(statement, batch), {
      cache: false,
      maxBatchSize: BATCH_MAX,
      batchScheduleFn: setImmediate,
    });
  }

  /** Unless the database is not available, a failed batch is read again one by one, to find the culprit. */
  private async readBatch(
    statement: string,
    batch: readonly Values[],
  ): Promise<(object | undefined | Error)[]> {
    const [first = []] = batch;
    const columns = first.map((_, index) => batch.map((values) => asText(values[index] ?? null)));
    try {
      const found = await this.rows<{ request: number }>(statement, columns);
      const answers = new Map(found.map((row) => [row.request, row]));
      return batch.map((_, index) => answers.get(index + 1));
    } catch (error) {
      if (batch.length === 1 || asServiceBusy(error) instanceof ServiceBusyError) throw error;
      const alone = batch.map((values) => this.readBatch(statement, [values]).catch(asAnswer));
      return (await Promise.all(alone)).flat();
    }
  }
}

/**
 * Turns a text with parameters into a statement that finds its row for each of many requests. Because of the
 * LIMIT, PostgreSQL uses the plan of a single read instead of a join with the whole table.
 */
function forEachRequest(text: string, parameters: number): string {
  const numbers = Array.from({ length: parameters }, (_, index) => index + 1);
  const values = numbers.map((number) => `$${number}::text[]`);
  const columns = numbers.map((number) => `parameter_${number}`);
  return `
    SELECT requests.request::integer, answer.*
      FROM unnest(${values.join(', ')}) WITH ORDINALITY AS requests(${columns.join(', ')}, request)
     CROSS JOIN LATERAL (${text.replace(/\$(\d+)/g, 'requests.parameter_$1')} LIMIT 1) AS answer`;
}

/** As PostgreSQL reads a value of any type, since one array holds those of all requests. */
function asText(value: Value): string | null {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) return `{${value.join(',')}}`;
  return value === null ? null : String(value);
}

function asAnswer(error: unknown): Error[] {
  return [error as Error];
}
