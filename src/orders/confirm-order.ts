import type { QueryRunner } from 'typeorm';
import { TIME_UNDER_LOCK } from '../database/columns.js';
import { recordEvents } from '../database/event-record.js';

const CONFIRM_ORDER = `
  WITH confirmed AS (
    UPDATE orders
       SET status = 'CONFIRMED', confirmed_by = $2, confirmed_at = ${TIME_UNDER_LOCK()},
           version = version + 1, updated_at = ${TIME_UNDER_LOCK()}
     WHERE id = $1
    RETURNING id
  )${recordEvents(`'order.confirmed'`, 'array_agg(id)', 'confirmed')}`;

/** Confirms an order that the caller has locked. */
export async function confirmOrder(queryRunner: QueryRunner, id: number, by: number): Promise<void> {
  await queryRunner.query(CONFIRM_ORDER, [id, by]);
}
