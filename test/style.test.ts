import { globSync } from 'node:fs';
import { join } from 'node:path';
import { proseIn, proseInTypeScript } from './support/prose.ts';
import { styleRules } from './support/style-rules.ts';

const root = join(import.meta.dirname, '..');

/** Everything that users, operators and readers of the code read. */
const files = [
  '*.md',
  'schema.graphql',
  'serverless.yml',
  'deploy/*.yml',
  'docs/**/*.md',
  'policies/**/*.{cedar,cedarschema}',
  'policies/cases/*/*.json',
  'test/reliability/**/*.md',
  'packages/*/README.md',
  'examples/*/README.md',
  'src/**/*.ts',
  'packages/*/src/**/*.ts',
  'examples/*/{src,node}/**/*.ts',
]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .filter((file) => !file.includes('src/generated/'))
  .sort();

test('every text follows the style rules', () => {
  expect(files.length).toBeGreaterThan(100);
  const violations = files.flatMap((file) =>
    proseIn(join(root, file)).flatMap(({ line, text }) =>
      styleRules.flatMap(({ pattern, cure }) => {
        const found = pattern.exec(text);
        return found ? [`${file}:${line}: "${found[0].trim()}": ${cure}. ${text.trim()}`] : [];
      }),
    ),
  );
  expect(violations).toEqual([]);
});

test.each(styleRules)('the rule on $pattern rejects "$bad"', ({ pattern, bad, good }) => {
  expect(pattern.test(bad)).toBe(true);
  expect(pattern.test(good)).toBe(false);
});

test('prose of TypeScript is comments and messages with their lines, without names and code', () => {
  const code = [
    '// One `code`',
    "const two = 'a name'; /* three */",
    'const four = `five ${six} seven eight`;',
    '/** Nine. */',
    "type Ten = 'TEN';",
  ].join('\n');
  expect(proseInTypeScript(code).map(({ line, text }) => `${line} ${text.trim()}`)).toEqual([
    '1 // One ``',
    '2 a name',
    '2 /* three */',
    '3 five',
    '3 seven eight',
    '4 /** Nine. */',
  ]);
});
