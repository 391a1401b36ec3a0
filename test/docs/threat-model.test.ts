import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testTitles } from './test-titles.ts';

const root = join(import.meta.dirname, '..', '..');
const page = ['threat-model.md', 'threat-model-systems.md']
  .map((name) => readFileSync(join(root, 'docs', name), 'utf8'))
  .join('\n');

const categories = [
  'Spoofing',
  'Tampering',
  'Repudiation',
  'Information disclosure',
  'Denial of service',
  'Elevation of privilege',
];

const components = page
  .split(/^## /m)
  .slice(1)
  .map((section) => ({ name: section.split('\n')[0] ?? '', threats: section.split(/^### /m).slice(1) }))
  .filter(({ threats }) => threats.length > 0);

const threats = components.flatMap(({ name, threats: all }) =>
  all.map((text) => ({ component: name, title: text.split('\n')[0] ?? '', text: text.replaceAll(/\n +/g, ' ') })),
);

/** The tests that a threat names, as `file: title`. */
const citations = threats.flatMap(({ title, text }) =>
  [...text.matchAll(/^- `((?:test|packages)\/[^`]+)`: (.+)$/gm)].map(([, file = '', name = '']) => ({
    title,
    file,
    name,
  })),
);

test('the threat model covers each part of the flow of a request', () => {
  expect(components.map(({ name }) => name)).toEqual([
    'API Gateway',
    'Function',
    'Policy engine',
    'Ledger',
    'EKS',
    'Reconciler',
    'Deployment',
    'Page',
    'Local server',
  ]);
});

test('every threat has a category of STRIDE, and each category has a threat', () => {
  const used = threats.map(({ title }) => title.split(': ')[0] ?? '');
  expect(used.filter((category) => !categories.includes(category))).toEqual([]);
  expect(new Set(used)).toEqual(new Set(categories));
});

test.each(threats)(
  '$component, $title: states what stops it, the tests that show it, and what is left',
  ({ title, text }) => {
    expect(text).toMatch(/^\*\*Stopped by\*\* \S/m);
    expect(text).toMatch(/^\*\*Left:\*\* \S/m);
    expect(citations.filter((citation) => citation.title === title)).not.toEqual([]);
  },
);

test.each(citations)('$file has the test "$name"', ({ file, name }) => {
  expect(existsSync(join(root, file))).toBe(true);
  expect(testTitles(readFileSync(join(root, file), 'utf8'))).toContain(name);
});

test('titles are read from tests and groups, also from tables, and not from other texts', () => {
  const code = [
    "test('one', () => {});",
    "describe('group', () => { it('two', () => log('text')); });",
    "test.each([['x']])('three %s', () => {});",
    "test.each(['x'])(",
    '  `four`, () => {});',
    "// test('five')",
    "describeUnless(missing)('six', () => {});",
  ].join('\n');
  expect(testTitles(code)).toEqual(['one', 'group', 'two', 'three %s', 'four']);
});
