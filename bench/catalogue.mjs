// What is in the database of every contender, told once for those who seed it and those who ask for it.

/** Users: the admin is user 1, the customer of connection `n` (from 0) is user `n + 2`. */
export const CUSTOMERS = 128;
/** All of them; those who only fill the table make it as large as one in use. */
export const USERS = 10_000;
export const ADMIN_ID = 1;

/** @param {number} connection */
export const customerOf = (connection) => (connection % CUSTOMERS) + 2;

/** Everybody is signed in once. @param {number} userId */
export const sessionOf = (userId) => `00000000-0000-4000-8000-${String(userId).padStart(12, '0')}`;

/** Products 1 to 1,000 are for the made-up orders; those of a file of baskets come after them. */
export const PRODUCTS = 1_000;

/** So much of each that no run ever sells out: the limit of the product itself. */
export const STOCK = 1_000_000_000;

/** Orders that are in the table from the start; order `id` belongs to customer `customerOf(id)`. */
export const ORDERS = 100_000;

/** The id of an order of a customer. @param {number} customer @param {(below: number) => number} random */
export function orderOf(customer, random) {
  const count = Math.floor(ORDERS / CUSTOMERS);
  return (random(count - 1) + 1) * CUSTOMERS + customer - 2;
}
