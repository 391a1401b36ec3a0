import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testTitles } from './test-titles.ts';
import { threatTests } from './threat-tests.ts';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'threat-model.md'), 'utf8');

const categories = [
  'Spoofing',
  'Tampering',
  'Repudiation',
  'Information disclosure',
  'Denial of service',
  'Elevation of privilege',
];

interface Threat {
  readonly component: string;
  /** Category of STRIDE, and what an attacker could do. */
  readonly title: string;
  readonly stoppedBy: string;
  readonly left: string;
}

/** The rows of the table under a heading of a component. */
function threatsOf(section: string): Threat[] {
  const [component = '', ...lines] = section.split('\n');
  const [, , ...rows] = lines.filter((line) => line.startsWith('| '));
  return rows.map((row) => {
    const [title = '', stoppedBy = '', left = ''] = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { component, title, stoppedBy, left };
  });
}

const threats = page.split(/^## /m).slice(1).flatMap(threatsOf);

/** The tests that show what stops a threat. */
const citations = Object.entries(threatTests).flatMap(([title, tests]) =>
  tests.map((test) => {
    const [, file = '', name = ''] = /^((?:test|packages)\/[^:]+): (.+)$/.exec(test) ?? [];
    return { title, file, name };
  }),
);

test('the threat model covers each part of the flow of a request', () => {
  expect([...new Set(threats.map(({ component }) => component))]).toEqual([
    'API Gateway',
    'Function',
    'Policy engine',
    'Ledger',
    'EKS',
    'Reconciler',
    'Deployment',
    'Infrastructure as code',
    'Page',
    'Controller',
    'Local server',
  ]);
});

test('every threat has a category of STRIDE, and each category has a threat', () => {
  const used = threats.map(({ title }) => title.split(': ')[0] ?? '');
  expect(used.filter((category) => !categories.includes(category))).toEqual([]);
  expect(new Set(used)).toEqual(new Set(categories));
});

test.each(threats)('$component, $title: states what stops it, and what is left', ({ stoppedBy, left }) => {
  expect(stoppedBy).toMatch(/\S/);
  expect(left).toMatch(/\S/);
});

test('tests show what stops each threat', () => {
  expect(Object.keys(threatTests)).toEqual(threats.map(({ title }) => title));
  expect(Object.values(threatTests)).not.toContainEqual([]);
});

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
