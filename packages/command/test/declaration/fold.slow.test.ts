// Quick test: packages/command/test/declaration/fold.test.ts.
import { fold } from '../../src/declaration/fold.ts';
import { declarationText } from '../../src/declaration/write.ts';
import { clustersOf, meaningOf, rulesOf, setOf, writtenBy } from './rule-fleet.ts';

const fleet = clustersOf(200, 20);

test('10,000 associations of 45 rules in 200 clusters of 20 accounts become 45 bindings', () => {
  const written = writtenBy(rulesOf(45), fleet);
  expect(written.length).toBeGreaterThan(10_000);
  const text = declarationText('n', written);
  expect(text.match(/roleArn:/g)).toHaveLength(45);
  expect(meaningOf(text, fleet)).toEqual(setOf(written));
});

test('a new cluster adds a line to each of its bindings, and changes no other', () => {
  const before = declarationText('n', writtenBy(rulesOf(45), fleet.slice(1))).split('\n');
  const after = declarationText('n', writtenBy(rulesOf(45), fleet)).split('\n');
  const added = after.filter((line) => line.includes('apps-dev-0,'));
  expect(added.length).toBeGreaterThan(10);
  expect(after.filter((line) => !added.includes(line))).toEqual(before);
});

/** CPU seconds, which other processes change less than the time on the clock. */
function secondsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

test.each<[string, (index: number) => string]>([
  ['with nothing in common', (index) => `arn:aws:iam::{accountId}:role/role-${index}`],
  ['of one rule', () => `arn:aws:iam::{accountId}:role/{clusterName}/{namespace}/{serviceAccount}`],
])('the time for associations %s grows with their number, not with its square', (_, roleOf) => {
  const rulesWith = (count: number) =>
    Array.from({ length: count }, (__, index) => ({
      roleArn: roleOf(index),
      isSelected: () => true,
      namespaces: [`n-${index}`],
      serviceAccounts: ['api', 'worker'],
    }));
  const [small, large] = [50, 400].map((count) => writtenBy(rulesWith(count), fleet.slice(0, 20)));
  fold(small ?? []);
  const [seconds, more] = [small, large].map((written) => secondsOf(() => fold(written ?? [])));
  // Eight times as many: 64 times as long, were it quadratic.
  expect((more ?? Infinity) / (seconds ?? 0)).toBeLessThan(30);
});
