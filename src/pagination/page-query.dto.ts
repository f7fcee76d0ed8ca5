import { IntegerField, TextField } from '../http/openapi/fields.js';
import { PATTERNS } from '../http/openapi/patterns.js';
import { FromDigits } from '../common/rules.js';

export const PAGE_MAX = 1_000_000_000;
export const PAGE_LIMIT_MAX = 100;
export const CURSOR_LENGTH_MAX = 200;

export class PageQueryDto {
  @IntegerField(1, PAGE_MAX, {
    required: false,
    description:
      'Page number, 1 by default. Cannot be combined with `cursor`. Only `cursor` reaches rows beyond ' +
      'the first 10,000.',
  })
  @FromDigits()
  readonly page?: number;

  @IntegerField(1, PAGE_LIMIT_MAX, { required: false, default: 10, description: 'Rows per page.' })
  @FromDigits()
  readonly limit: number = 10;

  @TextField(CURSOR_LENGTH_MAX, {
    required: false,
    minLength: 1,
    pattern: PATTERNS.base64Url,
    description:
      'The `next_cursor` of the previous page; keep the same filters. The cost of a page does not grow ' +
      'with its depth.',
  })
  readonly cursor?: string;
}
