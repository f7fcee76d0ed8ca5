import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { type ProblemCode, PROBLEMS, problemType } from './problem-catalogue.js';
import { ProblemDto } from './problem.dto.js';

const PROBLEM_CODES_OF_ROUTE = 'problemCodesOfRoute';

const EVERY_ROUTE: readonly ProblemCode[] = ['internal-error', 'service-unavailable'];

/** What any route that reads a body may answer. */
export const BODY_PROBLEMS: readonly ProblemCode[] = [
  'malformed-json',
  'unsupported-media-type',
  'payload-too-large',
  'validation-failed',
];

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
  return { type: problemType(code), title, status, detail: meaning, code, request_id };
}
