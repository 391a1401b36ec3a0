import config from '../../jest.config.js';

const [shared] = config.projects;

// Only repairs of states demand that a record is unchanged; their tests take the longest.
const files = process.env.REMOVED_CONDITION?.startsWith('unchanged.')
  ? 'contract-states'
  : 'contract{,-claims,-entries,-leases,-locks}';

// Without the set-up, which would start a DynamoDB Local for each removal.
const { globalSetup: _, globalTeardown: __, ...project } = shared;

/**
 * The contract tests about records with a part of a condition removed, of SQLite, and of DynamoDB
 * where AWS_ENDPOINT_URL_DYNAMODB names one.
 */
export default {
  ...project,
  rootDir: process.cwd(),
  testMatch: [`<rootDir>/test/ledger/${files}.test.ts`],
  setupFiles: ['<rootDir>/test/mutation/remove-condition.ts'],
};
