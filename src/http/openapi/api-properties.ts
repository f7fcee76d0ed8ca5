import { ApiParam, ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { fromMinor } from '../../common/money.js';
import { PATTERNS } from './patterns.js';
import { ID_MAX } from '../validation/rules.js';

/** Nest's type for these options is a union, which a spread does not match. */
const property = (options: object) => ApiProperty(options);

export const ApiId = (options: ApiPropertyOptions = {}) =>
  property({ example: 1, ...options, type: 'integer', minimum: 1, maximum: ID_MAX });

export const ApiIdParam = (resource: string) =>
  ApiParam({
    name: 'id',
    description: `The id of the ${resource}.`,
    schema: { type: 'integer', minimum: 1, maximum: ID_MAX, example: 1 },
  });

export const ApiWholeNumber = (options: ApiPropertyOptions = {}) =>
  property({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, ...options, type: 'integer' });

/** One line of text, not blank. */
export const ApiLine = (maxLength: number, options: ApiPropertyOptions = {}) =>
  property({ minLength: 1, pattern: PATTERNS.text, ...options, type: 'string', maxLength });

/** Without `multipleOf`: validators that divide doubles do not accept 19.99 as a multiple of 0.01. */
export const ApiMoney = (maxMinor: number, options: ApiPropertyOptions = {}) =>
  property({ ...options, type: 'number', minimum: 0, maximum: fromMinor(maxMinor) });

/** A time in the format of `Date.toISOString`. */
export const ApiTimestamp = (options: ApiPropertyOptions = {}) =>
  property({
    example: '2026-01-31T12:00:00.000Z',
    maxLength: 24,
    ...options,
    type: 'string',
    format: 'date-time',
  });
