import config from '../../jest.config.js';

const [shared] = config.projects;

/** The tests of the mutated modules that are quick enough to run for every mutant. */
export default {
  ...shared,
  rootDir: process.cwd(),
  testMatch: [
    '<rootDir>/test/idempotency/{claim,complete,record}.test.ts',
    '<rootDir>/test/ledger/*.test.ts',
    '<rootDir>/packages/local-gateway/test/sqlite/{error-code,ledger,trail}.test.ts',
    '<rootDir>/test/operations/{effects,mutate,observe,reconcile,refusals}.test.ts',
    '<rootDir>/test/queries/{authorize-read,trail-authorization}.test.ts',
  ],
  // MUTATION_TESTS=all adds those that take seconds each.
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(process.env.MUTATION_TESTS === 'all' ? [] : ['dynamodb-faults', 'dynamodb-trail', 'ledger/trail.test']),
  ],
  // Records which test covers which mutant.
  testEnvironment: '@stryker-mutator/jest-runner/jest-env/node',
};
