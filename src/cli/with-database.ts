import { BadConfigurationError, EXIT_CODE_BAD_CONFIGURATION, loadEnv } from '../config/load-env.js';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';

/** Runs a command against the service's database, which it starts if it is embedded and not running. */
export async function withDatabase(work: (database: OpenDatabase) => Promise<number>): Promise<void> {
  try {
    const database = await openDatabase(loadEnv({ signsTokens: false }), (step) => console.error(step), {
      mayShare: true,
    });
    try {
      process.exitCode = await work(database);
    } finally {
      await database.close();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof BadConfigurationError ? EXIT_CODE_BAD_CONFIGURATION : 1;
  }
}
