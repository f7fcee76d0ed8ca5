import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { FromDigits } from '../common/rules.js';
import { ApiTimestamp, ApiWholeNumber } from '../http/openapi/api-properties.js';
import { Field, IntegerField } from '../http/openapi/fields.js';
import { EVENT_TYPES, type EventType } from './event-types.js';

export const EVENT_LIMIT_MAX = 1_000;

const ANY_TYPE = `(${EVENT_TYPES.join('|').replaceAll('.', '[.]')})`;
const TYPES = `^${ANY_TYPE}(,${ANY_TYPE})*$`;

export class EventStreamQueryDto {
  @IntegerField(0, Number.MAX_SAFE_INTEGER, {
    required: false,
    description:
      'The id of the last event you have read. Without it, the list starts with the first event, and a ' +
      'stream with the next one.',
  })
  @FromDigits()
  readonly after?: number;

  @Field(
    {
      required: false,
      type: 'string',
      maxLength: 300,
      pattern: TYPES,
      description: `Only these types, separated by commas: ${EVENT_TYPES.join(', ')}.`,
    },
    Matches(new RegExp(TYPES), { message: '$property must be event types separated by commas' }),
  )
  readonly types?: string;

  get wantedTypes(): EventType[] | undefined {
    return this.types?.split(',') as EventType[] | undefined;
  }
}

export class ListEventsQueryDto extends EventStreamQueryDto {
  @IntegerField(1, EVENT_LIMIT_MAX, {
    required: false,
    default: 100,
    description: 'Events per page. A page of huge orders ends after 8 MiB.',
  })
  @FromDigits()
  readonly limit: number = 100;
}

export class EventPaginationDto {
  @ApiWholeNumber({ minimum: 1, maximum: EVENT_LIMIT_MAX, example: 100 }) readonly limit!: number;

  @ApiWholeNumber({
    example: 18,
    description:
      'Send it as `after` to get the next page. It also advances past events that `types` filters out.',
  })
  readonly next_after!: number;

  @ApiProperty({ description: 'Whether more events are available now.', example: false })
  readonly has_more!: boolean;

  @ApiTimestamp({
    description: 'When recording began. Earlier changes to orders and products have no events.',
  })
  readonly log_began_at!: string;
}
