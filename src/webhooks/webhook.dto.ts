import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn } from 'class-validator';
import { flag, jsonOf, number, text, time } from '../database/json.js';
import { EVENT_TYPES, type EventType } from '../events/event-types.js';
import { ApiId, ApiLine, ApiTimestamp, ApiWholeNumber } from '../http/openapi/api-properties.js';
import { BooleanField, Field, IntegerField, TextField } from '../http/openapi/fields.js';
import { URL_MAX } from './webhook-endpoint.entity.js';

const TYPES = {
  type: 'array',
  items: { type: 'string', enum: EVENT_TYPES },
  minItems: 1,
  maxItems: EVENT_TYPES.length,
  nullable: true,
  example: ['order.placed', 'order.cancelled'],
};

const UrlField = (required: boolean) =>
  TextField(URL_MAX, {
    required,
    format: 'uri',
    pattern: '^[Hh][Tt][Tt][Pp][Ss]?://.+$',
    example: 'https://shop.example/hooks',
    description:
      'Where to send events: an `https` URL with a public address, no name or password, and no port below ' +
      '1024 but the default one. Outside production, `http` and this machine are allowed too.',
  });

const TypesField = () =>
  Field(
    { ...TYPES, required: false, description: 'Only events of these types; null for all of them.' },
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(EVENT_TYPES.length),
    IsIn(EVENT_TYPES, { each: true, message: '$property must be a list of event types' }),
  );

export class CreateWebhookDto {
  @UrlField(true) readonly url!: string;
  @TypesField() readonly types?: EventType[] | null;
}

export class UpdateWebhookDto {
  @UrlField(false) readonly url?: string;
  @TypesField() readonly types?: EventType[] | null;

  @BooleanField({
    required: false,
    description: 'When switched on again, it continues with the first event that was not delivered.',
  })
  readonly is_active?: boolean;
}

export class ReplayWebhookDto {
  @IntegerField(0, Number.MAX_SAFE_INTEGER, {
    example: 17,
    description: 'The id of the event to continue after; at most the id of the last event.',
  })
  readonly after!: number;
}

export class WebhookResponseDto {
  @ApiId() readonly id!: number;
  @ApiProperty({ type: String, format: 'uri', maxLength: URL_MAX, example: 'https://shop.example/hooks' })
  readonly url!: string;
  @ApiProperty(TYPES as object) readonly types!: EventType[] | null;
  @ApiProperty({ example: true }) readonly is_active!: boolean;

  @ApiWholeNumber({ example: 17, description: 'The id of the last event that was delivered or skipped.' })
  readonly position!: number;

  @ApiTimestamp({
    nullable: true,
    example: null,
    description: 'Since when deliveries have failed; after 3 days, the endpoint is switched off.',
  })
  readonly failing_since!: string | null;

  @ApiLine(200, { nullable: true, example: null, description: 'Why the last attempt failed.' })
  readonly last_error!: string | null;

  @ApiTimestamp({ nullable: true, example: null, description: 'When it was switched off.' })
  readonly disabled_at!: string | null;
  @ApiTimestamp() readonly created_at!: string;
  @ApiTimestamp() readonly updated_at!: string;

  /** SQL for it, on a row of `webhook_endpoints`. */
  static readonly json = jsonOf<WebhookResponseDto>({
    id: number('id'),
    url: text('url'),
    types: { sql: 'to_json(types)' },
    is_active: flag('disabled_at IS NULL'),
    position: number('position'),
    failing_since: time('failing_since'),
    last_error: text('last_error'),
    disabled_at: time('disabled_at'),
    created_at: time('created_at'),
    updated_at: time('updated_at'),
  });
}

export class WebhookSecretResponseDto extends WebhookResponseDto {
  @ApiProperty({
    type: String,
    maxLength: 100,
    pattern: '^whsec_[A-Za-z0-9+/]+=*$',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
    description: 'Verifies messages (Standard Webhooks). It is not shown again.',
  })
  readonly secret!: string;
}
