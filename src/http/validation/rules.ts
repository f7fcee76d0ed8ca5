import { lengthOf, Rule } from '../../common/rules.js';

/** Ids are `bigint` in the database, but JSON numbers are exact only up to here. */
export const ID_MAX = Number.MAX_SAFE_INTEGER;

export const IsCleanText = () =>
  Rule(
    'not-clean-text',
    'must be text without control characters or broken Unicode',
    (value) => typeof value === 'string' && value.isWellFormed() && !/\p{Cc}/u.test(value),
  );

export const HasAtLeast = (min: number) =>
  Rule(
    'too-short',
    `must have ${min} characters or more`,
    (value) => typeof value === 'string' && (value.length > 2 * min || lengthOf(value) >= min),
  );

/** Counts characters only if the text is not far too long anyway. */
export const HasAtMost = (max: number) =>
  Rule(
    'too-long',
    `must have ${max} characters or fewer`,
    (value) => typeof value === 'string' && value.length <= 2 * max && lengthOf(value) <= max,
  );

const RFC3339 = /^(\d{4}-\d{2}-\d{2})T(?!24)\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;

/**
 * `Date` reads the 30th of February as the 2nd of March, so the day must survive a round trip. The offset
 * must not lead out of the years 1 to 9999, the range of RFC 3339.
 */
function isTimestamp(value: unknown): boolean {
  const day = typeof value === 'string' ? RFC3339.exec(value)?.[1] : undefined;
  if (day === undefined || Number.isNaN(Date.parse(value as string))) return false;
  const isDay = new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return isDay && /^(?!0000)\d{4}-/.test(new Date(value as string).toISOString());
}

export const IsTimestamp = () =>
  Rule('not-a-timestamp', 'must be a time such as 2026-01-31T12:00:00Z (RFC 3339)', isTimestamp);

/** A list of lists would pass `@ValidateNested`. */
export const HoldsNoLists = () =>
  Rule(
    'not-an-object',
    'must hold objects, not lists',
    (value) => Array.isArray(value) && !value.some(Array.isArray),
  );

/** @param more what the message adds to the range; @param isFine checks it. */
export const IsAmount = (max: number, more = '', isFine: (amount: number) => boolean = () => true) =>
  Rule(
    'not-an-amount',
    `must be a number from 0 to ${max}${more}`,
    (value) => typeof value === 'number' && value >= 0 && value <= max && isFine(value),
  );
