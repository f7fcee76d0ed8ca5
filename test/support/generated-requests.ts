import fc from 'fast-check';
import type { ApiDocument, Operation, Schema } from './api-document.js';

/** The sender of a generated request. */
export const CALLERS = ['nobody', 'customer', 'admin', 'a liar'] as const;

export interface GeneratedRequest {
  readonly operation: Operation;
  readonly caller: (typeof CALLERS)[number];
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | undefined;
}

/** Ids, more often of existing rows than of missing ones. */
const likelyId = fc.integer({ min: 1, max: 30 });

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

/** Absurd values for any type. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null, true, '', ' ', '\u0000', 'a\u0000b', '\ud800', '\u202e', '💣'.repeat(300), 'x'.repeat(5_000), "' OR 1=1 --",
    '<script>', '${jndi:ldap://x}', '../../etc/passwd', '1e3', '0x10', -0, -1, 0.1 + 0.2, 1e-7, 1e21, 1e308, 2 ** 31,
    2 ** 53 + 2, [], {}, [[]], { toString: 1 }, { then: 1 }, { length: 1e9 }, nested(31), nested(40),
  ), // prettier-ignore
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.double(),
);

function textOf({ minLength = 0, maxLength = 40, format, example }: Schema): fc.Arbitrary<unknown> {
  if (format === 'date-time') {
    return fc
      .date({ noInvalidDate: true, min: new Date('1990-01-01'), max: new Date('2100-01-01') })
      .map((date) => date.toISOString());
  }
  const lengths = fc.constantFrom(minLength - 1, minLength, minLength + 3, maxLength, maxLength + 1);
  return fc.oneof(
    lengths.map((length) => 'x'.repeat(Math.max(length, 0))),
    fc.string({ minLength, maxLength: Math.min(maxLength, 64), unit: 'grapheme' }),
    fc.uuid().map((text) => text.slice(0, Math.max(maxLength, 1))),
    { weight: 3, arbitrary: fc.constant(example ?? 'x') },
  );
}

function numberOf({ type, minimum = -1_000, maximum = 1_000_000 }: Schema): fc.Arbitrary<unknown> {
  const edges = fc.constantFrom(minimum - 1, minimum, minimum + 1, maximum, maximum + 1);
  const small = fc.integer({ min: Math.ceil(minimum), max: Math.min(Math.ceil(minimum) + 30, maximum) });
  if (type === 'integer') return fc.oneof({ weight: 3, arbitrary: small }, edges, likelyId);
  return fc.oneof(
    small,
    edges,
    fc.integer({ min: 0, max: 1_000_000 }).map((cents) => cents / 100),
  );
}

/** Mostly valid values, including the limits, and sometimes invalid ones. */
export function valueOf(document: ApiDocument, reference: Schema): fc.Arbitrary<unknown> {
  const schema = document.resolve(reference);
  return fc.oneof({ weight: 20, arbitrary: wellMeant(document, schema) }, { weight: 1, arbitrary: hostile });
}

function wellMeant(document: ApiDocument, schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === 'integer' || schema.type === 'number') return numberOf(schema);
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'array') {
    return fc.array(valueOf(document, schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 5 });
  }
  return schema.type === 'object' ? objectOf(document, schema) : textOf(schema);
}

function objectOf(document: ApiDocument, { properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valueOf(document, schema)]),
  );
  const record = fc.record(fields, { requiredKeys: [...required] });
  const damaged = fc
    .tuple(
      record,
      fc.constantFrom(...Object.keys(fields), 'id', 'role', 'is_admin', 'total_amount', 'x'),
      hostile,
    )
    .map(([value, name, other]) => ({ ...value, [name]: other }));
  const incomplete = fc.record(fields, { requiredKeys: [] });
  // If nothing is required, only one field is set, because many together mostly contradict each other.
  const single = fc
    .constantFrom(...Object.entries(fields))
    .chain(([name, value]) => value.map((one) => ({ [name]: one })));
  return fc.oneof({ weight: 8, arbitrary: required.length > 0 ? record : single }, damaged, incomplete);
}

