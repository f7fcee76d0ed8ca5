import { describe, expect } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Locator, Page } from 'playwright-core';
import type { OrderBody } from './support/api-types.js';
import { chromiumPath, useBrowser, type Visit } from './support/browser.js';
import { itNeeding } from './support/needing.js';
import { isRecording } from './support/recording.js';
import { PASSWORD, useWorld } from './support/world.js';

const given = useWorld();
const browser = useBrowser();
const docs = () => browser.visit(`${given.service.url}/docs`);
/** The page, for tests that only look at it. */
let looked: Promise<Visit> | undefined;
const untouched = () => (looked ??= docs());
const it = itNeeding('Chromium', chromiumPath !== undefined);

/** For the README: the top of the page with the first operations. */
const SCREENSHOT = {
  path: 'docs/swagger-ui.png',
  fullPage: true,
  clip: { x: 0, y: 0, width: 1100, height: 1240 },
};

/** A browser starts slowly while many tests run. */
const TIMEOUT_MS = 60_000;

// Guarantees that a person can try the API at /docs, in a browser that enforces the page's policy.
describe('Swagger UI in a browser', () => {
  it(
    'shows every operation without an error in the browser',
    async () => {
      const { paths, webhooks = {} } = (await given.anyone.get<OpenAPIObject>('/openapi.json')).body;
      const { page, complaints } = await untouched();

      const count = Object.values({ ...paths, ...webhooks }).flatMap((item) => Object.keys(item)).length;
      await page.locator('.opblock').first().waitFor();
      expect(await page.locator('.opblock').count()).toBe(count);
      expect(await page.title()).toBe('Mini Order System');
      expect(complaints).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'explains in four lines how to begin, and lists operations in the order of the walkthrough',
    async () => {
      const { page } = await untouched();
      await page.locator('.opblock').first().waitFor();

      const steps = await page.locator('.info ol li').allTextContents();
      const lastStep = await page.locator('.info ol li').last().boundingBox();
      const operations = await page.locator('.opblock-summary').allTextContents();
      const tags = await page.locator('.opblock-tag').allTextContents();
      const firstOf = (tag: string) =>
        operations.find((operation) => operation.includes(`/${tag}`))?.replace(/\u200b/g, '');

      expect(steps.map((step) => /^\w+/.exec(step)?.[0])).toEqual([
        'Register',
        'Authorize',
        'Create',
        'Order',
      ]);
      expect((lastStep?.y ?? Infinity) + (lastStep?.height ?? 0)).toBeLessThan(400);
      expect(operations.slice(0, 2)).toEqual([
        expect.stringMatching(/POST.*\/register/),
        expect.stringMatching(/POST.*\/login/),
      ]);
      expect([firstOf('products'), firstOf('orders')]).toEqual([
        expect.stringMatching(/^POST/),
        expect.stringMatching(/^POST/),
      ]);
      expect(tags.map((tag) => /^[A-Z][a-z]+(?=[A-Z])/.exec(tag)?.[0])).toEqual([
        'Auth', 'Products', 'Orders', 'Events', 'Webhooks', 'Users', 'Audit', 'Operations',
      ]); // prettier-ignore
    },
    TIMEOUT_MS,
  );

  it(
    'shows POST /orders within 2,500 pixels: its body, its success, its own errors and one line ' +
      'for all others',
    async () => {
      const { page } = await untouched();
      const operation = await open(page, 'Orders-placeOrder');
      await operation.locator('.response').last().waitFor();

      const statuses = await operation.locator('.response-col_status').allTextContents();
      const box = await operation.boundingBox();
      const body = await operation.locator('.body-param__text').inputValue();

      expect(await operation.locator('.parameters input').inputValue()).toBe('');
      expect(JSON.parse(body)).toEqual({ items: [{ product_id: 1, quantity: 2 }] });
      expect(statuses.filter((status) => status !== 'Code')).toEqual(['201', '404', '409', '422', 'default']);
      expect(await operation.locator('a[href="/problems"]').count()).toBe(1);
      expect(box?.height).toBeLessThan(2_500);
    },
    TIMEOUT_MS,
  );

  it(
    'fills in no value that works only once: no key, no ETag, no filter',
    async () => {
      const { page } = await untouched();
      const filled: string[] = [];
      for (const name of ['Orders-listOrders', 'Orders-getOrder', 'Products-updateProduct']) {
        const operation = await open(page, name);
        await operation.locator('.responses-inner').waitFor();
        for (const input of await operation.locator('.parameters input').all())
          filled.push(await input.inputValue());
      }

      expect(filled.length).toBeGreaterThan(10);
      expect(filled.filter((value) => value !== '')).toEqual(['10', '1', '1']);
    },
    TIMEOUT_MS,
  );

  it(
    'places another order each time Execute is pressed',
    async () => {
      const lamp = await given.product({ stock: 5 });
      const buyer = await given.customer();
      const { page } = await docs();
      await signIn(page, buyer.client.token ?? '');

      const first = await tryOrder(page, lamp.id);
      await page.locator('#operations-Orders-placeOrder').getByRole('button', { name: 'Clear' }).click();
      const second = await execute(page);

      expect(second.id).not.toBe(first.id);
      expect(await given.database.stockOf(lamp)).toBe(1);
    },
    TIMEOUT_MS,
  );

  it(
    'signs in by name and password, and places an order with Try it out',
    async () => {
      const lamp = await given.product({ stock: 5 });
      const buyer = await given.customer();
      const { page, complaints } = await docs();

      await page.locator('.auth-wrapper .authorize').click();
      const form = page.locator('.auth-container', { hasText: 'OAuth2' });
      await form.locator('#oauth_username').fill(buyer.username);
      await form.locator('#oauth_password').fill(PASSWORD);
      await form.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
      await closeWhenAuthorized(form);
      // Before the order, because Swagger UI shows the token next to it.
      if (isRecording) await page.screenshot(SCREENSHOT);
      const order = await tryOrder(page, lamp.id);

      expect(order).toMatchObject({ customer_id: buyer.id, total_amount: 20 });
      expect(await given.database.value('SELECT customer_id FROM orders WHERE id = $1', [order.id])).toBe(
        buyer.id,
      );
      expect(await given.database.stockOf(lamp)).toBe(3);
      expect(complaints).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'accepts a token that is pasted with the word Bearer, and places an order with it',
    async () => {
      const lamp = await given.product({ stock: 5 });
      const buyer = await given.customer();
      const { page, complaints } = await docs();

      await signIn(page, `Bearer ${buyer.client.token}`);
      const order = await tryOrder(page, lamp.id);

      expect(order.customer_id).toBe(buyer.id);
      expect(await given.database.value('SELECT customer_id FROM orders WHERE id = $1', [order.id])).toBe(
        buyer.id,
      );
      expect(await given.database.stockOf(lamp)).toBe(3);
      expect(complaints).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

async function signIn(page: Page, token: string): Promise<void> {
  await page.locator('.auth-wrapper .authorize').click();
  const form = page.locator('.auth-container', { hasText: 'http, Bearer' });
  await form.locator('input').fill(token);
  await form.getByRole('button', { name: 'Apply credentials' }).click();
  await closeWhenAuthorized(form);
}

async function closeWhenAuthorized(form: Locator): Promise<void> {
  await form.getByText('Logout').waitFor();
  await form.getByText('Close').click();
}

/** Orders two units by filling in the body and pressing Execute, and returns what the page then shows. */
async function tryOrder(page: Page, productId: number): Promise<OrderBody> {
  const operation = await open(page, 'Orders-placeOrder');
  const body = { items: [{ product_id: productId, quantity: 2 }] };
  await operation.locator('.body-param__text').fill(JSON.stringify(body, undefined, 2));
  return execute(page);
}

async function execute(page: Page): Promise<OrderBody> {
  const operation = page.locator('#operations-Orders-placeOrder');
  await operation.getByRole('button', { name: 'Execute' }).click();
  const answer = operation.locator('.live-responses-table');
  await answer.getByText('201', { exact: true }).waitFor();
  return JSON.parse((await answer.locator('.microlight').first().textContent()) ?? '') as OrderBody;
}

async function open(page: Page, name: string): Promise<Locator> {
  const operation = page.locator(`#operations-${name}`);
  await operation.locator('.opblock-summary-control').click();
  return operation;
}
