import { LineField } from '../../http/openapi/fields.js';
import { Trim } from '../../common/rules.js';

export const CANCEL_REASON_MAX = 200;

export class CancelOrderDto {
  @LineField(1, CANCEL_REASON_MAX, {
    required: false,
    example: 'Ordered by mistake.',
    description: "One line for the order's history, which its owner and admins read.",
  })
  @Trim()
  readonly reason?: string;
}
