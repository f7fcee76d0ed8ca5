import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { dataSourceOptions } from './data-source.js';
import { TransactionRunner } from './transaction-runner.js';

/** The connection pool and the one way to write. The schema is migrated before this module exists. */
@Global()
@Module({})
export class DatabaseModule {
  static for(url: string, poolSize: number): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [TypeOrmModule.forRoot({ ...dataSourceOptions(url, poolSize), retryAttempts: 1 })],
      providers: [TransactionRunner],
      exports: [TransactionRunner],
    };
  }
}
