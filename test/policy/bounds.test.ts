import {
  applicableProblem,
  bounds,
  caseRunProblem,
  jsonProblem,
  policySourceProblems,
} from '../../src/policy/cedar/bounds.ts';
import { makeCedarHost } from '../../src/policy/cedar/cedar.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { readPolicySources } from '../../src/policy/load.ts';
import { scanPolicies, tooDeep, jsonBrackets, wordsWrittenOut } from '../../src/policy/cedar/nesting.ts';
import { shipped } from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const policy = (condition: string) => `@id("x") permit (principal, action, resource) when { ${condition} };`;

/** Conditions that are nested `count` times, each in another way. */
const nested: readonly (readonly [string, (count: number) => string])[] = [
  ['parentheses', (count) => `${'('.repeat(count)}context.hour > 9${')'.repeat(count)}`],
  ['parentheses on the right', (count) => `${'context.hasReason && ('.repeat(count)}true${')'.repeat(count)}`],
  [
    'parentheses on the left',
    (count) => `${'('.repeat(count)}context.hasReason${' || context.hasReason)'.repeat(count)}`,
  ],
  ['sets', (count) => `${'['.repeat(count)}1${']'.repeat(count)} == 1`],
  ['records', (count) => `${'{a:'.repeat(count)}1${'}'.repeat(count)} == 1`],
  ['negations', (count) => `${'!('.repeat(count)}true${')'.repeat(count)}`],
  ['if', (count) => `${'if context.hour == 1 then true else '.repeat(count)}true`],
  [
    '&&',
    (count) =>
      Array(count + 1)
        .fill('context.hour >= 9')
        .join(' && '),
  ],
  [
    '||',
    (count) =>
      Array(count + 1)
        .fill('context.hasReason')
        .join(' || '),
  ],
  [
    '+',
    (count) =>
      `${Array(count + 1)
        .fill('1')
        .join(' + ')} == 1`,
  ],
  ['attributes', (count) => `context${'.a'.repeat(count)}`],
  ['keys', (count) => `context${'["a"]'.repeat(count)}`],
  ['calls', (count) => `[1]${'.contains(1)'.repeat(count)}`],
  ['conditions', (count) => `true }${' when { context.hasReason }'.repeat(count)} when { true`],
];

test.each(nested)('as many levels of %s as allowed, at least 15, do not trap Cedar', (_, condition) => {
  const isAllowed = (count: number) => scanPolicies(policy(condition(count)), bounds.nesting).deepLine === null;
  const counts = Array.from({ length: bounds.nesting + 1 }, (_one, index) => index);
  const most = Math.max(...counts.filter(isAllowed));
  expect(most).toBeGreaterThanOrEqual(15);
  const host = makeCedarHost();
  const instance = host.instance();
  let problem = '';
  try {
    compilePolicies({ schema, policies: { 'x.cedar': policy(condition(most)) } }, host);
  } catch (error) {
    problem = String(error);
  }
  expect(problem).toMatch(/^(Error: The policies are invalid|$)/);
  expect(host.instance()).toBe(instance);
});

test('long lists, many attributes and many policies add no levels', () => {
  const groups = Array.from({ length: 1_000 }, (_, index) => `PodIdentity::Group::"g-${index}"`).join(', ');
  expect(scanPolicies(policy(`principal in [${groups}]`), 10).deepLine).toBeNull();
  const records = Array.from({ length: 1_000 }, (_, index) => `a${index}: ${index}`).join(', ');
  expect(scanPolicies(policy(`{ ${records} } == {}`), 10).deepLine).toBeNull();
  const text = `${policy('context.hour > 9')}\n`.repeat(300);
  expect(scanPolicies(text, 10)).toMatchObject({ deepLine: null, policyLines: { length: 300 } });
});

test('brackets in strings and comments have no meaning, and a carriage return ends a comment', () => {
  expect(scanPolicies(policy('"((((((((((((" == "\\"(((" // ((((((((((\n'), 8).deepLine).toBeNull();
  expect(scanPolicies(policy('true // \r && ((((((((((true))))))))))'), 8).deepLine).toBe(1);
  expect(tooDeep('{"[[[[": "[[\\"[["}', jsonBrackets, 1)).toBeNull();
});

test('types of a schema count as often as they are used', () => {
  expect(wordsWrittenOut('entity X { a: Long };')).toBe(4);
  expect(wordsWrittenOut('type T = { b: Long }; entity X { a: T, c: T };')).toBe(14);
  const doubling = Array.from({ length: 60 }, (_, index) => `type T${index} = { a: T${index + 1}, b: T${index + 1} };`);
  expect(wordsWrittenOut(`${doubling.join('\n')} entity X { a: T0 };`)).toBeGreaterThan(1e17);
  expect(wordsWrittenOut('type A = B; type B = A; entity X { a: A };')).toBeLessThan(20);
});

test('the bound of policies that can apply to one request names the files that have them, those with most first', () => {
  const files = (count: number) => [
    ...Array<string>(400).fill('teams.cedar'),
    ...Array<string>(count).fill('guardrails.cedar'),
  ];
  expect(applicableProblem(files(100))).toBeNull();
  expect(applicableProblem(['access.cedar', ...files(100)])).toMatch(
    /^501 policies can apply to one request; write at most 500\. They are in teams\.cedar \(400\), guardrails\.cedar \(100\), access\.cedar \(1\)\. /,
  );
});

test('each bound is the last that is accepted', () => {
  const comment = (bytes: number) => ({ 'a.cedar': `//${'x'.repeat(bytes - '//a.cedar'.length)}` });
  expect(policySourceProblems(schema, comment(bounds.policyBytes))).toEqual([]);
  expect(policySourceProblems(schema, comment(bounds.policyBytes + 1))).toEqual([
    'a.cedar: with the files before it has 400001 bytes; write at most 400000.',
  ]);
  const policies = (count: number) => ({ 'a.cedar': `${policy('true')}\n`.repeat(count) });
  expect(policySourceProblems(schema, policies(bounds.policies))).toEqual([]);
  expect(policySourceProblems(schema, policies(bounds.policies + 1))).toEqual([
    'a.cedar:1201: is policy 1201; write at most 1200.',
  ]);
  expect(jsonProblem('a.json', `${'['.repeat(20)}${']'.repeat(20)}`, 100)).toBeNull();
  expect(jsonProblem('a.json', `\n${'['.repeat(21)}${']'.repeat(21)}`, 100)).toBe(
    'a.json:2 is nested deeper than 20 levels.',
  );
  expect(caseRunProblem(500, 100, 0, 0)).toBeNull();
  expect(caseRunProblem(500, 101, 0, 0)).toMatch(/^cases: 500 policies that can apply to one request and 101 cases/);
  expect(caseRunProblem(1, 20, 20, 1_000_000)).toBeNull();
  expect(caseRunProblem(1, 21, 21, 1_000_000)).toMatch(/^cases: 21 of them change an inventory/);
});
