import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import { makeDirectory } from '../../src/policy/inventory/directory.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { home, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

let ledger: Ledger;
let gateway: Gateway;

async function open(change?: (deps: Dependencies) => Dependencies) {
  ledger = makeSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger, ...(change ? { change } : {}) });
}

afterEach(async () => {
  await gateway.close();
  ledger.close();
});

interface Page {
  readonly nodes: readonly { readonly name?: string; readonly clusterName?: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function ask<T>(query: string, as: string, variables: object = {}): Promise<T> {
  const { data, errors } = await gateway.send<T>(query, variables, as);
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}

describe('clusters', () => {
  const query = '{ clusters { nodes { clusterName environment mayList mayReadAuditTrail } } }';
  const dev = { clusterName: 'apps-dev', environment: 'dev' };
  const prod = { clusterName: 'apps-prod', environment: 'prod' };

  test.each([
    ['alice', false],
    ['bob', false],
    ['pat', true],
    ['olivia', true],
  ])('clusters are shown to %s, who may read in them', async (as, whole) => {
    await open();
    const rights = { mayList: whole, mayReadAuditTrail: whole };
    expect(await ask(query, as)).toMatchObject({
      clusters: { nodes: [dev, prod].map((one) => ({ ...one, ...rights })) },
    });
  });

  test('clusters are not shown to a principal that may read nothing in them', async () => {
    await open((deps) => ({
      ...deps,
      authorize: (context, request) => ({ ...deps.authorize(context, request), allowed: false }),
    }));
    expect(await ask(query, 'alice')).toEqual({ clusters: { nodes: [] } });
  });
});

describe('namespaces', () => {
  const query = `query ($first: Int, $after: String) {
    namespaces(clusterName: "apps-dev", first: $first, after: $after) {
      nodes { name owners system mayList mayReadAuditTrail } pageInfo { hasNextPage endCursor }
    }
  }`;
  const names = async (as: string) =>
    (await ask<{ namespaces: Page }>(query, as)).namespaces.nodes.map(({ name }) => name);

  test('namespaces are shown with their owners to those who may read in them', async () => {
    await open();
    expect(await names('alice')).toEqual(['payments', 'payments-*']);
    expect(await names('bob')).toEqual(['search']);
    expect(await names('olivia')).toContain('kube-system');
    const { namespaces } = await ask<{ namespaces: Page }>(query, 'bob');
    expect(namespaces.nodes).toEqual([
      { name: 'search', owners: ['search-team'], system: false, mayList: true, mayReadAuditTrail: true },
    ]);
  });

  test('of a cluster that is not registered are none', async () => {
    await open();
    const data = await ask('{ namespaces(clusterName: "apps-none") { nodes { name } } }', 'pat');
    expect(data).toEqual({ namespaces: { nodes: [] } });
  });

  test('of a large inventory are read page by page, in a bounded number of evaluations each', async () => {
    const all = Array.from({ length: 450 }, (_, index) => ({
      name: `team-${index}`,
      owners: [index % 100 === 99 ? 'payments-team' : 'other-team'],
    }));
    let evaluations = 0;
    await open((deps) => ({
      ...deps,
      directory: makeDirectory(largeInventory(all)),
      // The decisions below do not follow from the policies.
      decisionKey: () => null,
      authorize: (context, request) => {
        evaluations += 1;
        const isOwn =
          request.action === 'ListPodIdentityAssociations' &&
          request.scope.kind === 'namespace' &&
          request.scope.namespace.endsWith('99');
        return { ...deps.authorize(context, request), allowed: isOwn };
      },
    }));
    const found: unknown[] = [];
    let pages = 0;
    for (let after: string | null = null; ;) {
      evaluations = 0;
      const page: Page = (await ask<{ namespaces: Page }>(query, 'alice', { first: 50, after })).namespaces;
      expect(evaluations).toBeLessThanOrEqual(400);
      found.push(...page.nodes.map(({ name }) => name));
      pages += 1;
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect({ found, pages }).toEqual({ found: ['team-99', 'team-199', 'team-299', 'team-399'], pages: 3 });
  });

  describe('of a hundred clusters', () => {
    const names = Array.from({ length: 60 }, (_, index) => ({
      name: `team-${index}`,
      owners: ['other-team'],
      system: false,
      rolePaths: [],
      roleArns: [],
    }));
    const clusters = Array.from({ length: 100 }, (_, index) => ({
      ...home,
      clusterName: `apps-${index}`,
      environment: 'dev',
      production: false,
      targetRoleAccounts: [],
    }));
    const query = '{ clusters(first: 1000) { nodes { clusterName } pageInfo { hasNextPage } } }';
    let evaluations: number;
    beforeEach(() => {
      evaluations = 0;
      return open((deps) => ({
        ...deps,
        directory: { ...deps.directory, clusters, namespacesOf: () => names },
        // The decisions below do not follow from the policies.
        decisionKey: () => null,
        authorize: (context, request) => {
          evaluations += 1;
          return {
            ...deps.authorize(context, request),
            allowed: context.identity.principal.groups.includes('auditors'),
          };
        },
      }));
    });

    test('give all of them to those who may list them', async () => {
      const data = await ask<{ clusters: Page }>(query, 'olivia');
      expect(data.clusters.nodes).toHaveLength(100);
      expect(data.clusters.pageInfo.hasNextPage).toBe(false);
      expect(evaluations).toBe(200);
    });

    test('do not make a page expensive for others', async () => {
      const data = await ask(query, 'bob');
      expect(data).toEqual({ clusters: { nodes: [], pageInfo: { hasNextPage: true } } });
      // Two of each cluster, and two of each of the 20 namespaces that are examined of it.
      expect(evaluations).toBeGreaterThanOrEqual(2_000);
      expect(evaluations).toBeLessThan(2_000 + 42);
    });
  });

  test.each([
    [{ first: 0 }, 'first'],
    [{ after: 'x' }, 'after'],
  ])('reject %j', async (variables, path) => {
    await open();
    const { errors } = await gateway.send(query, variables, 'alice');
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', findings: [{ path }] } }]);
  });
});

function largeInventory(namespaces: object[]) {
  return parseInventory(
    JSON.stringify({
      accounts: [{ accountId: home.accountId, name: 'apps', regions: [home.region] }],
      clusters: [{ ...home, clusterName: 'apps-dev', environment: 'dev' }],
      namespaces,
      systemNamespaces: [],
      services: [],
      permissionSets: [],
    }),
  );
}

describe('bindableRoles', () => {
  const query = `query ($namespace: String!, $tags: [TagInput!]) {
    bindableRoles(clusterName: "apps-dev", namespace: $namespace, serviceAccount: "api", tags: $tags) { roleArn source }
  }`;
  const tags = [{ key: 'team', value: 'payments' }];
  const roles = (as: string, namespace: string, more: object = { tags }) => ask(query, as, { namespace, ...more });
  const byConvention = { roleArn: 'arn:aws:iam::111122223333:role/pods/payments/*', source: 'CONVENTION' };

  test('bindableRoles are those of the naming convention for an owner of the namespace', async () => {
    await open();
    expect(await roles('alice', 'payments')).toEqual({ bindableRoles: [byConvention] });
  });

  test('include roles that the inventory allows the namespace to use', async () => {
    const inventoryRole = 'arn:aws:iam::111122223333:role/legacy/payments';
    await open((deps) => ({
      ...deps,
      authorize: (context, request) => {
        const decision = deps.authorize(context, request);
        const isInventoryRole =
          request.action === 'CreatePodIdentityAssociation' && request.association.roleArn === inventoryRole;
        const { slice } = decision;
        const namespace = slice.namespace && { ...slice.namespace, roleArns: [inventoryRole] };
        return { ...decision, allowed: decision.allowed || isInventoryRole, slice: { ...slice, namespace } };
      },
    }));
    expect(await roles('alice', 'payments')).toEqual({
      bindableRoles: [{ roleArn: inventoryRole, source: 'INVENTORY' }, byConvention],
    });
  });

  test.each([
    ['a principal that may not create in the namespace', 'bob', 'payments', { tags }],
    ['a request without the tags that policy requires', 'alice', 'payments', {}],
    ['a system namespace', 'pat', 'kube-system', { tags }],
  ])('bindableRoles are empty for %s', async (_, as, namespace, more) => {
    await open();
    expect(await roles(as, namespace, more)).toEqual({ bindableRoles: [] });
  });

  test('include roles that can be bound once others approve it', async () => {
    await open();
    const inProduction = query.replace('apps-dev', 'apps-prod').replace('"api"', '"karpenter"');
    expect(await ask(inProduction, 'pat', { namespace: 'kube-system', tags })).toEqual({
      bindableRoles: [{ ...byConvention, roleArn: 'arn:aws:iam::111122223333:role/pods/kube-system/*' }],
    });
  });

  test('reject invalid names', async () => {
    await open();
    const { errors } = await gateway.send(query, { namespace: '*' }, 'alice');
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', findings: [{ path: 'namespace' }] } }]);
  });

  test('write nothing and cost no EKS call', async () => {
    await open();
    await roles('alice', 'payments');
    const trail = { ...noFilters, partition: { kind: 'all' }, limit: 1, before: null } as const;
    expect((await ledger.readTrail(trail)).entries).toEqual([]);
    expect(gateway.simulator.control.requests()).toEqual([]);
  });
});

test('gateway returns version, hashes of policies and inventory, and the time of the deployment', async () => {
  await open((deps) => ({ ...deps, about: { ...deps.about, deployedAt: '2026-11-24T10:00:00.000Z' } }));
  const { auditEntry } = await gateway.create();
  const decided = `query ($id: ID!) {
    gateway { version policySetHash inventoryHash deployedAt } auditEntry(id: $id) { decision { policySetHash inventoryHash } }
  }`;
  const data = await ask<{ gateway: object; auditEntry: { decision: object } }>(decided, 'alice', {
    id: auditEntry.id,
  });
  expect(data.gateway).toEqual({
    version: 'test',
    deployedAt: '2026-11-24T10:00:00.000Z',
    ...data.auditEntry.decision,
  });
});
