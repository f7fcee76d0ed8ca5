import type { OpenAPIObject } from '@nestjs/swagger';
import { type Collection, type Entry, type Item, requestsOf, type Sent } from './postman.js';

interface Parameter {
  name: string;
  in: string;
  description?: string;
  schema?: { example?: string | number };
  example?: string | number;
}

interface Operation {
  summary: string;
  parameters?: Parameter[];
  requestBody?: {
    content: Record<string, { example?: unknown; examples?: Record<string, { value: unknown }> }>;
  };
  responses: Record<string, { content?: Record<string, unknown> }>;
}

interface DescribedOperation extends Operation {
  method: string;
  path: string;
}

/** The operations of the API description, with fixed paths before patterns that also match them. */
function operationsOf({ paths }: OpenAPIObject): DescribedOperation[] {
  return Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
        ...operation,
        method: method.toUpperCase(),
        path,
      })),
    )
    .sort((one, other) => one.path.split('{').length - other.path.split('{').length);
}

/** The operations that no request of the collection uses, as `GET /path`. */
export function uncoveredOperations(collection: Collection, document: OpenAPIObject): string[] {
  return uncovered(collection, document).map(({ method, path }) => `${method} ${path}`);
}

/**
 * Completes the collection from the API description. Each request gets its optional parameters, disabled and
 * with their explanations. Each operation without a request gets a draft in the last folder, which a person
 * then describes, checks and moves to its place.
 */
export function completed(collection: Collection, document: OpenAPIObject): Collection {
  const complete = structuredClone(collection);
  complete.item.at(-1)?.item.push(...uncovered(collection, document).map(firstVersion));
  const operations = operationsOf(document);
  for (const { request } of requestsOf(complete)) {
    const { parameters = [] } = operationOf(request, operations) ?? {};
    request.header = withParameters(request.header, parameters, 'header');
    const query = withParameters(request.url.query ?? [], parameters, 'query');
    if (query.length > 0) request.url.query = query;
  }
  return complete;
}

function uncovered(collection: Collection, document: OpenAPIObject): DescribedOperation[] {
  const operations = operationsOf(document);
  const used = new Set(requestsOf(collection).map(({ request }) => operationOf(request, operations)));
  return operations.filter((operation) => !used.has(operation) && !isStream(operation));
}

/** A response without an end would keep a run of the collection from ending. */
const isStream = ({ responses }: Operation) => responses['200']?.content?.['text/event-stream'] !== undefined;

function operationOf(request: Sent, operations: DescribedOperation[]): DescribedOperation | undefined {
  return operations.find((operation) => isUsedBy(request, operation));
}

function isUsedBy({ method, url }: Sent, operation: DescribedOperation): boolean {
  const steps = operation.path.split('/').slice(1);
  return (
    method === operation.method &&
    steps.length === url.path.length &&
    steps.every((step, index) => step.startsWith('{') || step === url.path[index])
  );
}

/** Keeps what the request sends, and adds what it could send as well, disabled. */
function withParameters(entries: readonly Entry[], parameters: readonly Parameter[], place: string): Entry[] {
  const described = parameters.filter((parameter) => parameter.in === place);
  const sent = entries.filter(({ disabled }) => disabled !== true);
  const explained = sent.map(({ key, value }) => {
    const description = described.find(({ name }) => name === key)?.description;
    return { key, value, ...(description === undefined ? {} : { description }) };
  });
  const others = described.filter(({ name }) => !sent.some(({ key }) => key === name));
  return [...explained, ...others.map((parameter) => ({ ...asEntry(parameter), disabled: true }))];
}

function asEntry({ name, description, example, schema }: Parameter): Entry {
  return {
    key: name,
    value: String(example ?? schema?.example ?? ''),
    ...(description === undefined ? {} : { description }),
  };
}

function firstVersion({
  method,
  path,
  summary,
  parameters = [],
  requestBody,
  responses,
}: DescribedOperation): Item {
  const status = Object.keys(responses).find((one) => one.startsWith('2')) ?? '200';
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = parameters.find((one) => one.name === name);
    return String(parameter?.example ?? parameter?.schema?.example ?? 1);
  });
  return {
    name: summary,
    event: [
      {
        listen: 'test',
        script: {
          type: 'text/javascript',
          exec: [`pm.test('${status}', () => pm.response.to.have.status(${status}));`],
        },
      },
    ],
    request: {
      method,
      header: [{ key: 'Authorization', value: 'Bearer {{admin1Token}}' }],
      ...bodyOf(requestBody),
      url: { raw: `{{baseUrl}}${filled}`, host: ['{{baseUrl}}'], path: filled.split('/').slice(1) },
      description: summary,
    },
    response: [],
  };
}

function bodyOf(requestBody: Operation['requestBody']): Pick<Sent, 'body'> {
  const json = requestBody?.content['application/json'];
  if (!json) return {};
  const example = json.example ?? Object.values(json.examples ?? {})[0]?.value ?? {};
  return {
    body: { mode: 'raw', raw: JSON.stringify(example, undefined, 2), options: { raw: { language: 'json' } } },
  };
}
