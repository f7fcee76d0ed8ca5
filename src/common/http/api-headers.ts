import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';

const text = (description: string) => ({ description, schema: { type: 'string' as const } });

export const ETAG_HEADER = { ETag: text('The version of the resource (RFC 9110, 8.8.3).') };
export const LOCATION_HEADER = { Location: text('Where the new resource is.') };

/** Describes a read that can be answered with 304. */
export const ApiConditionalRead = () =>
  applyDecorators(
    ApiHeader({ name: 'If-None-Match', required: false, description: 'ETags that the client has already.' }),
    ApiResponse({ status: 304, description: "The client's copy is current." }),
  );

export const REPLAYED_HEADER = {
  'Idempotency-Replayed': {
    description: 'Whether the order had been placed before, under the same key.',
    schema: { type: 'string' as const, enum: ['true', 'false'] },
  },
};
