/** @type {Map<string, string>} */
const names = new Map();

/**
 * Sends a statement that every connection prepares once.
 * @template {object} Row
 * @param {import('pg').Pool} pool @param {string} text @param {unknown[]} values
 * @returns {Promise<Row[]>} the rows.
 */
export async function ask(pool, text, values) {
  const name = names.get(text) ?? `statement_${names.size + 1}`;
  names.set(text, name);
  /** @type {import('pg').QueryResult<Row>} */
  const { rows } = await pool.query({ name, text, values });
  return rows;
}
