import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Answer, Client } from './client.js';

/** As much of JSON Schema as the description uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly example?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { name: string; in: string; required?: boolean; schema?: Schema }[];
  /** The schemas of the body by media type; none where the operation has no body. */
  readonly bodies: Readonly<Record<string, Schema>>;
  readonly responses: Readonly<Record<string, { content?: Record<string, unknown> }>>;
}

interface RawOperation {
  parameters?: Operation['parameters'];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Operation['responses'];
}

/** The API description as the service serves it, and a judge of whether answers keep to it. */
export class ApiDocument {
  private readonly ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();

  private constructor(private readonly document: OpenAPIObject) {
    (formats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    this.ajv.addSchema(document, 'openapi.json');
  }

  static async read(client: Client): Promise<ApiDocument> {
    return new ApiDocument((await client.get<OpenAPIObject>('/openapi.json')).body);
  }

  get operations(): Operation[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, RawOperation>).map(([method, raw]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        parameters: raw.parameters ?? [],
        bodies: Object.fromEntries(
          Object.entries(raw.requestBody?.content ?? {}).map(([type, { schema }]) => [type, schema]),
        ),
        responses: raw.responses,
      })),
    );
  }

  /** A schema with its reference followed. */
  resolve(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : (this.document.components?.schemas?.[name] as Schema);
  }

  /** What is wrong with an answer: a status or a media type that is not described, or a body that breaks its schema. */
  faults(operation: Operation, { status, headers, body, text }: Answer<unknown>): string[] {
    const response = operation.responses[status];
    if (!response) return [`${operation.name} does not describe ${status}: ${text.slice(0, 300)}`];
    if (response.content === undefined) return text === '' ? [] : [`${operation.name}: ${status} has a body`];
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    if (!(type in response.content)) return [`${operation.name}: ${status} is ${type}`];
    const validate = this.validator(operation, status, type);
    if (validate(body)) return [];
    return [`${operation.name} ${status}: ${this.ajv.errorsText(validate.errors)} in ${text.slice(0, 300)}`];
  }

  private validator({ path, method }: Operation, status: number, type: string): ValidateFunction {
    const steps = ['paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema'];
    const pointer = steps.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    const $ref = `openapi.json#/${encodeURI(pointer)}`;
    const known = this.validators.get($ref);
    if (known) return known;
    const validate = this.ajv.compile({ $ref });
    this.validators.set($ref, validate);
    return validate;
  }
}
