import { describe, expect, it } from '@jest/globals';
import { ApiDocument } from '../support/api-document.js';
import { checkGenerated, FREQUENT_LOGINS } from '../support/generated-check.js';
import { useWorld } from '../support/world.js';

const given = useWorld({ LOG_LEVEL: 'warn', ...FREQUENT_LOGINS });

/** Generated requests cannot guess a refresh token or another user's password. */
const NEEDS_A_SECRET = new Set(['POST /refresh', 'POST /logout', 'POST /me/password']);

/** Webhooks are off, as by default, so that no generated address is called. */
const isOff = (name: string) => / \/webhooks/.test(name) && name !== 'GET /webhooks';

// Guarantees that no request generated from the description causes a server error.
describe('5,000 generated requests', () => {
  it('are answered as described, and every operation also succeeds', async () => {
    const seen = await checkGenerated(given, 5_000);

    const { operations } = ApiDocument.read();
    const statuses = [...seen.keys()];
    const neverSucceeded = operations
      .map(({ name }) => name)
      .filter((name) => !NEEDS_A_SECRET.has(name) && !isOff(name))
      .filter((name) => !statuses.some((status) => status.startsWith(`${name} 2`)));
    expect(neverSucceeded).toEqual([]);
  });
});
