/**
 * pg fills gaps of a connection string from `PG*` variables, which may be meant for other databases.
 * @returns the names that were removed.
 */
export function forgetPgVariables(): string[] {
  const names = Object.keys(process.env).filter((name) => /^(PG[A-Z]|NODE_PG_)/.test(name));
  for (const name of names) Reflect.deleteProperty(process.env, name);
  return names;
}
