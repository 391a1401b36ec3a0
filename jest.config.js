import './bin/require-node-24.cjs';

/** What both projects share. */
const shared = {
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // Packages that are ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(jose|ulid|@apollo|get-east-asian-width)/)'],
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

/** `npm test` runs the project `default`, `npm run test:reliability` the other; `npx jest FILE` finds a test in either. */
export default {
  // Tests wait for servers and for time rather than for a processor. Jest's own choice is one worker fewer.
  maxWorkers: '100%',
  // A test that hangs fails; one that waits for a busy machine does not.
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'default',
      testMatch: ['<rootDir>/{test,packages/*/test}/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/reliability/'],
    },
    { ...shared, displayName: 'reliability', testMatch: ['<rootDir>/test/reliability/**/*.test.ts'] },
  ],
};
