import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ServiceBusyError } from '../common/domain-error.js';
import { poolOf } from './pool.js';

/** Reads without TypeORM's query runner and hydration, which cost more than a small read itself. */
@Injectable()
export class DatabaseReader {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @param text with `$1` for each value: a text that repeats is prepared once per connection. */
  async rows<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const pool = poolOf(this.dataSource);
    if (!pool) throw new ServiceBusyError();
    return (await pool.query<Row>(text, [...values])).rows;
  }
}
