import config from '../../jest.config.js';

const [shared] = config.projects;

// Only repairs of states demand that a record is unchanged; their tests take the longest.
const files = process.env.REMOVED_CONDITION?.startsWith('unchanged.')
  ? 'contract-states'
  : 'contract{,-claims,-entries,-leases,-locks}';

/** The contract tests about records, of both stores, with a part of a condition removed. */
export default {
  ...shared,
  rootDir: process.cwd(),
  testMatch: [`<rootDir>/test/ledger/${files}.test.ts`],
  setupFiles: ['<rootDir>/test/mutation/remove-condition.ts'],
};
