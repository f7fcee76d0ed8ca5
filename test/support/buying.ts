import type { OrderBody, ProductBody } from './api-types.js';
import type { Answer, Client } from './client.js';

export const oneOf = ({ id }: { id: number }) => ({ items: [{ product_id: id, quantity: 1 }] });

/** A buyer who places eight orders at a time until the service is gone. */
export class Buying {
  readonly answers: Answer<OrderBody>[] = [];
  readonly over: Promise<unknown>;

  constructor(client: Client, lamp: ProductBody) {
    this.over = Promise.all(Array.from({ length: 8 }, () => this.buy(client, lamp)));
  }

  private async buy(client: Client, lamp: ProductBody): Promise<void> {
    for (;;) {
      const answer = await client.post<OrderBody>('/orders', oneOf(lamp)).catch(() => undefined);
      if (!answer) return;
      this.answers.push(answer);
    }
  }
}
