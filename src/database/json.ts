/** A resource as PostgreSQL writes it: its JSON is the answer and is handed through untouched. */
export interface Resource {
  readonly id: number;
  /** Its ETag. */
  readonly version: number;
  readonly json: string;
}

/** For each member of an answer, SQL on the columns of its row. The compiler wants all of them. */
export type Members<Answer> = Readonly<Record<keyof Answer & string, string>>;

/** SQL for an answer as JSON, with its members in this order. */
export function jsonOf<Answer>(members: Members<Answer>): string {
  return `(SELECT row_to_json(answer) FROM (SELECT ${selected(members)}) AS answer)`;
}

/**
 * SQL for a member that is a list.
 * @param rows which, from FROM on.
 */
export function jsonListOf<Item>(members: Members<Item>, rows: string): string {
  return `ARRAY(SELECT row_to_json(item) FROM (SELECT ${selected(members)} ${rows}) AS item)`;
}

function selected<Answer>(members: Members<Answer>): string {
  const columns = Object.entries<string>(members);
  return columns.map(([name, sql]) => `${sql} AS ${name}`).join(', ');
}

/** Exact: both are the double that is nearest to n/100, in its shortest form. */
export const amount = (minor: string): string => `${minor} / 100::float8`;

/** As `Date.toISOString` writes it; the time zone of every connection is UTC. */
export const timestamp = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
