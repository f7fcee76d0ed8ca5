/**
 * What a connection string leaves open, pg takes from `PG*` variables, which a shell has for other databases.
 * @returns the names of those that there were.
 */
export function forgetPgVariables(): string[] {
  const names = Object.keys(process.env).filter((name) => /^(PG[A-Z]|NODE_PG_)/.test(name));
  for (const name of names) Reflect.deleteProperty(process.env, name);
  return names;
}
