import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ServiceBusyError } from '../common/domain-error.js';
import { poolOf } from './pool.js';

/**
 * Sends the reads that come with most requests. They go to the pool that TypeORM has made, with its limits and its
 * prepared statements, but past its query runner and its hydration, which cost more than such a read itself.
 */
@Injectable()
export class DatabaseReader {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * The rows of one SELECT, typed by who wrote it.
   * @param text of a few shapes only: values are bound, so that the statement is prepared once a connection.
   */
  async rows<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const pool = poolOf(this.dataSource);
    if (!pool) throw new ServiceBusyError();
    return (await pool.query<Row>(text, [...values])).rows;
  }
}
