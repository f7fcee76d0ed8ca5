import cluster from 'node:cluster';
import type { Env } from './env.js';

/** With `WORKERS` above 1, the primary manages the database and the workers, which answer requests. */
export type ProcessRole = 'alone' | 'primary' | 'worker';

export function processRole({ WORKERS }: Pick<Env, 'WORKERS'>): ProcessRole {
  if (cluster.isWorker) return 'worker';
  return WORKERS > 1 ? 'primary' : 'alone';
}
