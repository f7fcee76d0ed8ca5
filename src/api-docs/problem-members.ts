import type { ReferenceObject, SchemaObject } from '@nestjs/swagger';
import type { ProblemCode } from '../common/problem-catalogue.js';
import { fromMinor, TOTAL_MAX_MINOR } from '../common/money.js';
import { FAULTS_MAX } from '../http/validation/input-faults.js';
import { PATTERNS } from '../http/openapi/patterns.js';
import { ID_MAX } from '../http/validation/rules.js';
import { ORDER_STATUSES } from '../orders/order-status.js';
import { PER_CUSTOMER_MAX } from '../products/product.entity.js';
import { ORDER_PRODUCTS_MAX } from '../orders/placement/merge-lines.js';

/** The schema of a member that a problem has in addition to the common ones. */
export type Member = (SchemaObject | ReferenceObject) & {
  readonly const?: unknown;
  readonly example?: unknown;
};

const id = { type: 'integer', minimum: 1, maximum: ID_MAX };
const pieces = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
/** Nest's type does not know null types (OpenAPI 3.1). */
const time = { type: ['string', 'null'], format: 'date-time', maxLength: 24 } as unknown as SchemaObject;
const line = { type: 'string', minLength: 1, maxLength: 500, pattern: PATTERNS.line };

const object = (description: string, properties: Record<string, SchemaObject>, example?: object) => ({
  type: 'object',
  description,
  required: Object.keys(properties),
  properties,
  ...(example && { example }),
});

/** Schemas that members refer to. */
export const MEMBER_SCHEMAS: Readonly<Record<string, SchemaObject>> = {
  ShortLine: object(
    'A line that asks for more units than are available.',
    { product_id: id, requested: pieces, available: pieces },
    { product_id: 1, requested: 2, available: 1 },
  ),
  LineNotOnSale: object(
    'A line whose product is not on sale now. Its start or end is null if the sale has none.',
    {
      product_id: id,
      sale_starts_at: { ...time, example: '2026-01-31T12:00:00.000Z' },
      sale_ends_at: { ...time, example: null },
    },
  ),
  LineBeyondLimit: object(
    'A line that exceeds the limit per customer of its product.',
    {
      product_id: id,
      max_per_customer: { ...pieces, minimum: 1, maximum: PER_CUSTOMER_MAX },
      already_ordered: pieces,
      requested: pieces,
    },
    { product_id: 1, max_per_customer: 2, already_ordered: 1, requested: 2 },
  ),
  InputFault: object(
    'Where the input breaks a rule, and which one.',
    {
      location: { type: 'string', enum: ['body', 'query', 'path', 'header'] },
      pointer: {
        type: 'string',
        maxLength: 500,
        pattern: PATTERNS.jsonPointer,
        description:
          'JSON Pointer (RFC 6901) into the part that `location` names; empty for the whole of it.',
      },
      code: { type: 'string', maxLength: 50, pattern: PATTERNS.kebabCase },
      message: line,
    },
    { location: 'body', pointer: '/items/0/quantity', code: 'too-small', message: 'must not be less than 1' },
  ),
};

const listOf = (items: SchemaObject | ReferenceObject, maxItems: number): Member => ({
  type: 'array',
  minItems: 1,
  maxItems,
  items,
});

const productIds = listOf({ ...id, example: 7 }, ORDER_PRODUCTS_MAX);

const retryAfter: Member = {
  type: 'integer',
  minimum: 0,
  maximum: 86_400,
  description: 'Seconds, as in Retry-After.',
  example: 840,
};

/** For OAuth 2 clients (RFC 6749, 5.2). */
const invalidGrant = (error_description: string): Record<string, Member> => ({
  error: { const: 'invalid_grant' },
  error_description: { ...line, example: error_description },
});

/** The additional members of each kind of problem. */
export const PROBLEM_MEMBERS: Partial<Record<ProblemCode, Readonly<Record<string, Member>>>> = {
  unauthenticated: {
    error: { const: 'invalid_token', description: 'Present if a token was sent (RFC 6750, 3.1).' },
  },
  'invalid-credentials': invalidGrant('The name or the password is wrong.'),
  'invalid-refresh-token': invalidGrant(
    'The refresh token is unknown, expired or already used, or its session has ended.',
  ),
  'product-not-found': { product_ids: productIds },
  'product-inactive': { product_ids: productIds },
  'insufficient-stock': { lines: listOf({ $ref: '#/components/schemas/ShortLine' }, ORDER_PRODUCTS_MAX) },
  'not-on-sale': {
    lines: listOf({ $ref: '#/components/schemas/LineNotOnSale' }, ORDER_PRODUCTS_MAX),
    retry_after: retryAfter,
  },
  'purchase-limit-exceeded': {
    lines: listOf({ $ref: '#/components/schemas/LineBeyondLimit' }, ORDER_PRODUCTS_MAX),
  },
  'price-changed': {
    total_amount: { type: 'number', minimum: 0, maximum: fromMinor(TOTAL_MAX_MINOR), example: 120_000 },
  },
  'invalid-transition': {
    current_status: { type: 'string', enum: [...ORDER_STATUSES], example: 'CANCELLED' },
  },
  'validation-failed': { errors: listOf({ $ref: '#/components/schemas/InputFault' }, FAULTS_MAX) },
  'too-many-attempts': { retry_after: retryAfter },
  'too-many-registrations': { retry_after: retryAfter },
  'too-many-requests': { retry_after: { ...retryAfter, example: 42 } },
};

/** Additional members that are not always present. */
export const OPTIONAL_MEMBERS: Partial<Record<ProblemCode, readonly string[]>> = {
  unauthenticated: ['error'],
  'not-on-sale': ['retry_after'],
};
