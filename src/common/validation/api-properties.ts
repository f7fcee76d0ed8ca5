import { ApiParam, ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { PATTERNS } from './patterns.js';
import { ID_MAX } from './rules.js';

/** How often-used kinds of members look in the API description, with the limits that it asks of every type. */

export const ApiId = (options: ApiPropertyOptions = {}) =>
  ApiProperty({ example: 1, ...options, type: 'integer', minimum: 1, maximum: ID_MAX });

/** The `id` of a path. */
export const ApiIdParam = () =>
  ApiParam({ name: 'id', schema: { type: 'integer', minimum: 1, maximum: ID_MAX, example: 1 } });

/** A whole number that is only ever told, never asked for; JSON numbers are exact up to its maximum. */
export const ApiWholeNumber = (options: ApiPropertyOptions = {}) =>
  ApiProperty({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, ...options, type: 'integer' });

/** One line of text. */
export const ApiLine = (maxLength: number, options: ApiPropertyOptions = {}) =>
  ApiProperty({ minLength: 1, pattern: PATTERNS.line, ...options, type: 'string', maxLength });

/** A time as `Date.toISOString` writes it. */
export const ApiTimestamp = (options: ApiPropertyOptions = {}) =>
  ApiProperty({
    example: '2026-01-31T12:00:00.000Z',
    maxLength: 24,
    ...options,
    type: 'string',
    format: 'date-time',
  });
