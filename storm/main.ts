import { forgetPgVariables } from '../src/config/pg-variables.js';
import { readOptions, USAGE, UsageError } from './options.js';
import { Progress } from './progress.js';
import { runStorm } from './run-storm.js';

/** Storms two processes of the service and prints a verdict. Exit code 0 means PASSED, 1 anything else. */
async function storm(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort());
  const { hasPassed, text } = await runStorm(options, new Progress(process.stderr), stopping.signal);
  console.log(text);
  return hasPassed ? 0 : 1;
}

forgetPgVariables();
try {
  process.exitCode = await storm();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof UsageError) console.error(`\n${USAGE}`);
  process.exitCode = 1;
}
