import { listMigrations, revertLastMigration, runMigrations } from '../database/migrator.js';
import { withDatabase } from './with-database.js';

const COMMANDS: Record<string, (url: string) => Promise<string[]>> = {
  run: async (url) => {
    const executed = await runMigrations(url);
    return executed.length > 0 ? executed.map((name) => `ran ${name}`) : ['nothing to run'];
  },
  revert: async (url) => {
    await revertLastMigration(url);
    return ['reverted the latest migration'];
  },
  show: async (url) => {
    const migrations = await listMigrations(url);
    return migrations.map(({ name, executed }) => `[${executed ? 'x' : ' '}] ${name}`);
  },
};

const command = COMMANDS[process.argv[2] ?? ''];
if (command) {
  await withDatabase(async (url) => {
    for (const line of await command(url)) console.log(line);
    return 0;
  });
} else {
  console.error(`Usage: migrate ${Object.keys(COMMANDS).join(' | ')}`);
  process.exitCode = 1;
}
