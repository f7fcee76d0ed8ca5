import { listMigrations, revertLastMigration, runMigrations } from '../database/migrator.js';
import type { OpenDatabase } from '../database/open-database.js';
import { withDatabase } from './with-database.js';

const COMMANDS: Record<string, (database: OpenDatabase) => Promise<string[]>> = {
  run: async ({ url, migrationUrl }) => {
    const executed = await runMigrations(migrationUrl, url);
    return executed.length > 0 ? executed.map((name) => `ran ${name}`) : ['nothing to run'];
  },
  revert: async ({ migrationUrl }) => {
    await revertLastMigration(migrationUrl);
    return ['reverted the latest migration'];
  },
  show: async ({ migrationUrl }) => {
    const migrations = await listMigrations(migrationUrl);
    return migrations.map(({ name, executed }) => `[${executed ? 'x' : ' '}] ${name}`);
  },
};

const command = COMMANDS[process.argv[2] ?? ''];
if (command) {
  await withDatabase(async (database) => {
    for (const line of await command(database)) console.log(line);
    return 0;
  });
} else {
  console.error(`Usage: migrate ${Object.keys(COMMANDS).join(' | ')}`);
  process.exitCode = 1;
}
