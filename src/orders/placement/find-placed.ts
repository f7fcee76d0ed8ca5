import type { QueryRunner } from 'typeorm';
import { Order } from '../order.entity.js';
import type { PlacementRequest } from './placement-request.js';

/** An order that was placed under the key of a request. */
export interface EarlierOrder {
  readonly id: number;
  readonly isSameRequest: boolean;
}

/** Finds, under the group's locks, the orders that clients' keys stand for already. */
export async function findPlaced(
  queryRunner: QueryRunner,
  requests: readonly PlacementRequest[],
): Promise<Map<PlacementRequest, EarlierOrder>> {
  const keyed = requests.filter(({ requestHash }) => requestHash !== null);
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

function asEarlier(order: Order, request: PlacementRequest): EarlierOrder {
  return {
    id: order.id,
    isSameRequest: request.requestHash?.equals(order.requestHash ?? Buffer.alloc(0)) ?? false,
  };
}

function keyOf({ customerId, placementKey }: { customerId: number; placementKey: string }): string {
  return `${customerId} ${placementKey}`;
}
