// The contents of every contender's database, shared by the code that seeds it and the code that reads it.

/** Users: the admin is user 1, the customer of connection `n` (from 0) is user `n + 2`. */
export const CUSTOMERS = 128;
/** All users; most of them only make the table as large as one in use. */
export const USERS = 10_000;
export const ADMIN_ID = 1;

/** @param {number} connection */
export const customerOf = (connection) => (connection % CUSTOMERS) + 2;

/** Each user has one session. @param {number} userId */
export const sessionOf = (userId) => `00000000-0000-4000-8000-${String(userId).padStart(12, '0')}`;

/** Products 1 to 1,000 are for the made-up orders; those of a file of baskets come after them. */
export const PRODUCTS = 1_000;

/** The most that a product may have, so that no run sells out. */
export const STOCK = 1_000_000_000;

/** Orders that are there from the start; order `id` belongs to customer `customerOf(id)`. */
export const ORDERS = 100_000;

/** The id of an order of a customer. @param {number} customer @param {(below: number) => number} random */
export function orderOf(customer, random) {
  const count = Math.floor(ORDERS / CUSTOMERS);
  return (random(count - 1) + 1) * CUSTOMERS + customer - 2;
}
