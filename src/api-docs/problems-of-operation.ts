import { X_PROBLEM } from '../http/openapi/api-problems.decorator.js';
import { PROBLEM_CODES, type ProblemCode } from '../common/problem-catalogue.js';
import type { Operation } from './document.js';

/** What stands before every route may answer so: the HTTP parser, the limits, and what fails behind them. */
const EVERY_OPERATION: readonly ProblemCode[] = [
  'malformed-request',
  'request-timeout',
  'uri-too-long',
  'too-many-requests',
  'header-fields-too-large',
  'internal-error',
  'service-unavailable',
];

/** `BodyGuard` reads a body wherever one comes, also on routes that have no use for it. */
const WITH_BODY: readonly ProblemCode[] = ['malformed-json', 'unsupported-media-type', 'payload-too-large'];

/** All problems that an operation may answer with, in the order of the catalogue. */
export function problemsOf(method: string, operation: Operation): ProblemCode[] {
  const codes = new Set<string>([
    ...EVERY_OPERATION,
    ...(method === 'get' ? [] : WITH_BODY),
    ...(takesInput(operation) ? ['validation-failed'] : []),
    ...problemsOfAccess(operation),
    ...Object.keys(operation)
      .filter((key) => key.startsWith(X_PROBLEM))
      .map((key) => key.slice(X_PROBLEM.length)),
  ]);
  return PROBLEM_CODES.filter((code) => codes.has(code));
}

function takesInput({ parameters = [], requestBody }: Operation): boolean {
  return parameters.length > 0 || requestBody !== undefined;
}

function problemsOfAccess({ 'x-access': access }: Operation): ProblemCode[] {
  if (access === undefined || access.kind === 'public') return [];
  return access.kind === 'roles' ? ['unauthenticated', 'forbidden'] : ['unauthenticated'];
}
