/**
 * What a connection string leaves open, pg takes from the variables of PostgreSQL's own programs. A shell has them for
 * other databases; what counts for ours stands in its connection string.
 * @returns the names of those that there were.
 */
export function forgetPgVariables(): string[] {
  const names = Object.keys(process.env).filter((name) => /^PG[A-Z]/.test(name));
  for (const name of names) Reflect.deleteProperty(process.env, name);
  return names;
}
