// Real baskets from a CSV file outside the repository.
import { readFileSync } from 'node:fs';
import { PRODUCTS } from './catalogue.mjs';

/**
 * @typedef {{ productId: number, quantity: number }} Line
 * @typedef {{ id: number, name: string, priceMinor: number }} FileProduct
 */

/**
 * Reads the orders of the file, without cancellations and returns.
 * @param {string} file columns order_ref,placed_at,customer,sku,name,quantity,unit_price
 * @returns {{ products: FileProduct[], orders: Line[][] }} products numbered on from the made-up ones.
 */
export function readBaskets(file) {
  /** @type {Map<string, FileProduct>} */
  const products = new Map();
  /** @type {Map<string, Line[]>} */
  const orders = new Map();
  for (const row of rowsOf(readFileSync(file, 'utf8'))) {
    if (row.order_ref.startsWith('C') || Number(row.quantity) <= 0) continue;
    const product = products.get(row.sku) ?? asProduct(row, PRODUCTS + products.size + 1);
    products.set(row.sku, product);
    const lines = orders.get(row.order_ref) ?? [];
    lines.push({ productId: product.id, quantity: Number(row.quantity) });
    orders.set(row.order_ref, lines);
  }
  return { products: [...products.values()], orders: [...orders.values()] };
}

/** @param {Row} row @param {number} id @returns {FileProduct} */
function asProduct({ sku, name, unit_price }, id) {
  return { id, name: name.trim() || sku, priceMinor: Math.max(0, Math.round(Number(unit_price) * 100)) };
}

/**
 * @typedef {Record<'order_ref' | 'sku' | 'name' | 'quantity' | 'unit_price', string>} Row
 * @param {string} text @returns {Row[]}
 */
function rowsOf(text) {
  const [head = '', ...lines] = text.split(/\r?\n/).filter(Boolean);
  const columns = cellsOf(head);
  return lines.map((line) => {
    const cells = cellsOf(line);
    const named = columns.map((column, index) => [column, cells[index] ?? '']);
    return /** @type {Row} */ (Object.fromEntries(named));
  });
}

/** RFC 4180, except line breaks within quotes. @param {string} line @returns {string[]} */
function cellsOf(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}
