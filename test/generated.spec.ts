import { describe, it } from '@jest/globals';
import { checkGenerated, FREQUENT_LOGINS } from './support/generated-check.js';
import { useWorld } from './support/world.js';

const given = useWorld({ LOG_LEVEL: 'warn', ...FREQUENT_LOGINS });

// Guarantees that the service and its description agree, also
// about what is refused; `npm run test:security` sends 5,000.
describe('500 generated requests', () => {
  it('are answered as the description says', async () => {
    await checkGenerated(given, 500);
  });
});
