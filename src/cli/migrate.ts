import { listMigrations, revertLastMigration, runMigrations } from '../database/migrator.js';
import type { OpenDatabase } from '../runtime/open-database.js';
import { withDatabase } from './with-database.js';

const COMMANDS: Record<string, (database: OpenDatabase) => Promise<string[]>> = {
  run: async ({ url, migrationUrl }) => {
    const executed = await runMigrations(migrationUrl, url);
    return executed.length > 0 ? executed.map((name) => `ran ${name}`) : ['nothing to run'];
  },
  revert: async ({ migrationUrl }) => {
    const reverted = await revertLastMigration(migrationUrl);
    return [reverted === undefined ? 'nothing to revert' : `reverted ${reverted}`];
  },
  show: async ({ migrationUrl }) => {
    const migrations = await listMigrations(migrationUrl);
    return migrations.map(({ name, executed }) => `[${executed ? 'x' : ' '}] ${name}`);
  },
};

const name = process.argv[2] ?? '';
const command = COMMANDS[name];
if (command) {
  const work = async (database: OpenDatabase) => {
    for (const line of await command(database)) console.log(line);
    return 0;
  };
  await withDatabase(work, name === 'run' ? {} : { existingTo: name });
} else {
  console.error(`Usage: migrate ${Object.keys(COMMANDS).join(' | ')}`);
  process.exitCode = 1;
}
