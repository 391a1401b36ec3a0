import config from '../../jest.config.js';

const [shared] = config.projects;

/** The tests that StrykerJS runs: those of the mutated modules. Tests that wait for real time are left out for speed. */
export default {
  ...shared,
  rootDir: process.cwd(),
  testMatch: [
    'test/{idempotency,ledger,queries,runtime}/**/*.test.ts',
    'test/operations/{mutate,observe,effects,reconcile,dry-run,create,create-refusals}.test.ts',
    'test/graphql/{association-trail,reads,trail,trail-scopes}.test.ts',
    '!**/dynamodb-faults.test.ts',
  ].map((pattern) => pattern.replace(/^(!?)(test)/, '$1<rootDir>/$2')),
  // Records which test covers which mutant.
  testEnvironment: '@stryker-mutator/jest-runner/jest-env/node',
};
