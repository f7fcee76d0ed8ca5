import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PROBLEM_CODES } from './problem-catalogue.js';

export class InputFaultDto {
  @ApiProperty({ description: 'JSON Pointer (RFC 6901) to the fault.', example: '/items/0/quantity' })
  readonly pointer!: string;

  @ApiProperty({ enum: ['body', 'query', 'path', 'header'] })
  readonly in!: string;

  @ApiProperty({ description: 'The rule that is broken.', example: 'too-small' })
  readonly code!: string;

  @ApiProperty({ example: 'must not be less than 1' })
  readonly message!: string;
}

export class ShortLineDto {
  @ApiProperty({ type: 'integer' })
  readonly product_id!: number;

  @ApiProperty({ type: 'integer' })
  readonly requested!: number;

  @ApiProperty({ type: 'integer' })
  readonly available!: number;
}

/** Problem details (RFC 9457); some problems have further members with the facts of the case. */
export class ProblemDto {
  @ApiProperty({ format: 'uri-reference', description: 'A page of this service that explains the problem.' })
  readonly type!: string;

  @ApiProperty()
  readonly title!: string;

  @ApiProperty({ minimum: 400, maximum: 599 })
  readonly status!: number;

  @ApiProperty()
  readonly detail!: string;

  @ApiProperty({ enum: PROBLEM_CODES, enumName: 'ProblemCode' })
  readonly code!: string;

  @ApiProperty({ description: 'Finds the request in the log of the service.' })
  readonly request_id!: string;

  @ApiPropertyOptional({ type: [InputFaultDto], description: 'Where the input is at fault.' })
  readonly errors?: InputFaultDto[];

  @ApiPropertyOptional({ type: [ShortLineDto], description: 'With `insufficient-stock`: every short line.' })
  readonly lines?: ShortLineDto[];

  @ApiPropertyOptional({ type: [Number], description: 'With `product-not-found` and `product-inactive`.' })
  readonly product_ids?: number[];

  @ApiPropertyOptional({
    enum: ['PENDING', 'CONFIRMED', 'CANCELLED'],
    description: 'With `invalid-transition`.',
  })
  readonly current_status?: string;

  @ApiPropertyOptional({ description: 'With `price-changed`: the total now.' })
  readonly total_amount?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'With 429: seconds.' })
  readonly retry_after?: number;

  @ApiPropertyOptional({ description: 'With 401, for OAuth 2 clients (RFC 6749, 5.2; RFC 6750, 3.1).' })
  readonly error?: string;

  @ApiPropertyOptional({ description: 'With `error`.' })
  readonly error_description?: string;
}
