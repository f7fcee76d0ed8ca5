import config from './jest.config.js';

/**
 * Tests that take long or load the machine: floods, thousands
 * of generated requests, medians of times, many races.
 */
export default {
  ...config,
  testMatch: ['**/test/security/**/*.heavy.ts', '**/test/{drop,expiry}-races.spec.ts'],
  globals: { RACES: 200 },
  maxWorkers: 1,
  testTimeout: 300_000,
};
