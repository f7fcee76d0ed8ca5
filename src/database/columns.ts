import type { ValueTransformer } from 'typeorm';

/** pg hands `bigint` over as text; amounts of money and stocks stay far below 2^53 and are numbers here. */
export const BIGINT_AS_NUMBER: ValueTransformer = {
  to: (value: number | undefined) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

/**
 * What every update of a versioned row sets beside its own columns. TypeORM's version column would
 * not move with a targeted update, and the clock of the row is the database's.
 */
export const NEXT_VERSION = { version: () => 'version + 1', updatedAt: () => 'now()' };
