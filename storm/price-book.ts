import type { Line } from './history.js';

/** The last prices that clients have seen, which may have changed since. */
export class PriceBook {
  private readonly prices = new Map<number, number>();

  set(productId: number, priceMinor: number): void {
    this.prices.set(productId, priceMinor);
  }

  totalOf(lines: readonly Line[]): number {
    return lines.reduce(
      (sum, { productId, quantity }) => sum + quantity * (this.prices.get(productId) ?? 0),
      0,
    );
  }
}
