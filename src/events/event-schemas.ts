import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiProperty,
  type ApiPropertyOptions,
  getSchemaPath,
} from '@nestjs/swagger';
import { apiHeaders } from '../http/openapi/api-headers.js';
import { ApiTimestamp, ApiWholeNumber } from '../http/openapi/api-properties.js';
import { OrderResponseDto } from '../orders/order-response.dto.js';
import { ProductResponseDto } from '../products/product.dto.js';
import { EVENT_TYPES, type EventType, STATUS_AFTER } from './event-types.js';
import { EVENT_LIMIT_MAX, EventPaginationDto } from './event.dto.js';

/** `order.placed` is `OrderPlacedEvent`. */
const schemaName = (type: EventType) =>
  `${type.replace(/(?:^|[.])(.)/g, (_, letter: string) => letter.toUpperCase())}Event`;

const ORDER = { $ref: getSchemaPath(OrderResponseDto) };
const PRODUCT = { $ref: getSchemaPath(ProductResponseDto) };

/** Describes one type of event: `data` is the order, with its status at that time, or the product. */
function eventDto(type: EventType): Type {
  const dto = class {};
  Object.defineProperty(dto, 'name', { value: `${schemaName(type)}Dto` });
  const status = (STATUS_AFTER as Partial<Record<EventType, string>>)[type];
  const members: Record<string, PropertyDecorator> = {
    id: ApiWholeNumber({ minimum: 1, example: 18, description: 'Numbered from 1, without gaps.' }),
    type: ApiProperty({ enum: [type] }),
    occurred_at: ApiTimestamp(),
    data: ApiProperty({
      type: 'object',
      allOf: status === undefined ? [PRODUCT] : [ORDER, withStatus(status)],
      description: `The ${status === undefined ? 'product' : 'order'} as it was at that moment.`,
    } as ApiPropertyOptions),
  };
  for (const [name, decorate] of Object.entries(members)) decorate(dto.prototype, name);
  return dto;
}

const withStatus = (status: string) => ({
  required: ['status'],
  properties: { status: { type: 'string', enum: [status] } },
});

const EVENT_DTOS = EVENT_TYPES.map(eventDto);

/** In the order of `EVENT_TYPES`. */
export const EVENT_SCHEMAS = EVENT_DTOS.map((dto) => ({ $ref: getSchemaPath(dto) }));

const EVENT_SCHEMA = {
  oneOf: EVENT_SCHEMAS,
  discriminator: {
    propertyName: 'type',
    mapping: Object.fromEntries(
      EVENT_TYPES.map((type) => [type, `#/components/schemas/${schemaName(type)}`]),
    ),
  },
};

export const ApiEventList = () =>
  applyDecorators(
    ApiExtraModels(OrderResponseDto, ProductResponseDto, EventPaginationDto, ...EVENT_DTOS),
    ApiOkResponse({
      description: 'One page of events.',
      schema: {
        type: 'object',
        required: ['data', 'pagination'],
        properties: {
          data: { type: 'array', maxItems: EVENT_LIMIT_MAX, items: EVENT_SCHEMA },
          pagination: { $ref: getSchemaPath(EventPaginationDto) },
        },
      },
    }),
  );

/** As defined by the HTML standard. */
const FRAMES = String.raw`^((id|event|data|retry|): [^\n]*\n|\n)*$`;

const FRAME =
  'id: 18\nevent: order.placed\ndata: {"id":18,"type":"order.placed","occurred_at":"…","data":{…}}\n\n';

export const ApiEventStream = () =>
  ApiOkResponse({
    description:
      'An endless stream of Server-Sent Events. `id` is the id of the event, `event` its type, and `data` ' +
      'the event as JSON, as in the list. Frames without data carry the position or, every 15 s, a ' +
      'heartbeat.',
    headers: apiHeaders('X-Accel-Buffering'),
    content: {
      'text/event-stream': {
        schema: { type: 'string', maxLength: Number.MAX_SAFE_INTEGER, pattern: FRAMES },
        example: `retry: 1000\nid: 17\n\n${FRAME}: heartbeat\nid: 18\n\n`,
      },
    },
  });
