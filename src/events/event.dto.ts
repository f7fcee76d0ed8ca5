import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { FromDigits } from '../common/rules.js';
import { ApiTimestamp, ApiWholeNumber } from '../http/openapi/api-properties.js';
import { Field, IntegerField } from '../http/openapi/fields.js';
import { EVENT_TYPES, type EventType } from './event-types.js';

export const EVENT_LIMIT_MAX = 1_000;

const ANY_TYPE = `(${EVENT_TYPES.join('|').replaceAll('.', '[.]')})`;
const TYPES = `^${ANY_TYPE}(,${ANY_TYPE})*$`;

/** What to look for. */
export class EventStreamQueryDto {
  @IntegerField(0, Number.MAX_SAFE_INTEGER, {
    required: false,
    description:
      'The id of the last event that you have. Without it, a list begins at the beginning, and a stream now.',
  })
  @FromDigits()
  readonly after?: number;

  @Field(
    {
      required: false,
      type: 'string',
      maxLength: 300,
      pattern: TYPES,
      description: `Only these types, with commas between them: ${EVENT_TYPES.join(', ')}.`,
    },
    Matches(new RegExp(TYPES), { message: '$property must be types of events with commas between them' }),
  )
  readonly types?: string;

  get wantedTypes(): EventType[] | undefined {
    return this.types?.split(',') as EventType[] | undefined;
  }
}

export class ListEventsQueryDto extends EventStreamQueryDto {
  @IntegerField(1, EVENT_LIMIT_MAX, { required: false, default: 100, description: 'Events on a page.' })
  @FromDigits()
  readonly limit: number = 100;
}

export class EventPaginationDto {
  @ApiWholeNumber({ minimum: 1, maximum: EVENT_LIMIT_MAX, example: 100 }) readonly limit!: number;

  @ApiWholeNumber({
    example: 18,
    description: 'Send it as `after` for what follows. It moves on past events of other types as well.',
  })
  readonly next_after!: number;

  @ApiProperty({ description: 'Whether there is more, so that you can ask again at once.', example: false })
  readonly has_more!: boolean;

  @ApiTimestamp({
    description: 'Since when events are recorded. Orders and products from before have no earlier events.',
  })
  readonly log_began_at!: string;
}
