import modules from './modules.js';

const name = process.env.MUTATION_MODULE ?? 'idempotency';

/** StrykerJS: mutates one of the modules that hold the guarantees. `npm run reliability -- mutation` starts it. */
export default {
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  jest: { projectType: 'custom', configFile: 'test/mutation/jest.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  mutate: modules[name].mutate,
  mutator: {
    // Texts of messages hold no guarantee; states, events and kinds are literal types, which the compiler checks.
    excludedMutations: ['StringLiteral'],
  },
  // A constant is evaluated once for all tests, so its mutants would run every test. The tables of constants that matter
  // (conditions of a write) have mutations of their own: see conditions.ts.
  ignoreStatic: true,
  ignorePatterns: ['.cache', '.local', '.serverless', 'dist', 'docs', 'bench', 'coverage'],
  tempDirName: '.stryker',
  incremental: true,
  incrementalFile: `.cache/mutation/${name}-incremental.json`,
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  htmlReporter: { fileName: `.cache/mutation/${name}.html` },
  jsonReporter: { fileName: `.cache/mutation/${name}.json` },
  clearTextReporter: { logTests: false, reportScoreTable: true },
  concurrency: 2,
  timeoutMS: 60_000,
  disableTypeChecks: false,
};
