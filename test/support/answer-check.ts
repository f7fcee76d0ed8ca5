import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { ApiDocument, type Header, type Operation, type Response, type Schema } from './api-document.js';

/** A response, as far as it is described. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Headers of the protocol, of browser policies and of the connection, which belong to no single operation.
 */
const GENERAL_HEADERS = new Set([
  'accept-ranges', 'cache-control', 'connection', 'content-length', 'content-security-policy', 'content-type',
  'cross-origin-opener-policy', 'cross-origin-resource-policy', 'date', 'keep-alive', 'referrer-policy',
  'strict-transport-security', 'transfer-encoding', 'vary', 'x-content-type-options',
  'access-control-expose-headers',
]); // prettier-ignore

/** The paths outside the API: pages for people, and the description itself. */
const PAGES = /^\/(docs|problems|openapi\.json|openapi\.yaml)(\/|$)/;
const PROBLEM_JSON = 'application/problem+json';

/**
 * Compares responses with `openapi.json`: status, headers and body, which may have nothing undescribed. A
 * path without an operation may only answer with a problem of the catalogue.
 */
export class AnswerCheck {
  private readonly document: ApiDocument;
  private readonly ajv = new Ajv2020({
    strict: false,
    validateSchema: false,
    // A validator is used only a few times, so fast compilation matters more than fast validation.
    inlineRefs: false,
    code: { optimize: false },
  });
  private readonly validators = new Map<Schema, ValidateFunction>();
  private readonly headersOfEveryAnswer: Record<string, { $ref: string }>;
  private readonly routes: readonly { pattern: RegExp; operation: Operation }[];

  constructor(document = ApiDocument.read().document) {
    this.document = new ApiDocument(closed(document));
    this.headersOfEveryAnswer = (document as unknown as Record<string, Record<string, { $ref: string }>>)[
      'x-headers-of-every-answer'
    ] as Record<string, { $ref: string }>;
    this.routes = this.document.operations.map((operation) => ({
      pattern: new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`),
      operation,
    }));
    (formats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    this.ajv.addSchema(this.document.document, 'openapi.json');
  }

  /** The faults of a response to a request. */
  faults(method: string, url: string, received: Received): string[] {
    const path = pathOf(url);
    const operation = this.operationOf(method, path);
    const faults = operation
      ? this.faultsOfOperation(operation, method, received)
      : this.faultsOfOther(method, path, received);
    return faults.map((fault) => `${method} ${path} → ${received.status}: ${fault}`);
  }

  /** The faults of a response that must be a problem, whatever the request was. */
  faultsOfProblem(received: Received): string[] {
    const code = received.text === '' ? '' : (parsed(received.text) as { code?: string }).code;
    const response = Object.values(this.document.document.components?.responses ?? {})
      .map((one) => one as unknown as Response)
      .find((one) => this.document.problemsOf(one).has(String(code)));
    if (response === undefined) return [`no problem of openapi.json: ${received.text.slice(0, 300)}`];
    return this.faultsOfResponse(response, received, true);
  }

  private operationOf(method: string, path: string): Operation | undefined {
    const asked = method === 'HEAD' ? 'GET' : method;
    return this.routes.find(({ pattern, operation }) => operation.method === asked && pattern.test(path))
      ?.operation;
  }

  /**
   * A status without its own description belongs to the
   * default response if one of the problems there has it.
   */
  private faultsOfOperation({ responses }: Operation, method: string, received: Received): string[] {
    const { default: other, [received.status]: own } = responses;
    const statusesOfOthers = other ? [...this.document.problemsOf(other).values()] : [];
    const response = own ?? (statusesOfOthers.includes(received.status) ? other : undefined);
    if (response === undefined)
      return [`the status is not described; it came with ${received.text.slice(0, 300)}`];
    return this.faultsOfResponse(response, received, method !== 'HEAD');
  }

  private faultsOfOther(method: string, path: string, received: Received): string[] {
    if (received.status < 400 && (method === 'OPTIONS' || PAGES.test(path))) return [];
    return method === 'HEAD' && received.status >= 400 ? [] : this.faultsOfProblem(received);
  }

  private faultsOfResponse({ headers, content }: Response, received: Received, hasBody: boolean): string[] {
    const faults = this.faultsOfHeaders({ ...headers, ...this.headersOfEveryAnswer }, received);
    if (!hasBody || content === undefined)
      return received.text === '' ? faults : [...faults, 'it has a body, and none is described'];
    const type = received.headers.get('content-type')?.split(';')[0] ?? '';
    const described = content[type];
    if (described === undefined) return [...faults, `the media type "${type}" is not described`];
    const body = type.endsWith('json') ? parsed(received.text) : received.text;
    if (type === PROBLEM_JSON && (body as { status?: number }).status !== received.status)
      return [...faults, 'its body says another status'];
    return [...faults, ...this.faultsOfValue('the body', described.schema, body)];
  }

  private faultsOfHeaders(described: Record<string, { $ref: string }>, received: Received): string[] {
    const { status, headers } = received;
    const all = Object.entries(described)
      .map(([name, reference]): [string, Header] => [
        name,
        this.document.resolve(reference) as unknown as Header,
      ])
      .filter(([, { 'x-statuses': statuses = [status] }]) => statuses.includes(status));
    const names = new Set(all.map(([name]) => name.toLowerCase()));
    const unknown = [...headers.keys()].filter((name) => !names.has(name) && !GENERAL_HEADERS.has(name));
    const faults = all.flatMap(([name, { 'x-always': always = [], required, schema }]) => {
      const value = headers.get(name);
      if (value === null)
        return (required ?? always.includes(status)) ? [`the header ${name} is missing`] : [];
      return this.faultsOfValue(`the header ${name}`, schema, asValueOf(schema, value));
    });
    return [...unknown.map((name) => `the header ${name} is not described`), ...faults];
  }

  private faultsOfValue(what: string, schema: Schema, value: unknown): string[] {
    const validate = this.validators.get(schema) ?? this.compile(schema);
    if (validate(value)) return [];
    const shown = JSON.stringify(value).slice(0, 300);
    return [`${what} breaks its schema (${this.ajv.errorsText(validate.errors).slice(0, 500)}): ${shown}`];
  }

  private compile(schema: Schema): ValidateFunction {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"openapi.json#/components/');
    const validate = this.ajv.compile(JSON.parse(text) as object);
    this.validators.set(schema, validate);
    return validate;
  }
}

/** The document with every object closed: members that are not described are faults. */
function closed(document: OpenAPIObject): OpenAPIObject {
  return JSON.parse(JSON.stringify(document), (_key, value: Schema | null) =>
    value?.type === 'object' && value.properties ? { ...value, additionalProperties: false } : value,
  ) as OpenAPIObject;
}

/** The path as the service's router reads it; a path that cannot be decoded matches nothing. */
function pathOf(url: string): string {
  const path = (url.split(/[?#]/)[0] as string).replace(/(?<=.)\/$/, '');
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** Headers are text, so integers and booleans are parsed from it. */
function asValueOf({ type }: Schema, text: string): unknown {
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return `no JSON: ${text.slice(0, 300)}`;
  }
}
