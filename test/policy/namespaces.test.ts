import { makeDirectory } from '../../src/policy/inventory/directory.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { makeAuthorize } from '../../src/policy/decide/authorize.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { namespaceIn } from '../../src/policy/inventory/namespaces.ts';
import { alice, context, create, person, request, shipped } from '../support/policy-sample.ts';

const content = readInventoryText(shipped);
const place = { accountId: '111122223333', region: 'eu-central-1' };
const devCluster = { ...place, clusterName: 'apps-dev' };
const prodCluster = { ...place, clusterName: 'apps-prod' };
const other = { accountId: '222233334444', region: 'eu-central-1', clusterName: 'other', environment: 'dev' };

/** The shipped inventory with a cluster in another account, and these namespaces. */
function inventoryWith(...namespaces: readonly object[]) {
  const shippedFields = JSON.parse(content) as { accounts: object[]; clusters: object[] };
  const accounts = [...shippedFields.accounts, { accountId: '222233334444', name: 'o', regions: ['eu-central-1'] }];
  const clusters = [...shippedFields.clusters, other];
  return parseInventory(JSON.stringify({ ...shippedFields, accounts, clusters, namespaces }));
}

const inDev = { ...devCluster, environment: 'dev' };
const inProd = { ...prodCluster, environment: 'prod' };

describe('the owners of a namespace', () => {
  const inventory = inventoryWith(
    { name: 'payments', owners: ['everywhere'] },
    { name: 'payments', scope: { environment: 'dev' }, owners: ['environment'] },
    { name: 'payments', scope: { accountId: '222233334444' }, owners: ['account'] },
    { name: 'payments', scope: prodCluster, owners: ['cluster'] },
    { name: 'pay*', scope: prodCluster, owners: ['pattern of the cluster'] },
    { name: 'search', scope: { environment: 'prod' }, owners: ['search'] },
    { name: '*', scope: { environment: 'dev' }, owners: ['rest of dev'] },
  );

  test.each([
    ['of the cluster', inProd, 'payments', ['cluster']],
    ['of the account before those of the environment', other, 'payments', ['account']],
    ['of the environment before those of everywhere', inDev, 'payments', ['environment']],
    ['of its name before those of a pattern', inProd, 'payments', ['cluster']],
    ['of a pattern of the cluster', inProd, 'payroll', ['pattern of the cluster']],
    ['of a pattern of the environment', inDev, 'search', ['rest of dev']],
    ['of the environment', inProd, 'search', ['search']],
    ['are none where only other scopes have an entry', inProd, 'orders', []],
  ])('%s', (_what, cluster, name, owners) => {
    expect(namespaceIn(inventory, cluster, name)).toMatchObject({ name, owners });
  });

  test('decide in their scope only', () => {
    const sources = readPolicySources(shipped);
    const scoped = inventoryWith(
      { name: 'payments', scope: { environment: 'dev' }, owners: ['payments-team'] },
      { name: 'payments', scope: { environment: 'prod' }, owners: ['payments-operators'] },
    );
    const authorize = makeAuthorize({ ...sources, inventory: scoped });
    const operator = person('oscar', 'payments-operators');
    expect(authorize(context(alice), create()).allowed).toBe(true);
    expect(authorize(context(alice), create(prodCluster)).violations).toMatchObject([
      { policyId: 'default-deny', advice: expect.stringContaining('Owners of the namespace: payments-operators.') },
    ]);
    expect(authorize(context(operator), create(prodCluster)).allowed).toBe(true);
    expect(authorize(context(operator), create()).allowed).toBe(false);
  });
});

test('the directory lists the namespaces of a cluster, each once', () => {
  const directory = makeDirectory(
    inventoryWith(
      { name: 'payments', owners: ['everywhere'] },
      { name: 'payments', scope: { environment: 'prod' }, owners: ['prod'] },
      { name: 'search', scope: devCluster, owners: ['search'] },
    ),
  );
  const listed = (cluster: typeof devCluster) =>
    directory.namespacesOf(cluster).map(({ name, owners }) => `${name}: ${owners.join()}`);
  expect(listed(devCluster)).toEqual(['payments: everywhere', 'search: search']);
  expect(listed(prodCluster)).toEqual(['payments: prod']);
  expect(listed({ ...place, clusterName: 'unknown' })).toEqual([]);
});

test('the lists of clusters in the same scopes are one list, and others share their namespaces', () => {
  const entries = [
    { name: 'payments', owners: ['everywhere'] },
    { name: 'search', scope: { environment: 'prod' }, owners: ['search'] },
  ];
  const directory = makeDirectory(inventoryWith(...entries));
  const [ofDev, ofProd] = [directory.namespacesOf(devCluster), directory.namespacesOf(prodCluster)];
  expect(ofDev[0]).toBe(ofProd[0]);
  const unscoped = makeDirectory(inventoryWith(entries[0] ?? {}));
  expect(unscoped.namespacesOf(devCluster)).toBe(unscoped.namespacesOf(prodCluster));
});

describe('a scope is rejected', () => {
  test.each<[string, object, string]>([
    [
      'with an environment of no cluster',
      { environment: 'production' },
      'no cluster has the environment "production"; write one of dev, prod.',
    ],
    ['with an unknown account', { accountId: '999988887777' }, '999988887777 is not under accounts.'],
    [
      'with an unknown cluster',
      { ...place, clusterName: 'apps' },
      'cluster 111122223333/eu-central-1/apps is not under clusters.',
    ],
    ['with a region alone', { region: 'eu-central-1' }, 'has region; write environment alone, accountId alone, or'],
    [
      'with an account and an environment',
      { accountId: '111122223333', environment: 'dev' },
      'has environment, accountId; write',
    ],
    ['with an unknown field', { stage: 'dev' }, '"stage" is not a known field; known fields are environment'],
  ])('%s', (_what, scope, message) => {
    const load = () => inventoryWith({ name: 'payments', scope, owners: [] });
    expect(load).toThrow(`namespaces.0.scope: ${message}`);
  });

  test('twice for a name', () => {
    const entry = { name: 'payments', scope: { environment: 'dev' }, owners: [] };
    expect(() => inventoryWith(entry, entry)).toThrow('namespaces.1: payments environment dev is a duplicate');
  });
});

test('a look-up among 10,000 namespaces reads one entry', () => {
  let reads = 0;
  const entries = Array.from({ length: 10_000 }, (_, index) => ({
    name: `team-${index}`,
    owners: [`owners-${index}`],
  }));
  const inventory = inventoryWith(...entries);
  const namespaces = inventory.namespaces.map((entry) => ({
    ...entry,
    get name() {
      reads += 1;
      return entry.name;
    },
    get owners() {
      reads += 1;
      return entry.owners;
    },
  }));
  const counted = { ...inventory, namespaces };
  namespaceIn(counted, inDev, request.namespace);
  reads = 0;
  expect(namespaceIn(counted, inDev, 'team-9999').owners).toEqual(['owners-9999']);
  expect(namespaceIn(counted, inDev, 'unlisted').owners).toEqual([]);
  expect(reads).toBe(1);
});
