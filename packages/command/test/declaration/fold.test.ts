import * as fc from 'fast-check';
import { fold } from '../../src/declaration/fold.ts';
import type { Folded, Written } from '../../src/declaration/fold.ts';
import { declarationText } from '../../src/declaration/write.ts';
import { clustersOf, generated, meaningOf, setOf, writtenBy } from './rule-fleet.ts';
import type { Rule } from './rule-fleet.ts';

const fleet = clustersOf(200, 20);
const role = 'arn:aws:iam::{accountId}:role';
const rule: Rule = {
  roleArn: `${role}/pods/{namespace}/{serviceAccount}`,
  isSelected: () => true,
  namespaces: ['payments', 'search'],
  serviceAccounts: ['api', 'worker'],
};

const shapeOf = ({ state, clusters, namespaces, serviceAccounts }: Folded) => ({
  roleArn: state.roleArn,
  clusters: clusters.length,
  namespaces,
  serviceAccounts,
});

test('a folded fleet expands to exactly its associations', () => {
  fc.assert(
    fc.property(generated, ({ known, written }) => {
      expect(meaningOf(declarationText('n', written), known)).toEqual(setOf(written));
    }),
  );
});

test('no two bindings of a folded fleet can be merged, and each placeholder has two values', () => {
  fc.assert(
    fc.property(generated, ({ written }) => {
      const folded = fold(written);
      const keys = folded.flatMap(({ state, clusters: selected, namespaces, serviceAccounts }) => [
        JSON.stringify(['clusters', state, namespaces, serviceAccounts]),
        JSON.stringify(['namespaces', state, selected, serviceAccounts]),
        JSON.stringify(['serviceAccounts', state, selected, namespaces]),
      ]);
      expect(new Set(keys).size).toBe(keys.length);
      for (const [template, values] of valuesOfPlaceholders(folded))
        expect([template, values.size > 1]).toEqual([template, true]);
    }),
  );
});

/** The values of each placeholder of each pair of templates. */
function valuesOfPlaceholders(folded: readonly Folded[]): ReadonlyMap<string, ReadonlySet<string | undefined>> {
  const found = new Map<string, Set<string | undefined>>();
  for (const { state, clusters: selected, namespaces, serviceAccounts } of folded) {
    const { roleArn, targetRoleArn } = state;
    for (const [text] of `${roleArn} ${targetRoleArn}`.matchAll(/\{\w+\}/g)) {
      const values = {
        '{accountId}': selected.map((one) => one.accountId),
        '{region}': selected.map((one) => one.region),
        '{clusterName}': selected.map((one) => one.clusterName),
        '{environment}': selected.map((one) => one.environment),
        '{namespace}': namespaces,
        '{serviceAccount}': serviceAccounts,
      }[text];
      const key = JSON.stringify([text, { ...state, roleArn, targetRoleArn }]);
      const all = found.get(key) ?? new Set();
      for (const value of values ?? []) all.add(value);
      found.set(key, all);
    }
  }
  return found;
}

test('the same associations have the same text in any order', () => {
  const shuffled = generated.chain(({ written }) =>
    fc.tuple(fc.constant(written), fc.shuffledSubarray([...written], { minLength: written.length })),
  );
  fc.assert(
    fc.property(shuffled, ([written, other]) => {
      const reversedTags = other.map(({ state, ...one }) => ({
        ...one,
        state: { ...state, tags: Object.fromEntries(Object.entries(state.tags).reverse()) },
      }));
      expect(declarationText('n', reversedTags)).toBe(declarationText('n', written));
    }),
  );
});

describe('a placeholder', () => {
  test('is not used for a value that all associations have', () => {
    const [one] = fold(writtenBy([rule], fleet.slice(0, 1)));
    expect(one && shapeOf(one)).toMatchObject({
      roleArn: 'arn:aws:iam::200000000000:role/pods/{namespace}/{serviceAccount}',
    });
  });

  test('of the account comes before one of a name that contains the account', () => {
    const named = fleet.slice(0, 20).map((one) => ({ ...one, clusterName: `eks-${one.accountId}` }));
    const [one] = fold(writtenBy([{ ...rule, roleArn: `${role}/eks-{accountId}` }], named));
    expect(one?.state.roleArn).toBe(`${role}/eks-{accountId}`);
  });

  test('is not used where one service account shares the role of another that has its name', () => {
    const shared = {
      ...rule,
      namespaces: ['orders'],
      serviceAccounts: ['api', 'cron'],
      roleArn: `${role}/pods/orders/api`,
    };
    expect(fold(writtenBy([rule, shared], fleet)).map(shapeOf)).toEqual([
      { roleArn: `${role}/pods/orders/api`, clusters: 200, namespaces: ['orders'], serviceAccounts: ['api', 'cron'] },
      { roleArn: rule.roleArn, clusters: 200, namespaces: ['payments', 'search'], serviceAccounts: ['api', 'worker'] },
    ]);
  });

  test('is found where names of clusters and accounts change together', () => {
    const onePerAccount = fleet.slice(0, 20);
    const folded = fold(writtenBy([{ ...rule, roleArn: `${role}/{clusterName}/{environment}` }], onePerAccount));
    expect(folded.map(shapeOf)).toMatchObject([{ roleArn: `${role}/{clusterName}/{environment}`, clusters: 20 }]);
  });

  test('of the target role is found for itself', () => {
    const target = 'arn:aws:iam::999988887777:role/data/{environment}';
    const [one, ...others] = fold(writtenBy([{ ...rule, targetRoleArn: target }], fleet));
    expect([one?.state.roleArn, one?.state.targetRoleArn, others]).toEqual([rule.roleArn, target, []]);
  });
});

test('settings and tags that differ make bindings of their own', () => {
  const others = { ...rule, namespaces: ['orders'], tags: { team: 'orders' } };
  expect(fold(writtenBy([rule, others], fleet)).map(({ state }) => state.tags)).toEqual([{ team: 'orders' }, {}]);
});

test('an exception divides its binding in two, and changes no other line', () => {
  const without = ({ target }: Written) => !(target.clusterName === 'apps-dev-0' && target.serviceAccount === 'api');
  const written = writtenBy([rule], fleet);
  const folded = fold(written.filter(without));
  expect(folded.map(shapeOf).map(({ clusters: count, serviceAccounts }) => [count, serviceAccounts])).toEqual([
    [199, ['api']],
    [200, ['worker']],
  ]);
});

test('lists of more than 1,000 items are divided', () => {
  const serviceAccounts = Array.from({ length: 2_001 }, (_, index) => `s${index}`);
  const [cluster] = fleet;
  const written = writtenBy([{ ...rule, serviceAccounts }], fleet.slice(0, 1));
  const text = declarationText('n', written);
  expect(text.match(/roleArn:/g)).toHaveLength(3);
  expect(cluster && meaningOf(text, [cluster])).toEqual(setOf(written));
});
