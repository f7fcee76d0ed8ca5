import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { RobustClient } from './postgres-client.js';

/** pg-pool does not expose its idle connections. */
interface PoolInternals {
  readonly _idle: readonly { readonly client: RobustClient }[];
}

/** TypeORM does not expose its pool. `undefined` while the data source is closed. */
export function poolOf({ driver }: DataSource): Pool | undefined {
  return (driver as unknown as { master?: Pool }).master;
}

export function idleClientsOf(pool: Pool): RobustClient[] {
  return (pool as unknown as PoolInternals)._idle.map(({ client }) => client);
}
