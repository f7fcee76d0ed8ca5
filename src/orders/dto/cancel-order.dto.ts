import { IsString } from 'class-validator';
import { ApiLine } from '../../http/openapi/api-properties.js';
import {
  HasAtLeast,
  HasAtMost,
  IsCleanText,
  IsOptionalButNotNull,
  Trim,
} from '../../http/validation/rules.js';

export const CANCEL_REASON_MAX = 200;

export class CancelOrderDto {
  @ApiLine(CANCEL_REASON_MAX, {
    required: false,
    example: 'Ordered by mistake.',
    description: "One line for the order's history, which its owner and admins read.",
  })
  @HasAtMost(CANCEL_REASON_MAX)
  @HasAtLeast(1)
  @IsCleanText()
  @IsString()
  @Trim()
  @IsOptionalButNotNull()
  readonly reason?: string;
}
