/**
 * The environment for programs that the service starts: enough to find and run them, and
 * none of our secrets or of the caller's `PG*` variables, which would redirect them.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env;
  return { PATH, SystemRoot, LC_ALL: 'C', TZ: 'UTC' };
}
