import { compilePolicies } from '../../src/policy/compile.ts';
import { parseInventory } from '../../src/policy/inventory.ts';
import { readInventoryText, readPolicySet, readPolicySources } from '../../src/policy/load.ts';
import { warningsOf } from '../../src/policy/warnings.ts';
import { forbidWhen, shipped } from '../support/policy-sample.ts';

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
  ])('is a warning in %s', (condition) => {
    expect(warningsOn(condition)).toEqual([
      'condition: no cluster has the environment "production"; the inventory has dev, prod.',
    ]);
  });

  test.each(['resource.cluster.environment == "prod"', 'resource.cluster.region == "production"'])(
    'is not found in %s',
    (condition) => {
      expect(warningsOn(condition)).toEqual([]);
    },
  );

  test('is a warning on the inventory that names it differently', () => {
    const clusters = shippedInventory.clusters.map((cluster) => ({ ...cluster, environment: 'Prod' }));
    expect(warningsOf(readPolicySet(shipped), { ...shippedInventory, clusters })).toEqual([
      'production-names-a-person: no cluster has the environment "prod"; the inventory has Prod.',
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
  const namespaces = names.map((name) => ({ name, owners: [], system: null, roleArns: [] }));
  const warnings = warningsOf(readPolicySet(shipped), { ...shippedInventory, namespaces });
  expect(warnings).toEqual(overlaps.map((overlap) => `namespaces: ${overlap} for the names that both match.`));
});
