import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiHeader,
  ApiOkResponse,
  ApiResponse,
  type HeaderObject,
  type ReferenceObject,
} from '@nestjs/swagger';
import { ApiProblems } from './api-problems.decorator.js';
import { PATTERNS } from './patterns.js';
import { TAGS_LENGTH_MAX, URL_LENGTH_MAX } from '../client-limits.js';

const ETAG = '"[!#-~]*"';

const seconds = { type: 'integer', minimum: 0, maximum: 86_400, example: 42 };
const mediaTypes = { type: 'string', maxLength: 100, pattern: '^[a-z-]+/[a-z-]+(, [a-z-]+/[a-z-]+)*$' };
const count = { type: 'integer', minimum: 0, maximum: 1_000_000, example: 6_000 };

/**
 * The headers of answers. One with `x-statuses` comes only with these statuses, and always with those of
 * `x-always`: a default answer stands for many statuses, so OpenAPI's `required` cannot express this.
 */
export const API_HEADERS = {
  'X-Request-Id': {
    required: true,
    description:
      'Identifies the request in the log of the service. Copied from the request if it sends one of 1 ' +
      'to 64 letters, digits, `_`, `.` or `-`.',
    schema: { type: 'string', minLength: 1, maxLength: 64, pattern: PATTERNS.requestId },
  },
  'RateLimit-Limit': {
    description: 'Requests per minute allowed from one client address, if limited.',
    schema: count,
  },
  'RateLimit-Remaining': { description: 'Requests left in the current minute.', schema: count },
  'RateLimit-Reset': { description: 'Seconds until the limit resets.', schema: seconds },
  'Access-Control-Allow-Origin': {
    description: 'The origin of the calling page, if CORS_ORIGINS lists it.',
    schema: { type: 'string', format: 'uri', maxLength: 300, example: 'https://shop.example' },
  },
  traceresponse: {
    description: 'The trace of this request (W3C Trace Context), if traces are recorded.',
    schema: {
      type: 'string',
      maxLength: 55,
      pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
      example: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    },
  },
  ETag: {
    required: true,
    description: 'The version of the resource (RFC 9110, 8.8.3).',
    schema: { type: 'string', minLength: 2, maxLength: 100, pattern: `^${ETAG}$`, example: '"1"' },
  },
  Location: {
    required: true,
    description: 'The path of the new resource.',
    schema: { type: 'string', maxLength: 100, pattern: '^[/][a-z]+([/][1-9][0-9]*)?$', example: '/orders/1' },
  },
  Link: {
    required: true,
    description: 'Links to the first, previous, next and last page, if they exist (RFC 8288).',
    schema: {
      type: 'string',
      maxLength: 5 * URL_LENGTH_MAX,
      pattern: '^</[^>]*>; rel="first"(, </[^>]*>; rel="(prev|next|last)")*$',
      example: '</orders?page=1>; rel="first"',
    },
  },
  'Idempotency-Replayed': {
    required: true,
    description: 'Whether the request had already been carried out, with the same key.',
    schema: { type: 'boolean' },
  },
  'X-Accel-Buffering': {
    required: true,
    description: 'Tells proxies not to buffer the stream.',
    schema: { type: 'string', enum: ['no'] },
  },
  'Retry-After': {
    description:
      'Seconds to wait before a retry (RFC 9110, 10.2.3); sent with 429 and 503, and with ' +
      '`not-on-sale` if the sale begins within the hour.',
    schema: { ...seconds, example: 1 },
    'x-statuses': [409, 429, 503],
    'x-always': [429, 503],
  },
  'WWW-Authenticate': {
    description:
      'How to authenticate; sent with 401. Contains an `error` if the token is not valid (RFC 6750, 3).',
    schema: { type: 'string', enum: ['Bearer', 'Bearer error="invalid_token"'] },
    'x-statuses': [401],
    'x-always': [401],
  },
  Accept: {
    description: 'The accepted media types; sent with 415 (RFC 9110, 15.5.16).',
    schema: { ...mediaTypes, example: 'application/json' },
    'x-statuses': [415],
  },
  'Accept-Encoding': {
    description: 'Says that compressed bodies are not accepted; sent with 415 (RFC 9110, 15.5.16).',
    schema: { type: 'string', enum: ['identity'] },
    'x-statuses': [415],
  },
  'Accept-Patch': {
    description: 'The media types accepted for PATCH; sent with 415 (RFC 5789, 2.2).',
    schema: { ...mediaTypes, example: 'application/json' },
    'x-statuses': [415],
  },
  Allow: {
    description: 'The methods that the path supports; sent with 405 (RFC 9110, 10.2.1).',
    schema: { type: 'string', maxLength: 100, pattern: '^[A-Z]+(, [A-Z]+)*$', example: 'GET, HEAD' },
    'x-statuses': [405],
    'x-always': [405],
  },
} as const satisfies Record<
  string,
  HeaderObject & { readonly 'x-statuses'?: readonly number[]; readonly 'x-always'?: readonly number[] }
>;

export type ApiHeaderName = keyof typeof API_HEADERS;

/** On every answer; the optional ones depend on the configuration. */
export const HEADERS_OF_EVERY_ANSWER: readonly ApiHeaderName[] = [
  'X-Request-Id',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Access-Control-Allow-Origin',
  'traceresponse',
];

export function apiHeaders(...names: ApiHeaderName[]): Record<string, ReferenceObject> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The headers that may come with one of these statuses. */
export function headersOfStatuses(statuses: readonly number[]): Record<string, ReferenceObject> {
  const names = Object.entries(API_HEADERS).filter(([, header]) => {
    const { 'x-statuses': own = [] } = header as { readonly 'x-statuses'?: readonly number[] };
    return own.some((status) => statuses.includes(status));
  });
  return apiHeaders(...names.map(([name]) => name as ApiHeaderName));
}

/** Without an example: Swagger UI would send it, and it would match only one version. */
const ApiTags = (name: 'If-Match' | 'If-None-Match', description: string) =>
  ApiHeader({
    name,
    required: false,
    description,
    schema: {
      type: 'string',
      maxLength: TAGS_LENGTH_MAX,
      pattern: `^([*]|(W/)?${ETAG}( *, *(W/)?${ETAG})*)$`,
    },
  });

/** Describes a read of one resource, which can be answered with 304. */
export const ApiConditionalRead = (type: Type, description: string) =>
  applyDecorators(
    ApiOkResponse({ type, description, headers: apiHeaders('ETag') }),
    ApiTags('If-Match', 'ETags, such as "1". The request is refused with 412 unless one of them is current.'),
    ApiTags(
      'If-None-Match',
      'ETags of the copies you hold, such as "1". The answer is 304 if one of them is current.',
    ),
    ApiResponse({
      status: 304,
      description: 'Your copy is current.',
      headers: apiHeaders('ETag'),
    }),
    ApiProblems('precondition-failed'),
  );

export const ApiConditionalWrite = (description: string) =>
  applyDecorators(
    ApiTags('If-Match', description),
    ApiTags(
      'If-None-Match',
      'ETags, such as "1". The request is refused with 412 if one of them is current.',
    ),
    ApiProblems('precondition-failed'),
  );
