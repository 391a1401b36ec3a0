import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Objects that are spread where they are written: their fields can stand beside the others. */
const spreadLiteral = {
  selector: 'ObjectExpression > SpreadElement > ObjectExpression',
  message: 'Write the fields of a literal one by one.',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '.cache/',
      '.stryker/',
      '.local/',
      '.serverless/',
      'coverage/',
      '**/src/generated/',
      'test/baseline/',
      // Its packages are not installed.
      'site/.vitepress/',
    ],
  },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Dependencies are closures: nothing here has a `this` that could get lost.
      '@typescript-eslint/unbound-method': 'off',
      eqeqeq: 'error',
      // Prettier decides how wide code is; this is about comments.
      'max-len': ['error', { code: 1_000, comments: 100, ignoreUrls: true, ignorePattern: 'eslint-' }],
      'no-restricted-syntax': ['error', spreadLiteral],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Only entry points read the environment: take a setting as an argument.',
        },
      ],
    },
  },
  {
    // Operations are told apart by `operation` alone: a request's shape would treat a new operation as an old one.
    files: ['src/{model,idempotency,operations,queries,graphql,policy,cases}/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        spreadLiteral,
        {
          selector: "BinaryExpression[operator='in']",
          message: 'Tell values apart by their discriminant (operation, kind), not by their fields.',
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'max-lines': ['error', { max: 250, skipComments: true, skipBlankLines: true }] },
  },
  {
    // The entry points, and the tests' own switches.
    files: [
      'src/app/settings.ts',
      'src/app/event-settings.ts',
      'src/app/{checkpoint,compile,expire,page,scan}-settings.ts',
      'src/app/trace.ts',
      'packages/local-gateway/src/settings.ts',
      '{packages,examples}/*/src/{main,cli}.ts',
      'packages/command/bin/kubectl-pod_identity.cjs',
      'examples/platform-api/node/server.ts',
      '{packages,examples}/*/test/**/*.ts',
      'test/**/*.{ts,js}',
      'bench/**/*.ts',
      'deploy/bundle/{cedar.ts,start.mjs}',
      'deploy/deploy-check.ts',
      'deploy/snapshot/code-cache.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // Jest's matchers are `any`, and a test double is async because the function that it replaces is.
    files: ['{test,packages/*/test,examples/*/test}/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/require-await': 'off',
      'max-len': 'off',
      'no-restricted-syntax': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
  },
  {
    // aws-cdk-lib is not installed: a test compiles the constructs where it is.
    files: ['packages/iac/src/cdk/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
  },
  {
    files: ['bin/*.cjs', 'deploy/*.cjs', 'packages/*/bin/*.cjs'],
    languageOptions: { globals: { require: 'readonly', module: 'writable', __dirname: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  prettier,
);
