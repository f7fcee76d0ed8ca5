import type { QueryRunner } from 'typeorm';
import { ORDER_COLUMNS, type OrderRow, type OrderWithItems, withItems } from '../order-row.js';
import type { PlacementRequest } from './placement-request.js';

/** An order that was placed under the key of a request. */
export interface EarlierOrder {
  /** As it is now. */
  readonly order: OrderWithItems;
  readonly isSameRequest: boolean;
}

interface PlacedRow extends OrderRow {
  readonly placementKey: string;
  readonly requestHash: Buffer | null;
}

/** All that an answer tells: whoever is found needs no second statement, which could fail. */
const FIND_PLACED = `
  SELECT placement_key AS "placementKey", request_hash AS "requestHash", ${ORDER_COLUMNS}
    FROM orders
   WHERE (customer_id, placement_key) IN (SELECT * FROM unnest($1::integer[], $2::varchar[]))`;

/**
 * Finds the orders that keys stand for already. Under the group's locks: an attempt before this one, for
 * the same products, has ended by then, one way or the other.
 */
export async function findPlaced(
  queryRunner: QueryRunner,
  requests: readonly PlacementRequest[],
): Promise<Map<PlacementRequest, EarlierOrder>> {
  const keyed = requests.filter(({ mayBePlaced }) => mayBePlaced);
  if (keyed.length === 0) return new Map();
  const rows = (await queryRunner.query(FIND_PLACED, [
    keyed.map(({ customerId }) => customerId),
    keyed.map(({ placementKey }) => placementKey),
  ])) as PlacedRow[];
  const placed = new Map(
    rows.map(({ placementKey, requestHash, ...row }) => {
      const key = keyOf({ customerId: row.customerId, placementKey });
      return [key, { requestHash, order: withItems(row) }] as const;
    }),
  );
  return new Map(
    keyed.flatMap((request) => {
      const earlier = placed.get(keyOf(request));
      const isSameRequest = earlier !== undefined && isSame(request.requestHash, earlier.requestHash);
      return earlier ? [[request, { order: earlier.order, isSameRequest }] as const] : [];
    }),
  );
}

function isSame(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}

function keyOf({ customerId, placementKey }: { customerId: number; placementKey: string }): string {
  return `${customerId} ${placementKey}`;
}
