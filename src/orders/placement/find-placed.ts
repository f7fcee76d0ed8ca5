import type { QueryRunner } from 'typeorm';
import type { DomainError } from '../../common/domain-error.js';
import type { Resource } from '../../database/json.js';
import { OrderResponseDto } from '../order-response.dto.js';
import { IdempotencyKeyReusedError } from '../../idempotency/idempotency.errors.js';
import type { PlacedOrder, PlacementRequest } from './placement-request.js';

type KeyedRow = Resource & Pick<PlacementRequest, 'customerId' | 'placementKey' | 'requestHash'>;

/**
 * Selects everything an answer needs: a second statement could fail. A key of another write has no hash, so
 * it is never the same as that of an order.
 */
const FIND_PLACED = `
  SELECT customer_id AS "customerId", placement_key AS "placementKey", request_hash AS "requestHash",
         id, version, ${OrderResponseDto.json} AS json
    FROM orders
   WHERE (customer_id, placement_key) IN (SELECT * FROM unnest($1::bigint[], $2::varchar[]))
   UNION ALL
  SELECT user_id, key, NULL, NULL, NULL, NULL
    FROM write_keys
   WHERE (user_id, key) IN (SELECT * FROM unnest($1::bigint[], $2::varchar[]))`;

/**
 * Finds the orders that already exist under the keys of these requests. Runs under the locks on their
 * products, so an earlier attempt to place the same order has ended, one way or the other.
 * @returns an answer for each request whose key was found: the order as it is now, or an error if another
 *   order was placed under the key.
 */
export async function findPlaced(
  queryRunner: QueryRunner,
  requests: readonly PlacementRequest[],
): Promise<Map<PlacementRequest, PlacedOrder | DomainError>> {
  if (requests.length === 0) return new Map();
  const rows = (await queryRunner.query(FIND_PLACED, [
    requests.map(({ customerId }) => customerId),
    requests.map(({ placementKey }) => placementKey),
  ])) as KeyedRow[];
  const found = new Map(
    rows.map(({ customerId, placementKey, requestHash, ...order }) => {
      return [keyOf({ customerId, placementKey }), { requestHash, order }] as const;
    }),
  );
  return new Map(
    requests.flatMap((request) => {
      const earlier = found.get(keyOf(request));
      if (!earlier) return [];
      const { requestHash, order } = earlier;
      const isSame = hasSameHash(requestHash, request.requestHash);
      const answer = isSame ? ({ kind: 'replayed', order } as const) : new IdempotencyKeyReusedError();
      return [[request, answer] as const];
    }),
  );
}

function hasSameHash(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}

type Keyed = Pick<PlacementRequest, 'customerId' | 'placementKey'>;

/** What makes an order unique: its customer and placement key. */
export function keyOf({ customerId, placementKey }: Keyed): string {
  return `${customerId} ${placementKey}`;
}
