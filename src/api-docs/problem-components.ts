import type { ExampleObject, ReferenceObject, ResponseObject } from '@nestjs/swagger';
import { PROBLEM_CODES, type ProblemCode, PROBLEMS, problemType } from '../common/problem-catalogue.js';
import { API_HEADERS } from '../http/openapi/api-headers.js';
import { PATTERNS } from '../http/openapi/patterns.js';
import { asComponentName, reference, type Schema, type Schemas } from './document.js';
import { exampleOf } from './examples.js';
import { headersOf } from './headers.js';
import { MEMBER_SCHEMAS, OPTIONAL_MEMBERS, PROBLEM_MEMBERS } from './problem-members.js';

const PROBLEM_MEDIA_TYPE = 'application/problem+json';
const COMMON_MEMBERS = ['type', 'title', 'status', 'detail', 'code', 'request_id'];

const schemaName = (code: ProblemCode) => `${asComponentName(code)}Problem`;

/** A schema for each kind of problem, so that its code tells which members there are. */
export function problemSchemas(): Schemas {
  return {
    RequestId: { ...API_HEADERS['X-Request-Id'].schema, example: '0b7e0f0a-5d6c-4c8e-9f3a-2b1d8c7e6f5a' },
    Line: { type: 'string', minLength: 1, maxLength: 500, pattern: PATTERNS.line },
    ...MEMBER_SCHEMAS,
    ...Object.fromEntries(PROBLEM_CODES.map((code) => [schemaName(code), problemSchema(code)])),
  };
}

function problemSchema(code: ProblemCode): Schema {
  const members = PROBLEM_MEMBERS[code] ?? {};
  const optional = OPTIONAL_MEMBERS[code] ?? [];
  return {
    type: 'object',
    description: PROBLEMS[code].meaning,
    required: [...COMMON_MEMBERS, ...Object.keys(members).filter((name) => !optional.includes(name))],
    properties: {
      type: { const: problemType(code) } as Schema,
      title: reference('schemas', 'Line'),
      status: { const: PROBLEMS[code].status } as Schema,
      detail: reference('schemas', 'Line'),
      code: { const: code } as Schema,
      request_id: reference('schemas', 'RequestId'),
      ...members,
    },
  };
}

/** An example of each kind of problem, named by its code. */
export function problemExamples(schemas: Schemas): Record<string, ExampleObject> {
  return Object.fromEntries(
    PROBLEM_CODES.map((code) => {
      const { title, meaning } = PROBLEMS[code];
      const value = exampleOf(reference('schemas', schemaName(code)), schemas) as object;
      return [code, { summary: title, value: { ...value, title, detail: meaning } }];
    }),
  );
}

/** Answers of one status with one of some problems; operations that share one refer to one component. */
export class ProblemResponses {
  readonly components: Record<string, ResponseObject> = {};

  /** The answers with these problems by status. */
  byStatus(codes: readonly ProblemCode[]): Record<string, ReferenceObject> {
    const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))].sort((a, b) => a - b);
    return Object.fromEntries(
      statuses.map((status) => [
        String(status),
        this.referTo(
          status,
          codes.filter((code) => PROBLEMS[code].status === status),
        ),
      ]),
    );
  }

  private referTo(status: number, codes: readonly ProblemCode[]): ReferenceObject {
    const name = codes.map(asComponentName).join('Or');
    this.components[name] ??= problemResponse(status, codes);
    return reference('responses', name);
  }
}

function problemResponse(status: number, codes: readonly ProblemCode[]): ResponseObject {
  const schemas = codes.map((code) => reference('schemas', schemaName(code)));
  return {
    description: codes.map((code) => PROBLEMS[code].title).join('; or: '),
    headers: headersOf(status),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: schemas.length === 1 ? (schemas[0] as ReferenceObject) : { oneOf: schemas },
        examples: Object.fromEntries(codes.map((code) => [code, reference('examples', code)])),
      },
    },
  };
}
