import { openForEachTest } from '../support/each-test.ts';
import { input } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

const document = `query ($cluster: String!, $namespace: String) {
  associationDrift(clusterName: $cluster, namespace: $namespace) {
    nodes { kind associationArn association { associationId roleArn } differences { field requested existing } lastEntry { event } }
    edges { cursor node { associationArn } }
    pageInfo { hasNextPage endCursor }
  }
}`;

let gateway: Gateway;

openForEachTest((opened) => ({ gateway } = opened));

const readDrift = (variables: object, as?: string) =>
  gateway.send<{ associationDrift: { nodes: object[] } | null }>(document, { cluster: 'apps-dev', ...variables }, as);

test('associationDrift returns an association created outside the gateway to owners, administrators and auditors', async () => {
  await gateway.create();
  const { clusterName, namespace, roleArn } = input;
  const { associationId } = gateway.simulator.control.createAssociation({
    clusterName,
    namespace,
    serviceAccount: 'other',
    roleArn,
  });
  for (const as of ['alice', 'pat', 'olivia']) {
    const { data } = await readDrift({ namespace }, as);
    expect(data?.associationDrift?.nodes).toMatchObject([
      { kind: 'UNMANAGED', association: { associationId, roleArn }, lastEntry: null },
    ]);
  }
});

test.each([
  ['a namespace that the principal may not list', { namespace: 'search' }, 'FORBIDDEN'],
  ['the whole cluster, for the owner of a namespace', {}, 'FORBIDDEN'],
  ['a cluster outside the inventory', { cluster: 'apps-none' }, 'FORBIDDEN'],
  ['an invalid namespace', { namespace: '*' }, 'BAD_USER_INPUT'],
])('associationDrift of %s fails with an error code', async (_, variables, code) => {
  const { data, errors } = await readDrift(variables);
  expect({ data, code: errors?.[0]?.extensions.code }).toEqual({ data: { associationDrift: null }, code });
});
