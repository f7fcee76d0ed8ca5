import type { Collection, Entry, Example, Execution, Item, Sent } from './postman.js';
import { requestsOf } from './postman.js';

/** Headers that are useful to a client; the others are on every response or always change. */
const HEADERS_SHOWN = new Set([
  'content-type',
  'location',
  'etag',
  'link',
  'retry-after',
  'www-authenticate',
  'idempotency-replayed',
]);

/** Longer bodies (Swagger UI and the API description) are not stored as examples. */
const BODY_LENGTH_MAX = 3_000;

/** Secrets, by the name of their member, and their replacement. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/^(access|refresh)_token$/, '(a token)'],
  [/^next_cursor$/, '(a cursor)'],
];

/** Values that change in every run, by their pattern, and their replacement. */
const NEW_EVERY_TIME: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, '2026-01-01T12:00:00.000Z'],
  [/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, '00000000-0000-4000-8000-000000000000'],
];

/** Requests whose response depends on a race. */
const DECIDED_BY_CHANCE = new Set([
  'One order has come of it',
  'Cancel it and say why',
  'Its history has the reason',
]);

/** The collection with the service's responses of a run as saved examples. */
export function withExamples(collection: Collection, executions: readonly Execution[]): Collection {
  const answered = structuredClone(collection);
  requestsOf(answered).forEach((item, index) => {
    const execution = executions[index];
    if (execution?.item.name !== item.name) throw new Error(`"${item.name}" was not sent in its turn.`);
    item.response = DECIDED_BY_CHANCE.has(item.name) ? [] : [exampleOf(item, execution)];
  });
  return answered;
}

function exampleOf(item: Item, { response }: Execution): Example {
  if (!response) throw new Error(`"${item.name}" was not answered.`);
  const { code, status } = response;
  const text = Buffer.from(response.stream.data).toString();
  const isJson = /json/.test(response.header.find(({ key }) => isType(key))?.value ?? '');
  return {
    name: `${code} ${status}`,
    originalRequest: asExample(item.request),
    status,
    code,
    _postman_previewlanguage: isJson ? 'json' : 'text',
    header: response.header.filter(({ key }) => HEADERS_SHOWN.has(key.toLowerCase())).map(blankCursor),
    cookie: [],
    body: shown(text, isJson),
  };
}

const isType = (name: string) => name.toLowerCase() === 'content-type';

function asExample({ method, header, body, url }: Sent): Sent {
  return structuredClone({
    method,
    header: header.filter(({ disabled }) => disabled !== true),
    ...(body === undefined ? {} : { body }),
    url: { ...url, ...(url.query ? { query: url.query.filter(({ disabled }) => disabled !== true) } : {}) },
  });
}

function blankCursor({ key, value }: Entry): Entry {
  return { key, value: value.replace(/cursor=[^&>]+/g, 'cursor=(a cursor)') };
}

function shown(text: string, isJson: boolean): string {
  if (text.length > BODY_LENGTH_MAX) return '(too long to be shown here)';
  return isJson ? JSON.stringify(JSON.parse(text, blank), undefined, 2) : text;
}

function blank(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const secret = SECRETS.find(([names]) => names.test(name));
  const passing = NEW_EVERY_TIME.find(([form]) => form.test(value));
  return (secret ?? passing)?.[1] ?? value;
}
