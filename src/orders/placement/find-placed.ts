import type { QueryRunner } from 'typeorm';
import { Order } from '../order.entity.js';
import type { PlacementRequest } from './placement-request.js';

/** An order that was placed under the key of a request. */
export interface EarlierOrder {
  readonly id: number;
  readonly isSameRequest: boolean;
}

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
  const orders = await queryRunner.manager
    .createQueryBuilder(Order, 'o')
    .select(['o.id', 'o.customerId', 'o.placementKey', 'o.requestHash'])
    .where(
      '(o.customerId, o.placementKey) IN (SELECT * FROM unnest(:customers::integer[], :keys::varchar[]))',
      {
        customers: keyed.map(({ customerId }) => customerId),
        keys: keyed.map(({ placementKey }) => placementKey),
      },
    )
    .getMany();
  const byKey = new Map(orders.map((order) => [keyOf(order), order]));
  return new Map(
    keyed.flatMap((request) => {
      const order = byKey.get(keyOf(request));
      return order ? [[request, asEarlier(order, request)] as const] : [];
    }),
  );
}

function asEarlier(order: Order, { requestHash }: PlacementRequest): EarlierOrder {
  const isSameRequest =
    requestHash?.equals(order.requestHash ?? Buffer.alloc(0)) ?? order.requestHash === null;
  return { id: order.id, isSameRequest };
}

function keyOf({ customerId, placementKey }: { customerId: number; placementKey: string }): string {
  return `${customerId} ${placementKey}`;
}
