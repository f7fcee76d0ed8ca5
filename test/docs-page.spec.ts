import { describe, expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import type { OrderBody } from './support/api-types.js';
import { chromiumPath, useBrowser } from './support/browser.js';
import { itNeeding } from './support/needing.js';
import { isRecording } from './support/recording.js';
import { PASSWORD, useWorld } from './support/world.js';

const given = useWorld();
const browser = useBrowser();
const docs = () => browser.visit(`${given.service.url}/docs`);
const it = itNeeding('Chromium', chromiumPath !== undefined);

/** For the README: the head of the page and its first operations. */
const SCREENSHOT = {
  path: 'docs/swagger-ui.png',
  fullPage: true,
  clip: { x: 0, y: 0, width: 1100, height: 1240 },
};

/** A browser starts slowly where many tests run. */
const TIMEOUT_MS = 60_000;

// Guarantees that a person can try the API at /docs, in a browser that heeds the page's policy.
describe('Swagger UI in a browser', () => {
  it(
    'shows every operation, and the browser complains of nothing',
    async () => {
      const { paths } = (await given.anyone.get<{ paths: Record<string, object> }>('/openapi.json')).body;
      const { page, complaints } = await docs();

      const count = Object.values(paths).flatMap((methods) => Object.keys(methods)).length;
      await page.locator('.opblock').first().waitFor();
      expect(await page.locator('.opblock').count()).toBe(count);
      expect(await page.title()).toBe('Mini Order System');
      expect(complaints).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'signs in by name and password, and Try it out places an order',
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
      // Before the order, beside which Swagger UI shows the token.
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
    'takes a token that is pasted with the word Bearer, as the walkthrough says, and places an order with it',
    async () => {
      const lamp = await given.product({ stock: 5 });
      const buyer = await given.customer();
      const { page, complaints } = await docs();

      await page.locator('.auth-wrapper .authorize').click();
      const form = page.locator('.auth-container', { hasText: 'http, Bearer' });
      await form.locator('input').fill(`Bearer ${buyer.client.token}`);
      await form.getByRole('button', { name: 'Apply credentials' }).click();
      await closeWhenAuthorized(form);
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

async function closeWhenAuthorized(form: Locator): Promise<void> {
  await form.getByText('Logout').waitFor();
  await form.getByText('Close').click();
}

/** Orders two of a product by filling in the body and pressing Execute; answers with what the page then shows. */
async function tryOrder(page: Page, productId: number): Promise<OrderBody> {
  const operation = page.locator('#operations-Orders-placeOrder');
  await operation.locator('.opblock-summary-control').click();
  const body = { items: [{ product_id: productId, quantity: 2 }] };
  await operation.locator('.body-param__text').fill(JSON.stringify(body, undefined, 2));
  await operation.getByRole('button', { name: 'Execute' }).click();
  const answer = operation.locator('.live-responses-table');
  await answer.getByText('201', { exact: true }).waitFor();
  return JSON.parse((await answer.locator('.microlight').first().textContent()) ?? '') as OrderBody;
}
