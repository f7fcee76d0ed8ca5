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

/** These are about what a value says and not about its shape, of which alone a description can speak. */
const FAULTS_OF_MEANING = ['not-a-cursor', 'wrong-password', 'no-stock-change'];
const TAG_HEADERS = ['If-Match', 'If-None-Match'];
/** Where a name, a password or a token that cannot be right is simply wrong. */
const CREDENTIALS = ['login', 'refresh', 'logout'];

// Guarantees that whoever keeps to the description is not
// refused for the shape of a value, and whoever does not is.
describe('the limits of', () => {
  it.each(operations)('$name are those of the service', async (operation) => {
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
 * A space around a header is none, and tags that cannot be
 * read match nothing, which is no fault (RFC 9110, 13.1).
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

/** The codes of the faults that the service finds in a part. */
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
