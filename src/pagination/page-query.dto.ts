import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { PATTERNS } from '../http/openapi/patterns.js';
import { FromDigits, HasAtMost, IsIntegerBetween, IsOptionalButNotNull } from '../http/validation/rules.js';

export const PAGE_MAX = 1_000_000_000;
export const PAGE_LIMIT_MAX = 100;
export const CURSOR_LENGTH_MAX = 200;

/** Which part of a list to answer with: a numbered page, or what follows a cursor. */
export class PageQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: PAGE_MAX,
    default: 1,
    description:
      'Not together with `cursor`. Pages of the first 10,000 rows have numbers; what follows has the `cursor`.',
  })
  @IsIntegerBetween(1, PAGE_MAX)
  @FromDigits()
  @IsOptionalButNotNull()
  readonly page?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: PAGE_LIMIT_MAX,
    default: 10,
    description: 'Rows on a page.',
  })
  @IsIntegerBetween(1, PAGE_LIMIT_MAX)
  @FromDigits()
  readonly limit: number = 10;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: CURSOR_LENGTH_MAX,
    pattern: PATTERNS.base64Url,
    description:
      'The `next_cursor` of the page before, with the same filters. Walks the whole list at a cost that does not grow with the depth.',
  })
  @HasAtMost(CURSOR_LENGTH_MAX)
  @IsString()
  @IsOptionalButNotNull()
  readonly cursor?: string;
}
