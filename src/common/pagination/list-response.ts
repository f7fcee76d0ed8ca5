import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import type { Exchange } from '../http/exchange.decorator.js';
import type { Page } from './paginate.js';

export class PaginationDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  readonly page!: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 100, example: 10 })
  readonly limit!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    example: 2,
    description: 'Rows that match; exact up to 10,000.',
  })
  readonly total!: number;

  @ApiProperty({ type: 'integer', minimum: 0, example: 1, description: 'Pages that `total` makes.' })
  readonly pages!: number;

  @ApiProperty({ description: 'False where there are more rows than `total` says.' })
  readonly total_is_exact!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Send as `cursor` for what follows; null at the end.',
  })
  readonly next_cursor!: string | null;
}

export interface ListResponse<T> {
  readonly data: T[];
  readonly pagination: PaginationDto;
}

/** The body of every list, and its `Link` header (RFC 8288). */
export function answerWithPage<Row, Item>(
  { rows, page, limit, total, totalIsExact, nextCursor }: Page<Row>,
  toItem: (row: Row) => Item,
  { request, reply }: Exchange,
): ListResponse<Item> {
  const pages = Math.ceil(total / limit);
  const pagination = { page, limit, total, pages, total_is_exact: totalIsExact, next_cursor: nextCursor };
  void reply.header('link', linkHeader(request.url, pagination));
  return { data: rows.map(toItem), pagination };
}

/** A walk by cursor links to what follows; numbered pages link to their neighbours and both ends. */
function linkHeader(url: string, { page, pages, total_is_exact, next_cursor }: PaginationDto): string {
  const { pathname: path, search } = new URL(url, 'http://localhost');
  const target = (changes: Record<string, string>) => {
    const query = new URLSearchParams(search);
    for (const [name, value] of Object.entries(changes)) query.set(name, value);
    return `${path}?${query.toString()}`;
  };
  const isWalk = new URLSearchParams(search).has('cursor');
  const previous = total_is_exact ? Math.min(page - 1, Math.max(pages, 1)) : page - 1;
  const links: [string, string][] = [];
  if (!isWalk) links.push(['first', target({ page: '1' })]);
  if (!isWalk && page > 1) links.push(['prev', target({ page: String(previous) })]);
  if (next_cursor !== null) {
    links.push(['next', target(isWalk ? { cursor: next_cursor } : { page: String(page + 1) })]);
  }
  if (!isWalk && total_is_exact && pages > 0) links.push(['last', target({ page: String(pages) })]);
  return links.map(([rel, href]) => `<${href}>; rel="${rel}"`).join(', ');
}

/** Describes the answer of a list of these items. */
export const ApiListResponse = (item: Type) =>
  applyDecorators(
    ApiExtraModels(item, PaginationDto),
    ApiOkResponse({
      description: 'One page of the list.',
      headers: { Link: { description: 'first, prev, next, last (RFC 8288)', schema: { type: 'string' } } },
      schema: {
        type: 'object',
        required: ['data', 'pagination'],
        properties: {
          data: { type: 'array', items: { $ref: getSchemaPath(item) } },
          pagination: { $ref: getSchemaPath(PaginationDto) },
        },
      },
    }),
  );
