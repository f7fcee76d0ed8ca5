import type { TestDatabase } from './database.js';

/** What EXPLAIN tells of one step. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/**
 * Runs a statement under both kinds of plan that a prepared one can
 * get, for its values and for any, and tells the steps of each.
 */
export async function plansOf(
  database: TestDatabase,
  { text, values }: { text: string; values: readonly unknown[] },
): Promise<PlanNode[][]> {
  const session = await database.session();
  try {
    const plans = [];
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      await session.query(`SET plan_cache_mode = ${mode}`);
      await session.query(`PREPARE statement AS ${text}`);
      const given = values.length > 0 ? `(${values.map(literal).join(', ')})` : '';
      const { rows } = await session.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE statement${given}`,
      );
      await session.query('DEALLOCATE statement');
      plans.push(flatten(rows[0]?.['QUERY PLAN'][0].Plan as PlanNode));
    }
    return plans;
  } finally {
    session.release();
  }
}

/** The values are the test's own. */
function literal(value: unknown): string {
  if (value === null || typeof value === 'number') return `${value}`;
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return `'${value instanceof Date ? value.toISOString() : (value as string)}'`;
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}
