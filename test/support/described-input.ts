import { ApiDocument, type Operation, type Schema } from './api-document.js';
import type { ProblemBody } from './api-types.js';
import type { Answer } from './client.js';
import { PASSWORD, type World } from './world.js';

const document = ApiDocument.read();

/** One part of an operation's input, and how to send it with a given value while the rest is valid. */
export interface Part {
  readonly name: string;
  readonly pointer: string;
  readonly location: string;
  readonly schema: Schema;
  readonly send: (value: unknown) => Promise<Answer<ProblemBody>>;
}

export function partsOf(given: World, operation: Operation): Part[] {
  const body = Object.values(operation.bodies)[0];
  return [
    ...operation.parameters.map(({ name, in: location, schema = {} }): Part => {
      const send = (value: unknown) => sendWith(given, operation, { [location]: { [name]: String(value) } });
      return {
        name,
        location,
        schema,
        send,
        pointer: `/${location === 'header' ? name.toLowerCase() : name}`,
      };
    }),
    ...(body ? partsOfBody(given, operation, body) : []),
  ];
}

/** The fields of a body and of the items in its lists. */
function partsOfBody(given: World, operation: Operation, reference: Schema): Part[] {
  const body = exampleOf(reference) as Record<string, unknown>;
  const { properties = {}, required = [] } = document.resolve(reference);
  const needed = Object.fromEntries(required.map((name) => [name, body[name]]));
  const partOf = (pointer: string, member: Schema, bodyWith: (value: unknown) => object): Part => ({
    name: pointer,
    pointer,
    location: 'body',
    schema: document.resolve(member),
    send: (value) => sendWith(given, operation, { body: bodyWith(value) }),
  });
  return Object.entries(properties).flatMap(([name, member]) => {
    const { items } = document.resolve(member);
    const fields = Object.entries(items ? (document.resolve(items).properties ?? {}) : {});
    const [first] = [body[name] ?? {}].flat() as object[];
    return [
      partOf(`/${name}`, withExample(member), (value) => ({ ...needed, [name]: value })),
      ...fields.map(([field, schema]) =>
        partOf(`/${name}/0/${field}`, schema, (value) => ({
          ...needed,
          [name]: [{ ...first, [field]: value }],
        })),
      ),
    ];
  });
}

function withExample(member: Schema): Schema {
  const schema = document.resolve(member);
  return schema.items ? { ...schema, items: { example: exampleOf(schema.items) } } : schema;
}

function exampleOf(reference: Schema): unknown {
  const { example, enum: values, properties, items, minimum, format } = document.resolve(reference);
  if (format === 'password') return PASSWORD;
  if (properties)
    return Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, exampleOf(member)]));
  return example ?? values?.[0] ?? (items ? [exampleOf(items)] : (minimum ?? 'text'));
}

interface Sent {
  readonly path?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly header?: Record<string, string>;
  readonly body?: object;
}

async function sendWith(
  given: World,
  operation: Operation,
  { path = {}, query = {}, header = {}, body }: Sent,
) {
  const { client } =
    operation.operationId === 'changePassword' ? await given.customer() : await given.admin();
  const id = path.id ?? String(operation.path.includes('{id}') ? await idFor(given, operation.path) : '');
  const search = Object.keys(query).length > 0 ? `?${new URLSearchParams(query).toString()}` : '';
  const headers = { 'idempotency-key': crypto.randomUUID(), ...lowerCased(header) };
  const bodies = Object.values(operation.bodies);
  const json = body ?? (bodies[0] && requiredOf(bodies[0]));
  const target = operation.path.replace('{id}', encodeURIComponent(id)) + search;
  return client.call<ProblemBody>(operation.method, target, { headers, json });
}

function requiredOf(reference: Schema): object {
  const example = exampleOf(reference) as Record<string, unknown>;
  return Object.fromEntries(
    (document.resolve(reference).required ?? []).map((name) => [name, example[name]]),
  );
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A new resource that no test has changed. */
async function idFor(given: World, path: string): Promise<number> {
  const customer = path.startsWith('/products') ? undefined : await given.customer();
  if (path.startsWith('/users')) return customer?.id ?? 0;
  const { id } = await given.product({ stock: customer ? 1 : 0 });
  return customer ? (await given.order(customer, { [id]: 1 })).id : id;
}
