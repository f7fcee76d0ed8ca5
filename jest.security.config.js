import config from './jest.config.js';

/** What takes long or loads the machine: floods, thousands of generated requests, medians of times. */
export default {
  ...config,
  testMatch: ['**/test/security/**/*.heavy.ts'],
  maxWorkers: 1,
  testTimeout: 300_000,
};
