import type { TestDatabase } from './database.js';

/** One step of a plan, as EXPLAIN reports it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/**
 * Runs a statement with both kinds of plan for prepared statements,
 * for its values and for any values, and returns the steps of each.
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

/** Values may be inserted as text, because they come from the test itself. */
function literal(value: unknown): string {
  if (value === null || typeof value === 'number') return `${value}`;
  if (Array.isArray(value)) return `'{${(value as (string | null)[]).map(element).join(',')}}'`;
  return `'${value instanceof Date ? value.toISOString() : (value as string)}'`;
}

function element(value: string | null): string {
  return value === null ? 'NULL' : JSON.stringify(value);
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}
