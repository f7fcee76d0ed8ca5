import { describe, expect, it } from '@jest/globals';
import { ApiDocument } from '../support/api-document.js';
import { checkGenerated, FREQUENT_LOGINS } from '../support/generated-check.js';
import { useWorld } from '../support/world.js';

const given = useWorld({ LOG_LEVEL: 'warn', ...FREQUENT_LOGINS });

/** Nobody makes up a refresh token, or the present password of somebody else. */
const NEEDS_A_SECRET = new Set(['POST /refresh', 'POST /logout', 'POST /me/password']);

/** Webhooks are off here, as by default: an address that is made up must not be called. */
const isOff = (name: string) => / \/webhooks/.test(name) && name !== 'GET /webhooks';

// Guarantees that no request that can be made up from the description is a server error.
describe('5,000 generated requests', () => {
  it('are answered as the description says, each operation with success among them', async () => {
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
