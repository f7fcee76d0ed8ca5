import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { type ProblemCode, PROBLEMS, problemType } from './problem-catalogue.js';
import { ProblemDto } from './problem.dto.js';

const PROBLEM_CODES_OF_ROUTE = 'problemCodesOfRoute';
/** Where @nestjs/swagger keeps the responses of a handler. */
const API_RESPONSES = 'swagger/apiResponse';

/** What stands before every route may answer so: the HTTP parser, the limits, and what fails behind them. */
const EVERY_ROUTE: readonly ProblemCode[] = [
  'malformed-request',
  'request-timeout',
  'uri-too-long',
  'too-many-requests',
  'header-fields-too-large',
  'internal-error',
  'service-unavailable',
];

/** What any route that reads a body may answer. */
export const BODY_PROBLEMS: readonly ProblemCode[] = [
  'malformed-json',
  'unsupported-media-type',
  'payload-too-large',
  'validation-failed',
];

/** The facts that come with a problem, as a client would see them. */
const EXAMPLE_FACTS: Partial<Record<ProblemCode, object>> = {
  'insufficient-stock': { lines: [{ product_id: 1, requested: 2, available: 1 }] },
  'product-not-found': { product_ids: [7] },
  'product-inactive': { product_ids: [7] },
  'price-changed': { total_amount: 120000 },
  'invalid-transition': { current_status: 'CANCELLED' },
  'invalid-credentials': { error: 'invalid_grant', error_description: 'The name or the password is wrong.' },
  'invalid-refresh-token': {
    error: 'invalid_grant',
    error_description: 'The refresh token is not valid, or no longer.',
  },
  'too-many-attempts': { retry_after: 840 },
  'too-many-requests': { retry_after: 42 },
  'validation-failed': {
    errors: [
      { pointer: '/items/0/quantity', in: 'body', code: 'too-small', message: 'must not be less than 1' },
    ],
  },
};

/**
 * Describes the problems that a route may answer with, by status and with an example each.
 * Decorators add up, and each writes the whole list again, so the last one has all of them.
 */
export function ApiProblems(...codes: ProblemCode[]): MethodDecorator {
  return (target, key, descriptor) => {
    const handler = descriptor.value as object;
    const known = (Reflect.getMetadata(PROBLEM_CODES_OF_ROUTE, handler) ?? EVERY_ROUTE) as ProblemCode[];
    const all = [...new Set([...known, ...codes])];
    Reflect.defineMetadata(PROBLEM_CODES_OF_ROUTE, all, handler);
    forgetProblems(handler);
    const statuses = [...new Set(all.map((code) => PROBLEMS[code].status))];
    applyDecorators(
      ApiExtraModels(ProblemDto),
      ...statuses.map((status) =>
        problemResponse(
          status,
          all.filter((code) => PROBLEMS[code].status === status),
        ),
      ),
    )(target, key, descriptor);
  };
}

/** Swagger would add the descriptions of decorators that speak of the same status. */
function forgetProblems(handler: object): void {
  const known = (Reflect.getMetadata(API_RESPONSES, handler) ?? {}) as Record<string, unknown>;
  const successes = Object.entries(known).filter(([status]) => Number(status) < 400);
  Reflect.defineMetadata(API_RESPONSES, Object.fromEntries(successes), handler);
}

function problemResponse(status: number, codes: readonly ProblemCode[]) {
  return ApiResponse({
    status,
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    content: {
      'application/problem+json': {
        schema: { $ref: getSchemaPath(ProblemDto) },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  });
}

function exampleOf(code: ProblemCode) {
  const { status, title, meaning } = PROBLEMS[code];
  const request_id = '0b7e0f0a-5d6c-4c8e-9f3a-2b1d8c7e6f5a';
  return {
    type: problemType(code),
    title,
    status,
    detail: meaning,
    code,
    request_id,
    ...EXAMPLE_FACTS[code],
  };
}
