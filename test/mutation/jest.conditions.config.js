import config from '../../jest.config.js';

const [shared] = config.projects;

/** The contract tests of both stores, with a part of a condition removed. */
export default {
  ...shared,
  rootDir: process.cwd(),
  testMatch: ['<rootDir>/test/ledger/contract*.test.ts'],
  setupFiles: ['<rootDir>/test/mutation/remove-condition.ts'],
};
