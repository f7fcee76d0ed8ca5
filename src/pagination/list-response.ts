import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { apiHeaders } from '../http/openapi/api-headers.js';
import { type Exchange, sendJson } from '../http/exchange.decorator.js';
import { ApiWholeNumber } from '../http/openapi/api-properties.js';
import { PATTERNS } from '../http/openapi/patterns.js';
import { FILTERED_MAX, TOTAL_EXACT_MAX } from './list-statement.js';
import { CURSOR_LENGTH_MAX, PAGE_LIMIT_MAX, PAGE_MAX } from './page-query.dto.js';
import type { Page } from './paginate.js';

export class PaginationDto {
  @ApiWholeNumber({
    minimum: 1,
    maximum: PAGE_MAX,
    example: 1,
    description: 'Always 1 with a `cursor`, since such pages have no numbers.',
  })
  readonly page!: number;

  @ApiWholeNumber({ minimum: 1, maximum: PAGE_LIMIT_MAX, example: 10 }) readonly limit!: number;

  @ApiWholeNumber({ example: 1, description: `Number of matching rows; exact up to ${TOTAL_EXACT_MAX}.` })
  readonly total!: number;

  @ApiWholeNumber({ example: 1, description: 'Number of pages for `total` rows.' }) readonly pages!: number;

  @ApiProperty({
    description:
      `False if \`total\` is not exact: the list has more than ${TOTAL_EXACT_MAX} rows, or had within the ` +
      `last 10 s, or a filter by product had more than ${FILTERED_MAX} orders to search.`,
  })
  readonly total_is_exact!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: CURSOR_LENGTH_MAX,
    pattern: PATTERNS.base64Url,
    example: null,
    description: 'Send it as `cursor` to get the next page; null on the last page, and only there.',
  })
  readonly next_cursor!: string | null;
}

/** Returns the body of a list as JSON text, and sets its `Link` header (RFC 8288). */
export function answerWithPage(page: Page, exchange: Exchange): string {
  const { items, limit, total, totalIsExact, nextCursor } = page;
  const pages = Math.ceil(total / limit);
  const pagination: PaginationDto = {
    page: page.page,
    limit,
    total,
    pages,
    total_is_exact: totalIsExact,
    next_cursor: nextCursor,
  };
  void exchange.reply.header('link', linkHeader(exchange.request, page, pages));
  return sendJson(exchange, `{"data":[${items}],"pagination":${JSON.stringify(pagination)}}`);
}

function linkHeader(
  { url, query }: Exchange['request'],
  { page, totalIsExact, nextCursor, nextPageFollows }: Page,
  pages: number,
): string {
  const { cursor, ...filters } = query as Record<string, string>;
  let list = `${url.split('?', 1)[0]}?`;
  for (const [name, value] of Object.entries(filters)) {
    if (name !== 'page') list += `${name}=${encodeURIComponent(value)}&`;
  }
  const links: string[] = [];
  const link = (rel: string, part: string) => links.push(`<${list}${part}>; rel="${rel}"`);
  link('first', 'page=1');
  if (page > 1) link('prev', `page=${totalIsExact ? Math.min(page - 1, Math.max(pages, 1)) : page - 1}`);
  if (nextPageFollows) link('next', `page=${page + 1}`);
  else if (nextCursor !== null) link('next', `cursor=${nextCursor}`);
  if (cursor === undefined && totalIsExact && pages > 0) link('last', `page=${pages}`);
  return links.join(', ');
}

export const ApiListResponse = (item: Type) =>
  applyDecorators(
    ApiExtraModels(item, PaginationDto),
    ApiOkResponse({
      description: 'One page of the list.',
      headers: apiHeaders('Link'),
      schema: {
        type: 'object',
        required: ['data', 'pagination'],
        properties: {
          data: { type: 'array', maxItems: PAGE_LIMIT_MAX, items: { $ref: getSchemaPath(item) } },
          pagination: { $ref: getSchemaPath(PaginationDto) },
        },
      },
    }),
  );
