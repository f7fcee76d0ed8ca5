import type { ExampleObject, ExamplesObject, ReferenceObject, ResponseObject } from '@nestjs/swagger';
import { PROBLEM_CODES, type ProblemCode, PROBLEMS, problemType } from '../common/problem-catalogue.js';
import { API_HEADERS, headersOfStatuses } from '../http/openapi/api-headers.js';
import { PATTERNS } from '../http/openapi/patterns.js';
import { asComponentName, reference, type Schema, type Schemas } from './document.js';
import { exampleOf } from './examples.js';
import { MEMBER_SCHEMAS, OPTIONAL_MEMBERS, PROBLEM_MEMBERS } from './problem-members.js';
import { type OperationProblems, PROBLEM_GROUPS } from './problems-of-operation.js';

const PROBLEM_MEDIA_TYPE = 'application/problem+json';
const DEFAULT = 'Any other problem: see [all problems](/problems).';
const COMMON_MEMBERS = ['type', 'title', 'status', 'detail', 'code', 'request_id'];

/** Problems, the schemas that describe them, and those with an example. */
interface Described {
  readonly description: string;
  readonly codes: readonly ProblemCode[];
  readonly schemas: readonly string[];
  readonly examples: readonly ProblemCode[];
}

const schemaName = (code: ProblemCode) => `${asComponentName(code)}Problem`;

/** A schema for each kind of problem, so that the code determines the members. */
export function problemSchemas(): Schemas {
  return {
    RequestId: { ...API_HEADERS['X-Request-Id'].schema, example: '0b7e0f0a-5d6c-4c8e-9f3a-2b1d8c7e6f5a' },
    Line: { type: 'string', minLength: 1, maxLength: 500, pattern: PATTERNS.line },
    ...MEMBER_SCHEMAS,
    ...Object.fromEntries(PROBLEM_CODES.map((code) => [schemaName(code), problemSchema(code)])),
    ...Object.fromEntries(
      Object.entries(PROBLEM_GROUPS).map(([name, codes]) => [name, oneOf(codes.map(schemaName))]),
    ),
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

/** Examples of problems, named by their codes. */
export function problemExamples(
  codes: Iterable<ProblemCode>,
  schemas: Schemas,
): Record<string, ExampleObject> {
  return Object.fromEntries(
    [...codes].map((code) => {
      const { title, meaning } = PROBLEMS[code];
      const value = exampleOf(reference('schemas', schemaName(code)), schemas) as object;
      return [code, { summary: title, value: { ...value, title, detail: meaning } }];
    }),
  );
}

/** Answers with one of several problems; operations with the same problems share a component. */
export class ProblemResponses {
  readonly components: Record<string, ResponseObject> = {};
  /** The problems that have an example. */
  readonly shown = new Set<ProblemCode>();

  /** One answer for each status that the operation names, and one for all others. */
  of({ own, other }: OperationProblems): Record<string, ReferenceObject> {
    return { ...this.byStatus(own), default: this.byDefault(other) };
  }

  byStatus(codes: readonly ProblemCode[]): Record<string, ReferenceObject> {
    const ofStatus = (status: number) => codes.filter((code) => PROBLEMS[code].status === status);
    return Object.fromEntries(
      statusesOf(codes).map((status) => [status, this.ofOneStatus(ofStatus(status))]),
    );
  }

  private ofOneStatus(codes: readonly ProblemCode[]): ReferenceObject {
    const name = codes.map(asComponentName).join('Or');
    const description = codes.map((code) => PROBLEMS[code].title).join('; or: ');
    return this.referTo(name, { description, codes, schemas: codes.map(schemaName), examples: codes });
  }

  private byDefault(codes: readonly ProblemCode[]): ReferenceObject {
    const groups = Object.entries(PROBLEM_GROUPS).filter(([, [first]]) => codes.includes(first));
    const single = codes.filter((code) => !groups.some(([, all]) => all.some((one) => one === code)));
    const schemas = [...single.map(schemaName), ...groups.map(([name]) => name)];
    const name = schemas.map((schema) => schema.replace(/Problem$/, '')).join('Or');
    return this.referTo(name, { description: DEFAULT, codes, schemas, examples: ['service-unavailable'] });
  }

  private referTo(name: string, { description, codes, schemas, examples }: Described): ReferenceObject {
    const references = examples.map((code) => [code, reference('examples', code)]);
    const content = { schema: oneOf(schemas), examples: Object.fromEntries(references) as ExamplesObject };
    this.components[name] ??= {
      description,
      headers: headersOfStatuses(statusesOf(codes)),
      content: { [PROBLEM_MEDIA_TYPE]: content },
    };
    for (const code of examples) this.shown.add(code);
    return reference('responses', name);
  }
}

function statusesOf(codes: readonly ProblemCode[]): number[] {
  return [...new Set(codes.map((code) => PROBLEMS[code].status))];
}

function oneOf(schemas: readonly string[]): ReferenceObject | { oneOf: ReferenceObject[] } {
  const references = schemas.map((name) => reference('schemas', name));
  const [first] = references;
  return first && references.length === 1 ? first : { oneOf: references };
}
