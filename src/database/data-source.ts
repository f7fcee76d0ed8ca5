import type { Type } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { InitialSchema1764000000000 } from './migrations/1764000000000-initial-schema.js';
import { Sessions1764100000000 } from './migrations/1764100000000-sessions.js';
import { OrderHistory1764200000000 } from './migrations/1764200000000-order-history.js';
import { ListOrder1764300000000 } from './migrations/1764300000000-list-order.js';
import { LargeIds1764400000000 } from './migrations/1764400000000-large-ids.js';
import { WriteKeys1764420000000 } from './migrations/1764420000000-write-keys.js';
import { Holds1764500000000 } from './migrations/1764500000000-holds.js';
import { Drops1764510000000 } from './migrations/1764510000000-drops.js';
import { Events1764600000000 } from './migrations/1764600000000-events.js';
import { PurchasesWithoutKeys1764610000000 } from './migrations/1764610000000-purchases-without-keys.js';
import { References1764620000000 } from './migrations/1764620000000-references.js';
import { Webhooks1764700000000 } from './migrations/1764700000000-webhooks.js';
import { RobustClient } from './postgres-client.js';
import { SessionClient } from './session-client.js';

/** For a connection, new or from the pool. */
const CONNECT_TIMEOUT_MS = 2_000;
/** Longer than any `statement_timeout`, so that the server usually ends a statement first. */
const QUERY_TIMEOUT_MS = 5_000;

export const MIGRATIONS_TABLE = 'migrations';

/** Features register their own entities. Only migrations change the schema. */
export function dataSourceOptions(url: string, poolSize: number, prepares = true): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    migrations: [
      InitialSchema1764000000000,
      Sessions1764100000000,
      OrderHistory1764200000000,
      ListOrder1764300000000,
      LargeIds1764400000000,
      WriteKeys1764420000000,
      Holds1764500000000,
      Drops1764510000000,
      Events1764600000000,
      PurchasesWithoutKeys1764610000000,
      References1764620000000,
      Webhooks1764700000000,
    ],
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'all',
    synchronize: false,
    installExtensions: false,
    poolSize,
    applicationName: 'mini-order-system',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: {
      Client: RobustClient,
      prepares,
      // Send a statement without waiting for the answer to the previous one.
      pipeline: true,
      query_timeout: QUERY_TIMEOUT_MS,
      idleTimeoutMillis: 30_000,
    },
  };
}

/** For migrations and commands. */
export function commandDataSource(url: string, entities: Type[] = []): DataSource {
  return new DataSource({ ...dataSourceOptions(url, 2), entities, extra: { Client: SessionClient } });
}
