// Starts one PostgreSQL for the whole run and migrates one template database in it;
// every test file then uses its own copy. It runs the built product, so that tests and
// service share the same code. Everything that tests start works in the folder of the
// run and ends with it, even if a test fails before it stops its service.
import { join } from 'node:path';
import pg from 'pg';
import { PasswordHasher } from '#dist/auth/users/password.hasher.js';
import { forgetPgVariables } from '#dist/config/pg-variables.js';
import { EmbeddedPostgres } from '#dist/database/embedded/embedded-postgres.js';
import { runMigrations } from '#dist/database/migrator.js';
import { RunFolder } from './run-folder.mjs';
import { bundleService } from './service-bundle.mjs';

/**
 * Tests kill processes, never the machine, so nothing has to reach the disk. Autovacuum would visit
 * a hundred databases that end with the run. A deadlock is detected before a lock times out.
 */
const SETTINGS = { fsync: 'off', autovacuum: 'off', max_connections: '200', deadlock_timeout: '20ms' };

/** @type {{ folder?: RunFolder, server?: EmbeddedPostgres }} what global-teardown.mjs ends. */
export const testRun = {};

export default async function setUp() {
  forgetPgVariables();
  const folder = new RunFolder('mini-order-system-test-');
  testRun.folder = folder;
  // For all temporary files of the tests and of the programs that they start.
  process.env.TMPDIR = folder.path;
  const bundling = bundleService(folder.path);
  const template = await chooseTemplate(folder);
  await recreateDatabase(template);
  await runMigrations(template);
  process.env.TEST_TEMPLATE_URL = template;
  process.env.TEST_PASSWORD_HASH = await new PasswordHasher({ PASSWORD_QUEUE_MAX: 1 }).hash('correct horse');
  process.env.TEST_SERVICE_MAIN = await bundling;
}

/** The template's URL, on the server of TEST_DATABASE_URL or on an embedded one. @param {RunFolder} folder */
async function chooseTemplate(folder) {
  const { TEST_DATABASE_URL } = process.env;
  if (TEST_DATABASE_URL) {
    const name = new URL(TEST_DATABASE_URL).pathname.slice(1);
    if (!name.includes('test'))
      throw new Error('The database of TEST_DATABASE_URL must have "test" in its name.');
    return withDatabase(TEST_DATABASE_URL, `${name}_template`);
  }
  const server = await EmbeddedPostgres.start({
    dataDir: join(folder.path, 'postgresql'),
    progress: () => undefined,
    settings: SETTINGS,
  });
  testRun.server = server;
  return withDatabase(server.url, 'test_template');
}

/** @param {string} url @param {string} name */
function withDatabase(url, name) {
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

/** @param {string} url */
async function recreateDatabase(url) {
  const name = new URL(url).pathname.slice(1);
  const client = new pg.Client({ connectionString: withDatabase(url, 'postgres') });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  await client.end();
}
