import type { Random } from './random.js';

/** A product to create. */
export interface Ware {
  readonly name: string;
  readonly priceMinor: number;
  readonly stock: number;
  /** Scarce, in demand, and restocked a little at a time. */
  readonly isHot: boolean;
  /** The initial limit per customer; the shopkeeper raises it. */
  readonly maxPerCustomer?: number;
  /** Whether its sale has begun, or begins after any storm, so that nobody may get it. */
  readonly sale?: 'closed' | 'open';
}

/** What a client does next. Wares are given by their index in the catalogue. */
export type Task =
  | {
      readonly kind: 'place';
      readonly lines: readonly { readonly ware: number; readonly quantity: number }[];
    }
  | { readonly kind: 'cancel' };

export interface Workload {
  readonly catalogue: readonly Ware[];
  next(random: Random): Task;
}

const HOT_WARES = 4;
const PLAIN_WARES = 20;
/** The first of the hot wares. */
const LIMITED = 0;
const LIMIT = 6;
/** Of the plain wares. */
const CLOSED = HOT_WARES + 1;
const OPEN = HOT_WARES + 2;
const HOT_STOCK = 20;
/** Never sold out, so that there is always something to be served. */
export const PLENTY = 100_000_000;

/** Baskets of few lines, most of them with a ware that runs out repeatedly. */
export class InventedBaskets implements Workload {
  readonly catalogue: readonly Ware[] = Array.from({ length: HOT_WARES + PLAIN_WARES }, (_, index) => {
    const isHot = index < HOT_WARES;
    return {
      name: isHot ? `Last units ${index + 1}` : `Plain ware ${index + 1}`,
      priceMinor: 1_000 + index * 99,
      stock: isHot ? HOT_STOCK : PLENTY,
      isHot,
      ...(index === LIMITED ? { maxPerCustomer: LIMIT } : {}),
      ...(index === CLOSED ? { sale: 'closed' } : index === OPEN ? { sale: 'open' } : {}),
    };
  });

  next(random: Random): Task {
    const hot = random.chance(0.6) ? [random.between(0, HOT_WARES - 1)] : [];
    const plain = Array.from({ length: random.between(hot.length === 0 ? 1 : 0, 2) }, () =>
      random.between(HOT_WARES, HOT_WARES + PLAIN_WARES - 1),
    );
    // In random order, so that opposing orders meet.
    const wares = random.shuffle([...hot, ...plain]);
    return { kind: 'place', lines: wares.map((ware) => ({ ware, quantity: random.between(1, 3) })) };
  }
}
