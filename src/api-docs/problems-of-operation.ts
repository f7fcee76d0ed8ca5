import { X_PROBLEM } from '../http/openapi/api-problems.decorator.js';
import { PROBLEM_CODES, type ProblemCode, PROBLEMS } from '../common/problem-catalogue.js';
import type { Operation } from './document.js';

/** Problems that come together, as a schema each. */
export const PROBLEM_GROUPS = {
  /**
   * What stands before every route may answer so: the HTTP parser, the limits, and what fails behind them.
   */
  GeneralProblem: [
    'malformed-request',
    'request-timeout',
    'uri-too-long',
    'too-many-requests',
    'header-fields-too-large',
    'internal-error',
    'service-unavailable',
  ],
  /** `BodyGuard` reads a body wherever one comes, also on routes that have no use for it. */
  BodyProblem: ['malformed-json', 'unsupported-media-type', 'payload-too-large'],
} as const satisfies Readonly<Record<string, readonly ProblemCode[]>>;

export interface OperationProblems {
  /** The problems of statuses of which the operation names one, in the order of the catalogue. */
  readonly own: readonly ProblemCode[];
  /** Those of every other status. */
  readonly other: readonly ProblemCode[];
}

export function problemsOf(method: string, operation: Operation): OperationProblems {
  const named = codesNamedBy(operation);
  const ownStatuses = named.map((code) => PROBLEMS[code].status);
  const isOwn = (code: ProblemCode) => ownStatuses.includes(PROBLEMS[code].status);
  const { GeneralProblem, BodyProblem } = PROBLEM_GROUPS;
  const ofInput: ProblemCode[] = takesInput(operation) ? ['validation-failed'] : [];
  const groups = [...GeneralProblem, ...(method === 'get' ? [] : BodyProblem)];
  const single = [...problemsOfAccess(operation), ...ofInput];
  const all = new Set([...groups, ...single, ...named]);
  return {
    own: PROBLEM_CODES.filter((code) => all.has(code) && isOwn(code)),
    other: [...groups, ...single.filter((code) => !isOwn(code))],
  };
}

function codesNamedBy(operation: Operation): ProblemCode[] {
  return Object.keys(operation)
    .filter((key) => key.startsWith(X_PROBLEM))
    .map((key) => key.slice(X_PROBLEM.length) as ProblemCode);
}

function takesInput({ parameters = [], requestBody }: Operation): boolean {
  return parameters.length > 0 || requestBody !== undefined;
}

function problemsOfAccess({ 'x-access': access }: Operation): ProblemCode[] {
  if (access === undefined || access.kind === 'public') return [];
  return access.kind === 'roles' ? ['unauthenticated', 'forbidden'] : ['unauthenticated'];
}
