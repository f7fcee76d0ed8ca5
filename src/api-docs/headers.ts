import type { ReferenceObject } from '@nestjs/swagger';
import { apiHeaders, HEADERS_OF_EVERY_ANSWER, HEADERS_OF_STATUS } from '../http/openapi/api-headers.js';

/** The headers of an answer: its own, those of its status and those of every answer. */
export function headersOf(status: number, own: object = {}): Record<string, ReferenceObject> {
  return { ...own, ...apiHeaders(...(HEADERS_OF_STATUS[status] ?? []), ...HEADERS_OF_EVERY_ANSWER) };
}
