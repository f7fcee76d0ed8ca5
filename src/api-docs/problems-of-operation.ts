import { X_PROBLEM } from '../http/openapi/api-problems.decorator.js';
import { PROBLEM_CODES, type ProblemCode, PROBLEMS } from '../common/problem-catalogue.js';
import type { Operation } from './document.js';

/** Problems that always come together; each group has a schema. */
export const PROBLEM_GROUPS = {
  /** Possible on every route: from the HTTP parser, the limits, and failures. */
  GeneralProblem: [
    'malformed-request',
    'request-timeout',
    'uri-too-long',
    'too-many-requests',
    'header-fields-too-large',
    'internal-error',
    'service-unavailable',
  ],
  /** `BodyGuard` reads every body, even on routes that do not use it. */
  BodyProblem: ['malformed-json', 'unsupported-media-type', 'payload-too-large'],
} as const satisfies Readonly<Record<string, readonly ProblemCode[]>>;

export interface OperationProblems {
  /** All problems with a status that the operation names, in the order of the catalogue. */
  readonly own: readonly ProblemCode[];
  /** Those with any other status. */
  readonly other: readonly ProblemCode[];
}

export function problemsOf(method: string, operation: Operation): OperationProblems {
  const { parameters = [], requestBody, 'x-access': access } = operation;
  const named = PROBLEM_CODES.filter((code) => `${X_PROBLEM}${code}` in operation);
  const ownStatuses = named.map((code) => PROBLEMS[code].status);
  const isOwn = (code: ProblemCode) => ownStatuses.includes(PROBLEMS[code].status);
  const single: ProblemCode[] = [];
  if (access.kind !== 'public') single.push('unauthenticated');
  if (access.kind === 'roles') single.push('forbidden');
  if (parameters.length > 0 || requestBody) single.push('validation-failed');
  const groups = [...PROBLEM_GROUPS.GeneralProblem, ...(method === 'get' ? [] : PROBLEM_GROUPS.BodyProblem)];
  const all = new Set([...groups, ...single, ...named]);
  return {
    own: PROBLEM_CODES.filter((code) => all.has(code) && isOwn(code)),
    other: [...groups, ...single.filter((code) => !isOwn(code))],
  };
}
