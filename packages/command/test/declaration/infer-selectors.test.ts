import * as fc from 'fast-check';
import type { KnownCluster } from '../../src/declaration/expand.ts';
import { fold } from '../../src/declaration/fold.ts';
import { inferSelectors } from '../../src/declaration/infer-selectors.ts';
import { bindingsText } from '../../src/declaration/write.ts';
import { clustersOf, generated, meaningOf, setOf, writtenBy } from './rule-fleet.ts';
import type { Rule } from './rule-fleet.ts';

const fleet = clustersOf(200, 20);

function inferred(isSelected: Rule['isSelected']) {
  const { selectorsOf } = inferSelectors(fleet);
  const roleArn = 'arn:aws:iam::{accountId}:role/api';
  const rule = { roleArn, isSelected, namespaces: ['payments'], serviceAccounts: ['api'] };
  return fold(writtenBy([rule], fleet)).map(({ clusters }) => selectorsOf(clusters));
}

test('inferred selectors take exactly the clusters of each binding', () => {
  fc.assert(
    fc.property(generated, ({ known, written }) => {
      const { selectorsOf } = inferSelectors(known);
      expect(meaningOf(bindingsText('n', fold(written), { selectorsOf }), known)).toEqual(setOf(written));
    }),
  );
});

test.each<[string, Rule['isSelected'], readonly unknown[]]>([
  ['an environment', ({ environment }) => environment === 'prod', [{ environment: 'prod' }]],
  ['a region', ({ region }) => region === 'us-east-1', [{ region: 'us-east-1' }]],
  ['an account', (one) => one.accountId === '200000000003', [{ accountId: '200000000003' }]],
  [
    'several fields',
    ({ environment, region }) => environment === 'prod' && region === 'us-east-1',
    [{ environment: 'prod', region: 'us-east-1' }],
  ],
  ['the beginning of a name', () => true, ['apps-*']],
  ['two environments', ({ environment }) => environment !== 'prod', [{ environment: 'dev' }, { environment: 'test' }]],
])('an inferred selector selects %s', (_, isSelected, selectors) => {
  expect(inferred(isSelected)).toEqual([selectors]);
});

test('an inferred selector does not take a cluster that the binding does not have', () => {
  const [first] = fleet.filter(({ environment }) => environment === 'prod');
  const isSelected = (one: KnownCluster) => one.environment === 'prod' && one !== first;
  const [selectors = []] = inferred(isSelected);
  expect(selectors).not.toContainEqual({ environment: 'prod' });
  expect(selectors.length).toBeLessThan(20);
});
