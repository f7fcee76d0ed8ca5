import cluster from 'node:cluster';
import type { Env } from './env.js';

/**
 * What a process of the service does: all of it alone, or, with `WORKERS` above 1, look after the database and the
 * workers (the primary), or answer requests on the port that they share (a worker).
 */
export type ProcessRole = 'alone' | 'primary' | 'worker';

export function processRole({ WORKERS }: Pick<Env, 'WORKERS'>): ProcessRole {
  if (cluster.isWorker) return 'worker';
  return WORKERS > 1 ? 'primary' : 'alone';
}
