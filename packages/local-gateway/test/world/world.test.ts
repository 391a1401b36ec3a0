import fc from 'fast-check';
import { parseInventory } from '../../../../src/policy/inventory/inventory.ts';
import { makeWorld } from '../../src/world/world.ts';
import { parseWorld as parseSimulated } from '../../../eks-simulator/src/world.ts';

const home = { accountId: '111122223333', region: 'eu-central-1' };

/** The problems of a world, one for each line of the message. */
function problemsOf(world: unknown): readonly string[] {
  try {
    makeWorld('world', JSON.stringify(world), home);
  } catch (error) {
    return String(error).split('\n').slice(1);
  }
  return [];
}

test('a cluster needs no more than a name', () => {
  const { inventory, simulated } = makeWorld('world', '{"clusters": ["apps"]}', home);
  expect(inventory.clusters).toMatchObject([{ ...home, clusterName: 'apps', environment: 'dev', production: false }]);
  expect(inventory.rolePaths).toEqual(['/pods/{namespace}/']);
  expect(inventory.systemNamespaces).toContain('kube-*');
  expect(simulated).toMatchObject({ defaultAccountId: home.accountId, clusters: [{ ...home, clusterName: 'apps' }] });
});

test('roles are created in every account that has a cluster, by the role path of the world', () => {
  const world = {
    clusters: ['a', { clusterName: 'b', accountId: '444455556666' }],
    rolePath: '/eks/{namespace}/',
    namespaces: [{ name: 'payments', owners: ['payments-team'], roles: ['api'] }],
  };
  const { inventory, simulated } = makeWorld('world', JSON.stringify(world), home);
  expect(inventory.rolePaths).toEqual(['/eks/{namespace}/']);
  expect(simulated.roles.map(({ arn }) => arn)).toEqual([
    'arn:aws:iam::111122223333:role/eks/payments/api',
    'arn:aws:iam::444455556666:role/eks/payments/api',
    'arn:aws:iam::444455556666:role/pod-identity-gateway/pod-identity-gateway-local-eu-central-1-change',
    'arn:aws:iam::444455556666:role/pod-identity-gateway/pod-identity-gateway-local-eu-central-1-read',
  ]);
});

test('all problems are reported at once, each with its path and what to write', () => {
  const problems = problemsOf({
    accountId: '1',
    clusters: ['', 'apps', 'apps', { name: 'x' }],
    namespaces: [
      { name: 'Payments', owners: 'payments-team' },
      { name: 'search-*', owners: [], roles: ['api'] },
      { name: 'a', owners: [], roles: ['same'] },
      { name: 'b', owners: [], roles: ['Same'] },
      { name: 'c', owners: [], roles: ['arn:aws:iam::1:role/x'] },
      { name: 'a', owners: [] },
    ],
    roles: [{ arn: 'arn:aws:iam::111122223333:role/x', trustPolicy: { Statement: [{ Effect: 'Maybe' }] } }],
    rolePath: '/pods/',
    principals: [{ name: 'alice' }, { name: 'with space' }],
    services: [{ name: 'alice', group: [] }, { name: 'alice' }],
    extra: 1,
  });
  const expected = [
    /^- the file: "extra" is not a known field; known fields are accountId, region, /,
    /^- accountId: "1" is not valid; write an AWS account ID/,
    /^- clusters\.0\.clusterName: "" is not valid; write the name of an EKS cluster/,
    /^- clusters\.2: .*apps is a duplicate; keep one of them/,
    /^- clusters\.3: "name" is not a known field; known fields are clusterName, /,
    /^- namespaces\.0\.name: "Payments" is not valid; write a namespace/,
    /^- namespaces\.0\.owners: "payments-team" is not valid; write a list/,
    /^- namespaces\.1\.roles\.0: .* pattern .*; write the ARN of a role/,
    /^- namespaces\.3\.roles\.0: .*\/b\/Same and .*\/a\/same have one name; IAM has one role of a name in an account/,
    /^- namespaces\.4\.roles\.0: "arn:aws:iam::1:role\/x" is not valid; write the name of a role, .* or its ARN/,
    /^- namespaces\.5: a is a duplicate; keep one of them/,
    /^- roles\.0: .*trustPolicy\.Statement\.0\.Effect must be Allow or Deny/,
    /^- rolePath: "\/pods\/" is not valid; write the path of roles/,
    /^- principals\.1\.name: "with space" is not valid; write a name/,
    /^- services\.0: "group" is not a known field; known fields are name, groups, mayNamePeople/,
    /^- services\.1: alice is a duplicate; keep one of them/,
  ];
  for (const problem of expected) expect(problems).toContainEqual(expect.stringMatching(problem));
});

test('a world needs a cluster', () => {
  expect(problemsOf({})).toEqual(['- clusters: is missing; write a list: [ … ].']);
  expect(problemsOf({ clusters: [] })).toEqual(['- clusters: is empty; write the name of a cluster.']);
});

test('a problem of a file with lines is reported with its line', () => {
  const text = '{\n  "clusters": [\n    "apps",\n    { "clusterName": "x", "region": "Frankfurt" }\n  ]\n}';
  expect(() => makeWorld('pod-identity-local.json', text, home)).toThrow(
    'pod-identity-local.json:4: clusters.1.region: "Frankfurt" is not valid; write an AWS region, such as "eu-central-1".',
  );
});

test('a world that is accepted gives an inventory and a simulated AWS that are accepted', () => {
  const few = <T>(...values: readonly T[]) => fc.constantFrom(...values);
  const accountId = few('111122223333', '444455556666');
  const arn = few('arn:aws:iam::111122223333:role/pods/a/x', 'arn:aws:iam::444455556666:role/x');
  const optional = { requiredKeys: ['clusters' as const] };
  const name = few('a', 'b', 'c');
  const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 2 });
  const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 2 });
  const worlds = fc.record(
    {
      accountId,
      region: few('eu-central-1', 'us-east-1'),
      clusters: some(
        fc.oneof(
          name,
          fc.record({ clusterName: name, accountId, environment: name }, { requiredKeys: ['clusterName'] }),
        ),
      ),
      environments: list(fc.record({ name, production: fc.boolean() })),
      namespaces: list(
        fc.record(
          { name: few('a', 'b', 'a-*', '*'), owners: list(name), roles: list(fc.oneof(name, arn)) },
          { requiredKeys: ['name', 'owners'] },
        ),
      ),
      roles: list(fc.record({ arn })),
      principals: list(fc.record({ name, names: list(few('a@x', 'b@x')) }, { requiredKeys: ['name'] })),
      services: list(fc.record({ name, groups: list(name) }, { requiredKeys: ['name'] })),
    },
    optional,
  );
  let accepted = 0;
  fc.assert(
    fc.property(worlds, (world) => {
      if (problemsOf(world).length > 0) return;
      accepted += 1;
      const made = makeWorld('world', JSON.stringify(world), home);
      expect(parseInventory(made.inventoryText)).toEqual(made.inventory);
      expect(() => parseSimulated(made.simulated)).not.toThrow();
      const accountIds = new Set(made.inventory.accounts.map((account) => account.accountId));
      for (const cluster of made.simulated.clusters) expect(accountIds).toContain(cluster.accountId);
    }),
    { numRuns: 500, seed: 21 },
  );
  expect(accepted).toBeGreaterThan(50);
});
