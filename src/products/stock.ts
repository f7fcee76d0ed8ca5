/** The most units that one product may have in stock. */
export const STOCK_MAX = 1_000_000_000;
