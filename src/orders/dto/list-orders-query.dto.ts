import { FILTERED_MAX } from '../../pagination/list-statement.js';
import { PageQueryDto } from '../../pagination/page-query.dto.js';
import { ApiTimestamp } from '../../http/openapi/api-properties.js';
import { EnumField, IdField } from '../../http/openapi/fields.js';
import { FromDigits, FromText, Rule } from '../../common/rules.js';
import { IsOptionalButNotNull } from '../../http/validation/rules.js';
import { ORDER_STATUSES, type OrderStatus } from '../order-status.js';

const RFC3339 = /^(\d{4}-\d{2}-\d{2})T(?!24)\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;

/** `Date` takes the 30th of February for the 2nd of March; a day must come back as it was. */
function isTimestamp(value: unknown): boolean {
  const day = typeof value === 'string' ? RFC3339.exec(value)?.[1] : undefined;
  if (day === undefined || Number.isNaN(Date.parse(value as string))) return false;
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) && !day.startsWith('0000');
}

const IsTimestamp = () =>
  Rule('not-a-timestamp', 'must be a time such as 2026-01-31T12:00:00Z (RFC 3339)', isTimestamp);

/** With nine decimals of a second and an offset. */
const TIME = { required: false, maxLength: 35, example: '2026-01-31T12:00:00Z' };

export class ListOrdersQueryDto extends PageQueryDto {
  @EnumField(ORDER_STATUSES, { required: false, description: 'In any case.' })
  @FromText((text) => text.toUpperCase())
  readonly status?: OrderStatus;

  @IdField({ required: false, description: 'For admins; others see their own orders only.' })
  @FromDigits()
  readonly customer_id?: number;

  @ApiTimestamp({ ...TIME, description: 'Placed at this time or later.' })
  @IsTimestamp()
  @IsOptionalButNotNull()
  readonly created_from?: string;

  @ApiTimestamp({ ...TIME, description: 'Placed before this time.' })
  @IsTimestamp()
  @IsOptionalButNotNull()
  readonly created_to?: string;

  @IdField({
    required: false,
    description: `With a line of this product. Beside \`customer_id\` or \`status\`, and always for customers, one page looks through ${FILTERED_MAX} orders: it may be short, and \`next_cursor\` goes on.`,
  })
  @FromDigits()
  readonly product_id?: number;
}
