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
}