const ENCODERS: Readonly<Record<string, (value: unknown) => string>> = {
  'application/x-www-form-urlencoded': (value) =>
    new URLSearchParams(
      Object.entries(value ?? {}).map(([key, part]) => [key, asText(part)] as [string, string]),
    ).toString(),
  'multipart/form-data; boundary=b': (value) =>
    Object.entries(value ?? {})
      .map(([key, part]) => `--b\r\ncontent-disposition: form-data; name="${key}"\r\n\r\n${asText(part)}\r\n`)
      .join('') + '--b--\r\n',
};

/** A body of the operation in one of its media types, or one that cannot be parsed. */
function bodyOf(document: ApiDocument, { bodies }: Operation): fc.Arbitrary<[string, string | Uint8Array]> {
  const readable = Object.entries(bodies).map(([name, schema]) => {
    const type = name === 'multipart/form-data' ? `${name}; boundary=b` : name;
    const encode = ENCODERS[type] ?? ((value: unknown) => JSON.stringify(value));
    return valueOf(document, schema).map((value): [string, string] => [type, encode(value)]);
  });
  const types = [
    'application/json',
    'text/plain',
    'application/json; charset=utf-16',
    'multipart/form-data',
    'x',
    ...Object.keys(bodies),
  ];
  const garbage = fc.tuple(
    fc.constantFrom(...types),
    fc.oneof(fc.json(), fc.string({ maxLength: 30 }), fc.uint8Array({ minLength: 1, maxLength: 60 })),
  );
  if (readable.length === 0) return garbage;
  return fc.oneof({ weight: 9, arbitrary: fc.oneof(...readable) }, garbage);
}

/** A segment of a path, but not only dots, which clients resolve before they send. */
const segment = (schema: Schema) =>
  fc
    .oneof({ weight: 9, arbitrary: numberOf(schema) }, { weight: 3, arbitrary: likelyId }, hostile)
    .map((value) => encodeURIComponent(asText(value).toWellFormed()))
    .filter((text) => text !== '' && !/^(\.|%2e){1,2}$/i.test(text));

function pathOf(document: ApiDocument, { path, parameters }: Operation): fc.Arbitrary<string> {
  const id = parameters.find(({ in: place }) => place === 'path');
  const query = parameters.filter(({ in: place }) => place === 'query');
  const pairs = query.map(({ name, schema = {} }) => {
    const pair = valueOf(document, schema).map((value): [string, string] => [name, asText(value)]);
    return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, pair);
  });
  const extra = fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    fc.tuple(fc.constantFrom('page', 'x', 'status[]', '__proto__'), fc.string()),
  );
  return fc.tuple(segment(id?.schema ?? {}), fc.tuple(...pairs, extra)).map(([value, all]) => {
    const search = new URLSearchParams(all.filter((pair) => pair !== null)).toString();
    return path.replace(/\{\w+\}/, value) + (search === '' ? '' : `?${search}`);
  });
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const headerText = fc
  .string({ unit: fc.constantFrom(...'abcXYZ019"*,;=/W -'), maxLength: 300 })
  .map((text) => text.trim());

function headersOf({ parameters }: Operation): fc.Arbitrary<Record<string, string>> {
  const names = parameters.filter(({ in: place }) => place === 'header').map(({ name }) => name);
  const values = fc.oneof(headerText, fc.constantFrom('*', '"1"', 'W/"1"', '"0", "1"'), fc.uuid());
  return fc
    .subarray(names)
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((name) => [name, values]))));
}

/** Requests to all operations of the description with equal probability. */
export function requests(document: ApiDocument): fc.Arbitrary<GeneratedRequest> {
  return fc.constantFrom(...document.operations).chain((operation) => {
    const takesBody = operation.method !== 'GET';
    const needsBody = Object.keys(operation.bodies).length > 0;
    const body = fc.option(bodyOf(document, operation), { freq: needsBody ? 30 : 2, nil: undefined });
    return fc
      .record({
        caller: fc.constantFrom(...CALLERS, 'admin' as const, 'customer' as const),
        path: pathOf(document, operation),
        headers: headersOf(operation),
        content: takesBody ? body : fc.constant(undefined),
      })
      .map(({ caller, path, headers, content }) => ({
        // The short form that is shown for a counterexample.
        operation: { ...operation, [fc.toStringMethod]: () => operation.name },
        caller,
        path,
        headers: content ? { ...headers, 'content-type': content[0] } : headers,
        body: content?.[1],
      }));
  });
}
