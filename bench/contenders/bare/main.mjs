// What a careful engineer gets from Fastify and pg alone: no Nest, no TypeORM, no problem details, no log,
// but the same checks, statements and answers as the service gives to requests that succeed.
import Fastify from 'fastify';
import pg from 'pg';
import { TYPES } from '#dist/database/session-client.js';
import { Callers } from './callers.mjs';
import { GroupQueue } from './group-queue.mjs';
import { servePlacing } from './placing.mjs';
import { serveReads } from './reads.mjs';

const { DATABASE_URL = '', JWT_SECRET = '', HOST = '127.0.0.1', PORT = '0' } = process.env;
const BODY_LIMIT_BYTES = 256 * 1024;
/** As many connections as the service has. */
const POOL_SIZE = 10;

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: POOL_SIZE, pipeline: true, types: TYPES });
pool.on('error', () => undefined);
// Planned as for the service.
pool.on('connect', (client) => void client.query('SET plan_cache_mode = force_generic_plan'));

const fastify = Fastify({
  bodyLimit: BODY_LIMIT_BYTES,
  // The service neither converts nor drops what it does not expect.
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
});
const callers = new Callers(pool, JWT_SECRET);
fastify.decorateRequest('caller', null);
servePlacing(fastify, callers, new GroupQueue(pool));
serveReads(fastify, callers, pool);

console.log(`the bare server is ready at ${await fastify.listen({ host: HOST, port: Number(PORT) })}`);
