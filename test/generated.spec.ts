import { describe, it } from '@jest/globals';
import { checkGenerated, FREQUENT_LOGINS } from './support/generated-check.js';
import { useWorld } from './support/world.js';

const given = useWorld({ LOG_LEVEL: 'warn', ...FREQUENT_LOGINS });

// Guarantees that the service agrees with its description, also
// about refusals; `npm run test:security` sends 5,000 requests.
describe('500 generated requests', () => {
  it('are all answered as the API description says', async () => {
    await checkGenerated(given, 500);
  });
});
