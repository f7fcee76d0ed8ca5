import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Env } from '../config/env.js';
import { BackgroundTasks } from './background.tasks.js';
import { dataSourceOptions } from './data-source.js';
import { DatabaseReader } from './database.reader.js';
import { TransactionRunner } from './transaction.runner.js';

@Global()
@Module({})
export class DatabaseModule {
  static for(url: string, env: Env): DynamicModule {
    const options = dataSourceOptions(url, env.DATABASE_POOL_SIZE, env.DATABASE_PREPARED_STATEMENTS);
    return {
      module: DatabaseModule,
      imports: [TypeOrmModule.forRoot({ ...options, autoLoadEntities: true, retryAttempts: 1 })],
      providers: [BackgroundTasks, DatabaseReader, TransactionRunner],
      exports: [BackgroundTasks, DatabaseReader, TransactionRunner],
    };
  }
}
