import PROBLEMS from './problems.json' with { type: 'json' };

/** Every problem that the service can answer with. The codes are public API: they are never renamed. */
export { PROBLEMS };

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** The URL path that is a problem's `type`; the service has a page there. */
export function problemType(code: ProblemCode): string {
  return `/problems/${code}`;
}
