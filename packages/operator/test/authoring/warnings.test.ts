import { compilePolicies } from '../../../../src/policy/policies/compile.ts';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import { readInventoryText, readPolicySet, readPolicySources } from '../../../../src/policy/load.ts';
import { everywhere } from '../../../../src/policy/inventory/scope.ts';
import { warningsOf } from '../../src/authoring/warnings.ts';
import { forbidWhen, shipped } from '../../../../test/support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const shippedInventory = parseInventory(readInventoryText(shipped));

/** Warnings on a policy with a condition, with the shipped inventory. */
function warningsOn(condition: string) {
  const effect =
    'forbid (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource is PodIdentity::Association)';
  const policies = { 'test.cedar': forbidWhen(condition, effect) };
  return warningsOf(compilePolicies({ schema, policies }), shippedInventory);
}

test('the shipped policies and inventory have no warnings', () => {
  expect(warningsOf(readPolicySet(shipped), shippedInventory)).toEqual([]);
});

describe('an environment of a rule that no cluster has', () => {
  test.each([
    'resource.cluster.environment == "production"',
    '"production" != resource.cluster.environment',
    '["dev", "production"].contains(resource.cluster.environment)',
    'context.hasReason && !(resource.cluster.environment == "production")',
  ])('an environment of a rule that no cluster has is a warning in %s', (condition) => {
    expect(warningsOn(condition)).toEqual([
      'condition: no cluster has the environment "production"; the inventory has dev, prod.',
    ]);
  });

  test.each(['resource.cluster.environment == "prod"', 'resource.cluster.region == "production"'])(
    'an environment of a rule that no cluster has is not found in %s',
    (condition) => {
      expect(warningsOn(condition)).toEqual([]);
    },
  );

  test('an environment of a rule that no cluster has is a warning on the inventory that does not list it under environments', () => {
    const clusters = shippedInventory.clusters.map((cluster) => ({ ...cluster, environment: 'Prod' }));
    expect(warningsOf(readPolicySet(shipped), { ...shippedInventory, clusters })).toEqual([
      'clusters: "Prod" is not under environments, so it counts as production.',
    ]);
  });
});

test.each([
  [['pay*', 'payments-*', 'search'], ['"payments-*" overrides "pay*"']],
  [
    ['a*', 'ab*', 'abc*'],
    ['"ab*" overrides "a*"', '"abc*" overrides "a*"', '"abc*" overrides "ab*"'],
  ],
  [['*', 'payments-*'], []],
  [['payments', 'payments-*', 'search-*'], []],
])('the namespaces %j overlap in %j', (names, overlaps) => {
  const namespaces = names.map((name) => ({ name, scope: everywhere, owners: [], system: null, roleArns: [] }));
  const warnings = warningsOf(readPolicySet(shipped), { ...shippedInventory, namespaces });
  expect(warnings).toEqual(overlaps.map((overlap) => `namespaces: ${overlap} for the names that both match.`));
});

describe('entries of namespaces with scopes', () => {
  const account = { ...everywhere, accountId: '111122223333' };
  const dev = { ...everywhere, environment: 'dev' };
  const prod = { ...everywhere, environment: 'prod' };
  const warningsOn = (...entries: readonly (readonly [string, typeof everywhere])[]) => {
    const namespaces = entries.map(([name, scope]) => ({ name, scope, owners: [], system: null, roleArns: [] }));
    return warningsOf(readPolicySet(shipped), { ...shippedInventory, namespaces });
  };

  test('whose patterns overlap in a cluster are a warning that names the scopes', () => {
    expect(warningsOn(['pay*', dev], ['payments-*', account])).toEqual([
      'namespaces: "payments-*" of account 111122223333 overrides "pay*" of environment dev for the names that both match.',
    ]);
  });

  test('whose patterns overlap in no cluster are not', () => {
    expect(warningsOn(['pay*', dev], ['payments-*', prod])).toEqual([]);
  });

  test('of the same name, for an account and for an environment, are a warning', () => {
    expect(warningsOn(['payments', account], ['payments', prod], ['payments', everywhere])).toEqual([
      'namespaces: "payments" of account 111122223333 overrides "payments" of environment prod in the clusters that both include.',
    ]);
  });
});

test.each([
  ['PodIdentity::Cluster::"111122223333/eu-central-1/apps"', 'in'],
  ['PodIdentity::Account::"999988887777"', 'in'],
  ['PodIdentity::Cluster::"111122223333/eu-central-1/apps"', '=='],
])('%s, which the inventory does not list, is a warning after %s', (place, operator) => {
  expect(warningsOn(`resource.cluster ${operator} ${place}`)).toEqual([
    `condition: the inventory does not list ${place}.`,
  ]);
});

test('clusters and accounts that the inventory lists are not a warning', () => {
  const known = 'PodIdentity::Cluster::"111122223333/eu-central-1/apps-dev"';
  expect(warningsOn(`resource.cluster == ${known} || resource in PodIdentity::Account::"111122223333"`)).toEqual([]);
});
