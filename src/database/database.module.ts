import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Env } from '../config/env.js';
import { dataSourceOptions } from './data-source.js';
import { DatabaseReader } from './database.reader.js';
import { TransactionRunner } from './transaction.runner.js';

/** The pool, the cheap way to read and the one way to write. */
@Global()
@Module({})
export class DatabaseModule {
  static for(url: string, env: Env): DynamicModule {
    const options = dataSourceOptions(url, env.DATABASE_POOL_SIZE, env.DATABASE_PREPARED_STATEMENTS);
    return {
      module: DatabaseModule,
      imports: [TypeOrmModule.forRoot({ ...options, autoLoadEntities: true, retryAttempts: 1 })],
      providers: [DatabaseReader, TransactionRunner],
      exports: [DatabaseReader, TransactionRunner],
    };
  }
}
