import { availableParallelism } from 'node:os';
import './bin/require-node-24.cjs';

/** What the projects share. */
const shared = {
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // Packages that are ES modules only.
  transformIgnorePatterns: ['/node_modules/(?!(jose|ulid|@apollo|get-east-asian-width|openid-client|oauth4webapi)/)'],
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

const tests = ['<rootDir>/{test,packages/*/test,examples/*/test}/**/*.test.ts'];

/**
 * Tests that start programs (builds and packages, commands and servers as processes, the AWS CLI, git), and those that take
 * seconds: whole tables of requests or policies, thousands of items, drills. The project `default` has a test of the same code
 * with few of them. `test/projects.test.ts` checks that programs are here.
 */
const packaging = [
  '/examples/',
  '/packages/page/test/browser/',
  '/test/(bin|deploy|lambda)/',
  '/test/checkpoints/(checkpoint|formats|independent-verifier)\\.test\\.ts$',
  '/packages/operator/test/(assumptions/(permissions|signals|trials)|bin|export/process|inventory/suggest|policies/(check|impact|replay-.*|unknown-roles)|policy-versions/run|principal/run|restore/run|smoke/run|verify/verify)\\.test\\.ts$',
  '/test/docs/(operations(-log)?|policy-author)\\.test\\.ts$',
  '/test/operations/(approval-expiry|approvals-races|approvals-search|changed-by-others|create-in-doubt|create-or-adopt|dependencies|expire|reconcile-starvation|update-and-delete)\\.test\\.ts$',
  '/test/graphql/(disclosure-paths|hidden-associations|list-details|log-level|policies)\\.test\\.ts$',
  '/test/page/servers\\.test\\.ts$',
  '/packages/sqlite-ledger/test/(copy|sharing)\\.test\\.ts$',
  '/packages/local-gateway/test/(aws-identities|image|printed-commands|query|start.*|token)\\.test\\.ts$',
  '/test/ledger/(dynamodb-faults|frozen-process|(dynamodb-)?trail)\\.test\\.ts$',
  '/test/outages/(alarms|dependencies|leaked-token|walk)\\.test\\.ts$',
  '/test/policy/(docs|engine-memory|entity-use|examples|shipped)\\.test\\.ts$',
  '/test/policy-versions/(compiled-version|hostile-versions|known-policies|large-inventory|live|poison|swap)\\.test\\.ts$',
  '/test/queries/drift-(adoption|evasion|sources)\\.test\\.ts$',
  '/test/recovery/',
  '/test/validation/limits\\.test\\.ts$',
  '/test/tools/release\\.test\\.ts$',
  '/test/upgrade/(baseline|template)\\.test\\.ts$',
  '/packages/client/test/(against-aws-cli.*|aws-credentials|bad-input|browser|command-lines/.*|declaration/(approved-apply|declared-fleet|killed-apply|page)|docs|first-steps|jmespath|killed-server|login|options|output|shorthand|signing-in|skeleton|stored-login)\\.test\\.ts$',
  '/packages/eks-simulator/test/(aws-cli|faults-of-changes|main)\\.test\\.ts$',
  '/packages/[^/]+/test/package\\.test\\.ts$',
];

/**
 * `npm test` runs the project `default`, `npm run test:packaging` and `npm run test:reliability` the others; `npx jest FILE`
 * finds a test in any.
 */
export default {
  // A quarter of the time of a worker is waiting for servers and timers: one more than processors keeps all of these busy.
  maxWorkers: availableParallelism() + 1,
  // A test that hangs fails; one that waits for a busy machine does not.
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'default',
      testMatch: tests,
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/reliability/', ...packaging],
    },
    {
      ...shared,
      displayName: 'packaging',
      testMatch: tests,
      testPathIgnorePatterns: ['/node_modules/', `^(?!.*(${packaging.join('|')}))`],
    },
    { ...shared, displayName: 'reliability', testMatch: ['<rootDir>/test/reliability/**/*.test.ts'] },
  ],
};
