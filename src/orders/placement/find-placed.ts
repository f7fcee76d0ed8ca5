import type { QueryRunner } from 'typeorm';
import { DomainError } from '../../common/domain-error.js';
import type { Resource } from '../../database/json.js';
import { OrderResponseDto } from '../order-response.dto.js';
import type { Written } from '../../idempotency/idempotent.writes.js';
import type { PlacementRequest } from './placement-request.js';

type Keyed = Pick<PlacementRequest, 'customerId' | 'placementKey'>;
type KeyedRow = Resource & Keyed & Pick<PlacementRequest, 'requestHash'>;

/**
 * Selects all that the answers need, because a second statement could fail. The key of another write has no
 * hash, so it never equals that of an order.
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
 * Finds the orders that already exist under the keys of the requests. It runs under the locks on their
 * products, so an earlier attempt to place the same order has been committed or rolled back.
 * @returns an answer for each key that was found: the order as it is now, or an error if the key belongs to
 *   another request.
 */
export async function findPlaced(
  queryRunner: QueryRunner,
  requests: readonly PlacementRequest[],
): Promise<Map<PlacementRequest, Written | DomainError>> {
  if (requests.length === 0) return new Map();
  const rows = (await queryRunner.query(FIND_PLACED, [
    requests.map(({ customerId }) => customerId),
    requests.map(({ placementKey }) => placementKey),
  ])) as KeyedRow[];
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  return new Map(
    requests.flatMap((request) => {
      const resource = found.get(keyOf(request));
      if (!resource) return [];
      const isSame = hasSameHash(resource.requestHash, request.requestHash);
      const answer = isSame ? { resource, isReplayed: true } : new DomainError('idempotency-key-reused');
      return [[request, answer] as const];
    }),
  );
}

function hasSameHash(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}

/** The customer and the placement key make an order unique. */
export function keyOf({ customerId, placementKey }: Keyed): string {
  return `${customerId} ${placementKey}`;
}
