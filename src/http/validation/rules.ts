import { applyDecorators } from '@nestjs/common';
import { IsInt, Max, Min, ValidateIf } from 'class-validator';
import { Rule } from '../../common/rules.js';
import { lengthOf } from '../../common/text.js';

/** PostgreSQL's `integer`. */
export const ID_MAX = 2_147_483_647;

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

/** Looks at no more than the length of a text that is far too long. */
export const HasAtMost = (max: number) =>
  Rule(
    'too-long',
    `must have ${max} characters or fewer`,
    (value) => typeof value === 'string' && value.length <= 2 * max && lengthOf(value) <= max,
  );

export const IsIntegerBetween = (min: number, max: number) => applyDecorators(IsInt(), Min(min), Max(max));

/** `null` does not count as left out. */
export const IsOptionalButNotNull = () => ValidateIf((_object, value) => value !== undefined);

/** A list of lists would pass `@ValidateNested`. */
export const HoldsNoLists = () =>
  Rule(
    'not-an-object',
    'must hold objects, not lists',
    (value) => Array.isArray(value) && !value.some(Array.isArray),
  );

/** @param more what else the message says of an amount that is fine. */
export const IsAmount = (max: number, more = '', isFine: (amount: number) => boolean = () => true) =>
  Rule(
    'not-an-amount',
    `must be a number from 0 to ${max}${more}`,
    (value) => typeof value === 'number' && value >= 0 && value <= max && isFine(value),
  );
