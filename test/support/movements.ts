import { expect } from '@jest/globals';
import type { Answer } from './client.js';
import type { ListBody, MovementBody, ProblemBody } from './api-types.js';
import type { World } from './world.js';

type Id = { readonly id: number };

/** An admin's view of a world's stock movements, and changes that cause them. */
export class MovementDesk {
  constructor(private readonly world: World) {}

  async list({ id }: Id, query = 'limit=100'): Promise<Answer<ListBody<MovementBody> & ProblemBody>> {
    const { client } = await this.world.admin();
    return client.get(`/products/${id}/stock-movements?${query}`);
  }

  async rows(product: Id): Promise<MovementBody[]> {
    return (await this.list(product)).body.data;
  }

  /** All movements, page by page by cursor; an action may run before each further page. */
  async walk(
    product: Id,
    limit: number,
    between: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<MovementBody[]> {
    const rows: MovementBody[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await this.list(product, `limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(answer.status).toBe(200);
      rows.push(...answer.body.data);
      cursor = answer.body.pagination.next_cursor;
      if (cursor !== null) await between();
    }
    return rows;
  }

  async changeStock({ id }: Id, change: object, headers: Record<string, string> = {}): Promise<void> {
    const { client } = await this.world.admin();
    const answer = await client.patch(`/products/${id}`, change, { headers });
    expect(answer.status).toBe(200);
  }
}

/** Each balance is the previous one plus the movement, the first starts at 0, and none is negative. */
export function expectChain(rows: readonly MovementBody[]): void {
  rows.forEach(({ balance, quantity }, index) => {
    expect(balance).toBe((rows[index + 1]?.balance ?? 0) + quantity);
    expect(balance).toBeGreaterThanOrEqual(0);
  });
}

export const brief = ({ kind, quantity, balance }: MovementBody) => [kind, quantity, balance];
