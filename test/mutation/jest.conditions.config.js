import config from '../../jest.config.js';

const [shared] = config.projects;

/** The contract tests about records, of both stores, with a part of a condition removed. */
export default {
  ...shared,
  rootDir: process.cwd(),
  testMatch: ['<rootDir>/test/ledger/contract{,-claims,-entries,-leases,-locks}.test.ts'],
  setupFiles: ['<rootDir>/test/mutation/remove-condition.ts'],
};
