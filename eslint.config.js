import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/**
 * The rooms of src, and what each may import. Arrows run one way: entry points, GraphQL, operations, then the parts that
 * know one foreign thing each; all of them read the words of `model`.
 */
const rooms = {
  model: [],
  ledger: ['model'],
  eks: ['model'],
  policy: ['model'],
  associations: ['model', 'ledger', 'eks', 'policy'],
  generated: ['model', 'associations', 'graphql'],
  graphql: ['model', 'ledger', 'eks', 'associations', 'generated'],
  lambda: ['model', 'ledger', 'eks', 'policy', 'associations', 'graphql'],
  local: ['model', 'ledger', 'eks', 'policy', 'associations', 'graphql', 'lambda'],
};

const roomRules = Object.entries(rooms).map(([room, allowed]) => {
  const closed = Object.keys(rooms).filter((other) => other !== room && !allowed.includes(other));
  return {
    files: [`src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: closed.flatMap((other) => [`../${other}/**`, `../../${other}/**`]),
              message: `${room} may import only from: ${allowed.join(', ') || 'nothing'}. See docs/architecture.md.`,
            },
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  { ignores: ['dist/', '.cache/', '.local/', '.serverless/', 'coverage/', 'src/generated/'] },
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
  ...roomRules,
  {
    files: ['src/local/simulator/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['../**'], message: 'The simulator stands in for AWS: it knows nothing of the gateway.' },
          ],
        },
      ],
    },
  },
  {
    // The entry points, and the tests' own switches.
    files: [
      'src/lambda/settings.ts',
      'src/local/settings.ts',
      'src/app/settings.ts',
      'packages/*/src/main.ts',
      'packages/*/test/**/*.ts',
      'src/local/token.ts',
      'test/**/*.ts',
      'bench/**/*.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // Jest's matchers are `any`, and a test's stand-in is async because what it stands for is.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
  },
  prettier,
);
