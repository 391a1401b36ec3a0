import config from '../../jest.config.js';
import modules from './modules.js';

const [shared] = config.projects;
const { tests, slow } = modules[process.env.MUTATION_MODULE ?? 'idempotency'];

/** The tests of the module that is mutated. */
export default {
  ...shared,
  rootDir: process.cwd(),
  testMatch: process.env.MUTATION_TESTS === 'all' ? [...tests, ...slow] : tests,
  testPathIgnorePatterns: ['/node_modules/'],
  // As in jest.config.js, whose projects don't inherit it: a test that waits for a busy machine detects nothing.
  testTimeout: 180_000,
  // Records which test covers which mutant.
  testEnvironment: '@stryker-mutator/jest-runner/jest-env/node',
};
