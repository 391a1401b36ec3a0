import { availableParallelism } from 'node:os';
import './bin/require-node-24.cjs';

/** What the projects share. */
const shared = {
  transform: {
    '/@apollo/server/dist/cjs/ApolloServer\\.js$': '<rootDir>/test/support/apollo-server.js',
    '/@cloud-copilot/iam-policy/dist/cjs/utils\\.js$': '<rootDir>/test/support/iam-policy.js',
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // Packages that are ES modules only, or that have a transform above.
  transformIgnorePatterns: [
    '/node_modules/(?!(jose|ulid|@apollo|@cloud-copilot/iam-policy|get-east-asian-width|openid-client|oauth4webapi)/)',
  ],
  // As in tsconfig.json: examples import the package, which may not be built.
  moduleNameMapper: { '^pod-identity-client$': '<rootDir>/packages/client/src/index.ts' },
  testEnvironment: 'node',
  // CI keeps this folder from run to run.
  cacheDirectory: '<rootDir>/.cache/jest',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

const folders = '<rootDir>/{test,packages/*/test,examples/*/test}/**';

/**
 * A project of the tests whose file names end in `.KIND.test.ts`. The script `test:KIND` runs it.
 *
 * @param {string} kind
 */
function testsOf(kind) {
  return { ...shared, displayName: kind, testMatch: [`${folders}/*.${kind}.test.ts`] };
}

/**
 * The name of a file says what kind of test it is: `*.slow.test.ts` starts builds or programs, or
 * takes seconds (whole tables of requests, thousands of items, drills); `*.browser.test.ts` needs
 * Chromium, `*.aws-cli.test.ts` the AWS CLI; all of `test/reliability` is a kind of its own. `npm
 * test` runs all others, the project `default`. `npx jest FILE` finds a test of any kind.
 */
export default {
  // A quarter of the time of a worker is waiting for servers and timers: one more than processors keeps all of these busy.
  maxWorkers: availableParallelism() + 1,
  testSequencer: '<rootDir>/test/support/sequencer.js',
  // A test that hangs fails; one that builds a package on a busy machine does not.
  testTimeout: 600_000,
  reporters: ['default', '<rootDir>/test/support/slowest-files.ts'],
  projects: [
    {
      ...shared,
      displayName: 'default',
      testMatch: [`${folders}/*.test.ts`],
      testPathIgnorePatterns: [
        '/node_modules/',
        '<rootDir>/test/reliability/',
        '\\.(slow|browser|aws-cli)\\.test\\.ts$',
      ],
    },
    testsOf('slow'),
    {
      ...testsOf('browser'),
      // One browser for all files.
      globalSetup: '<rootDir>/packages/page/test/browser/setup.ts',
      globalTeardown: '<rootDir>/packages/page/test/browser/teardown.ts',
    },
    testsOf('aws-cli'),
    { ...shared, displayName: 'reliability', testMatch: ['<rootDir>/test/reliability/**/*.test.ts'] },
  ],
};
