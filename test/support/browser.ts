import { afterAll, beforeAll } from '@jest/globals';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const START_MAX_MS = 30_000;
const WAIT_MAX_MS = 15_000;

/** The Chromium of this machine (Debian: `apt install chromium`), if it has one. */
export const chromiumPath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/** A page in its own browser profile, and all errors of the browser. */
export interface Visit {
  readonly page: Page;
  readonly complaints: string[];
}

/** Gives a test file a browser; if there is none, its tests have to be skipped. */
export function useBrowser(): { visit(url: string): Promise<Visit> } {
  let browser: Browser | undefined;
  beforeAll(async () => {
    // Without a sandbox, which needs rights that containers lack; the browser opens only our own page.
    if (chromiumPath)
      browser = await chromium.launch({ executablePath: chromiumPath, timeout: START_MAX_MS });
  });
  afterAll(() => browser?.close());
  return {
    async visit(url) {
      if (!browser) throw new Error('There is no browser here.');
      const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
      page.setDefaultTimeout(WAIT_MAX_MS);
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('requestfailed', (request) => complaints.push(`${request.url()} could not be loaded`));
      await page.goto(url, { waitUntil: 'networkidle' });
      return { page, complaints };
    },
  };
}
