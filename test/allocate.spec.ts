import { describe, expect, it } from '@jest/globals';
import { allocate } from '../src/orders/placement/allocate.js';
import { answersOf, at, NOW, product, request, shelf } from './support/allocating.js';

describe('allocate', () => {
  it('gives the last unit to the order that came first', () => {
    const answers = answersOf(shelf(product(1, 1)), [request({ 1: 1 }), request({ 1: 1 })]);
    expect(answers).toEqual([
      100,
      'insufficient-stock {"lines":[{"product_id":1,"requested":1,"available":0}]}',
    ]);
  });

  it('leaves the units of a refused order to the orders behind it', () => {
    const answers = answersOf(shelf(product(1, 5), product(2, 0)), [
      request({ 1: 5, 2: 1 }),
      request({ 1: 5 }),
    ]);
    expect(answers).toEqual([expect.stringMatching(/^insufficient-stock/), 500]);
  });

  it('sells from the exact start of a sale until just before its exact end', () => {
    const products = shelf(product(1, 9, { saleStartsAt: NOW }), product(2, 9, { saleEndsAt: NOW }));
    const answers = answersOf(products, [request({ 1: 1 }), request({ 2: 1 })]);
    expect(answers).toEqual([100, expect.stringMatching(/^not-on-sale/)]);
  });

  it('says when to retry only if every sale is yet to begin, all within the hour', () => {
    const products = shelf(
      product(1, 9, { saleStartsAt: at(60) }),
      product(2, 9, { saleStartsAt: at(0.01) }),
      product(3, 9, { saleStartsAt: at(60.1) }),
      product(4, 9, { saleEndsAt: at(-1) }),
    );
    const orders = [{ 1: 1, 2: 1 }, { 2: 1 }, { 2: 1, 3: 1 }, { 2: 1, 4: 1 }];
    const { refused } = allocate(
      products,
      orders.map((one) => request(one)),
      { now: NOW, bought: new Map() },
    );
    const waits = [...refused.values()].map(({ details }) => details.retry_after);
    expect(waits).toEqual([3600, 1, undefined, undefined]);
  });

  it('counts the purchases of a customer before and within the group, and of nobody else', () => {
    const orders = [request({ 1: 2 }), request({ 1: 1 }), request({ 1: 3 }, undefined, 2)];
    const answers = answersOf(shelf(product(1, 9, { maxPerCustomer: 3 })), orders, { '1 1': 1 });
    const line = { product_id: 1, max_per_customer: 3, already_ordered: 3, requested: 1 };
    expect(answers).toEqual([200, `purchase-limit-exceeded ${JSON.stringify({ lines: [line] })}`, 300]);
  });

  it('refuses a customer who has already bought more than a lowered limit', () => {
    const limited = shelf(product(1, 9, { maxPerCustomer: 2 }));
    expect(answersOf(limited, [request({ 1: 1 })], { '1 1': 5 })).toEqual([
      expect.stringContaining('"already_ordered":5'),
    ]);
  });

  it('refuses in a fixed order: unknown, inactive, not on sale, over the limit, short, wrong total', () => {
    const sale = { saleStartsAt: at(1) };
    const products = shelf(
      product(1, 0),
      product(2, 9, { isActive: false, ...sale }),
      product(4, 0, { maxPerCustomer: 1, ...sale }),
      product(5, 0, { maxPerCustomer: 1 }),
    );
    const answers = answersOf(products, [
      request({ 1: 1, 2: 1, 3: 1, 4: 2, 5: 2 }, 1),
      request({ 1: 1, 2: 1, 4: 2, 5: 2 }, 1),
      request({ 1: 1, 4: 2, 5: 2 }, 1),
      request({ 1: 1, 5: 2 }, 1),
      request({ 1: 1 }, 1),
    ]);
    expect(answers).toEqual([
      'product-not-found {"product_ids":[3]}',
      'product-inactive {"product_ids":[2]}',
      expect.stringMatching(/^not-on-sale .*"product_id":4,/),
      expect.stringMatching(/^purchase-limit-exceeded .*"product_id":5,/),
      expect.stringMatching(/^insufficient-stock/),
    ]);
  });
});
