import { describe, expect, it } from '@jest/globals';
import { ApiDocument, type Operation } from './support/api-document.js';
import type { ProblemBody } from './support/api-types.js';
import type { Answer } from './support/client.js';
import { type Part, partsOf } from './support/described-input.js';
import { FREQUENT_LOGINS } from './support/generated-check.js';
import { limitsOf } from './support/schema-limits.js';
import { useWorld } from './support/world.js';

const given = useWorld({ LOG_LEVEL: 'warn', ...FREQUENT_LOGINS });
const operations = ApiDocument.read().operations.filter(
  ({ parameters, bodies }) => parameters.length > 0 || Object.keys(bodies).length > 0,
);

/** These faults are about the meaning of a value; a description covers only its shape. */
const FAULTS_OF_MEANING = ['not-a-cursor', 'wrong-password', 'no-stock-change'];
const TAG_HEADERS = ['If-Match', 'If-None-Match'];
/** Here a name, password or token of an impossible shape is simply wrong, with no further fault. */
const CREDENTIALS = ['login', 'refresh', 'logout'];

// Guarantees that a value is refused for its shape exactly if the API description does not allow it.
describe('the limits of', () => {
  it.each(operations)('$name in the description are those that the service enforces', async (operation) => {
    const differences: string[] = [];
    for (const part of partsOf(given, operation)) differences.push(...(await differencesOf(part, operation)));
    expect(differences).toEqual([]);
  });
});

async function differencesOf(part: Part, operation: Operation): Promise<string[]> {
  const { within, beyond } = limitsOf(part.schema);
  const refused = [];
  for (const value of within)
    if (refusalsOf(await part.send(value), part).some(isOfShape)) refused.push(`refuses ${shown(value)}`);
  const taken = [];
  for (const value of beyond.filter((one) => isForService(one, part)))
    if (isAccepted(await part.send(value), part, operation)) taken.push(`takes ${shown(value)}`);
  return [...refused, ...taken].map((difference) => `${part.name}: ${difference}`);
}

/**
 * Spaces around a header value do not count, and tags that
 * cannot be read just match nothing (RFC 9110, 13.1).
 */
function isForService(value: unknown, { location, name, schema }: Part): boolean {
  if (location !== 'header') return true;
  const isTooLong = String(value).length > (schema.maxLength ?? Infinity);
  return TAG_HEADERS.includes(name) ? isTooLong : !/^ |\u0007/.test(String(value));
}

function isAccepted(answer: Answer<ProblemBody>, part: Part, { operationId }: Operation): boolean {
  const isWrong = answer.status === 401 && CREDENTIALS.includes(operationId);
  return !isWrong && refusalsOf(answer, part).length === 0;
}

/** The codes of the faults that the service finds in one part of a request. */
function refusalsOf({ status, body }: Answer<ProblemBody>, { pointer, location }: Part): string[] {
  if (location === 'header' && status === 431) return [body.code];
  const faults = status === 422 ? (body.errors ?? []) : [];
  return faults
    .filter((one) => one.location === location && one.pointer.startsWith(pointer))
    .map(({ code }) => code);
}

function isOfShape(code: string): boolean {
  return !FAULTS_OF_MEANING.includes(code);
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}
