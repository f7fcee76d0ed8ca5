import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';

/** The part of JSON Schema that the description uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly example?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly const?: unknown;
  readonly oneOf?: readonly Schema[];
}

export interface Header {
  readonly required?: boolean;
  readonly schema: Schema;
  /** The only statuses that have it. */
  readonly 'x-statuses'?: readonly number[];
  /** The statuses that always have it. */
  readonly 'x-always'?: readonly number[];
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { $ref: string }>>;
  readonly content?: Readonly<Record<string, { schema: Schema; examples?: Record<string, unknown> }>>;
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly Record<string, string[]>[];
  readonly parameters: readonly { name: string; in: string; required?: boolean; schema?: Schema }[];
  readonly requestBody?: { content: Record<string, { schema: Schema }> };
  /** The schemas of the body by media type; empty if the operation has no body. */
  readonly bodies: Readonly<Record<string, Schema>>;
  readonly responses: Readonly<Record<string, Response>>;
}

type RawOperation = Omit<Operation, 'name' | 'method' | 'path' | 'bodies'>;

type Components = Record<'schemas' | 'responses' | 'headers', Record<string, unknown>>;

/** The API description of the repository, `openapi.json`. */
export class ApiDocument {
  readonly operations: readonly Operation[];

  constructor(readonly document: OpenAPIObject) {
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, RawOperation>).map(([method, raw]) =>
        this.operation(path, method.toUpperCase(), raw),
      ),
    );
  }

  static read(): ApiDocument {
    return new ApiDocument(JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject);
  }

  /** A component, with its reference resolved if it is one. */
  resolve<T extends object>(part: T): Omit<T, '$ref'> {
    const [, kind, name] = /^#\/components\/(\w+)\/(.+)$/.exec((part as { $ref?: string }).$ref ?? '') ?? [];
    if (kind === undefined || name === undefined) return part;
    return (this.document.components as unknown as Components)[kind as keyof Components][name] as T;
  }

  component<T>(kind: keyof Components, name: string): T | undefined {
    return (this.document.components as unknown as Components)[kind][name] as T | undefined;
  }

  /** The problems that a response may be: their codes and statuses. */
  problemsOf({ content }: Response): Map<string, number> {
    const schema = content?.['application/problem+json']?.schema;
    return new Map(schema ? this.problemsOfSchema(schema) : []);
  }

  private problemsOfSchema(reference: Schema): [string, number][] {
    const { oneOf, properties } = this.resolve(reference) as Schema;
    if (oneOf) return oneOf.flatMap((schema) => this.problemsOfSchema(schema));
    return [[properties?.code?.const as string, properties?.status?.const as number]];
  }

  private operation(path: string, method: string, raw: RawOperation): Operation {
    const bodies = Object.entries(raw.requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema]);
    const responses = Object.entries(raw.responses).map(([status, response]) => [
      status,
      this.resolve(response),
    ]);
    return {
      ...raw,
      name: `${method} ${path}`,
      method,
      path,
      bodies: Object.fromEntries(bodies) as Operation['bodies'],
      responses: Object.fromEntries(responses) as Operation['responses'],
    };
  }
}
