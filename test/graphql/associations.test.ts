import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Association } from '../../src/model/association.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, openBeside, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import type { openSqlite } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';
import { copyOfShipped, replaceIn } from '../support/policy-sample.ts';

const minutes = 60_000;
const shared = roleArn('payments/payments-api');

const document = `query ($filter: AssociationFilter, $asOf: DateTime, $first: Int, $after: String) {
  associations(filter: $filter, asOf: $asOf, first: $first, after: $after) {
    edges { cursor }
    nodes {
      clusterName namespace serviceAccount roleArn targetRoleArn modifiedAt tags { key } origin operationId declaration
      seenOtherwiseBefore firstSeenAt observedAt seenOtherwiseAfter
    }
    pageInfo { hasNextPage endCursor }
    coverage { clusterName isKnown firstScannedAt scannedAt failure }
  }
}`;

interface Row {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly modifiedAt: string;
  readonly origin: string;
  readonly declaration: string | null;
  readonly operationId: string | null;
  readonly seenOtherwiseBefore: string | null;
  readonly firstSeenAt: string;
  readonly observedAt: string;
  readonly seenOtherwiseAfter: string | null;
}
interface Page {
  readonly nodes: readonly Row[];
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly coverage: readonly {
    readonly clusterName: string;
    readonly isKnown: boolean;
    readonly scannedAt: string | null;
    readonly failure: string | null;
  }[];
}

let gateway: Gateway;
let ledger: Awaited<ReturnType<typeof openSqlite>>['ledger'];
openForEachTest((opened) => ({ gateway, ledger } = opened));

const makeDirectly = (serviceAccount: string, fields: object = {}, of = gateway) =>
  of.simulator.control.createAssociation({
    ...{ clusterName: 'apps-dev', namespace: 'payments', serviceAccount, roleArn: shared, ...fields },
  });
const runScan = (deps: Dependencies = gateway.deps, observations: ObservationStore = ledger) =>
  scan({ ...deps, observations, wait: () => Promise.resolve() }, defaultScanSettings, deps.clock() + 50_000);
/** Scans once reads can't lag any more. Returns the time before the scan and the time after it. */
const scanLater = async () => {
  gateway.clock.skip(11 * minutes);
  const before = gateway.clock.now();
  await runScan();
  return { before, after: gateway.clock.now() };
};
const query = async (variables: object = {}, as = 'pat', of = gateway): Promise<Page> => {
  const { data, errors } = await of.send<{ associations: Page }>(document, variables, as);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.associations;
};
const names = ({ nodes }: Page) => nodes.map((row) => `${row.clusterName}/${row.namespace}/${row.serviceAccount}`);
const at = (time: number) => ({ asOf: new Date(time).toISOString() });
const ms = (time: string | null) => Date.parse(time ?? '');

test('the associations of a declaration are those that its operations made or adopted last, now and then', async () => {
  await gateway.create({ declaration: 'bindings' });
  await gateway.create({ serviceAccount: 'changed', clientRequestToken: 'changed', declaration: 'bindings' });
  await gateway.create({ serviceAccount: 'plain', clientRequestToken: 'plain' });
  const terraform = makeDirectly('terraform');
  await runScan();
  gateway.clock.skip(minutes);
  await gateway.adopt({ associationId: terraform.associationId, clientRequestToken: 'adopt', declaration: 'bindings' });
  const filter = { declaration: 'bindings' };
  const [, changed] = (await query({ filter })).nodes;
  expect(names(await query({ filter }))).toEqual(
    ['api', 'changed', 'terraform'].map((one) => `apps-dev/payments/${one}`),
  );
  const then = gateway.clock.now();
  gateway.clock.skip(25 * 60 * minutes);
  const { simulator } = gateway;
  const [association] = simulator.control
    .associations()
    .filter((one) => one.serviceAccount === changed?.serviceAccount);
  simulator.control.updateAssociation(association?.associationId ?? '', {
    roleArn: roleArn('payments/payments-worker'),
  });
  await scanLater();
  expect(names(await query({ filter }))).toEqual(['apps-dev/payments/api', 'apps-dev/payments/terraform']);
  expect((await query({ ...at(then), filter })).nodes.map((row) => row.declaration)).toEqual(Array(3).fill('bindings'));
});

test('who uses a role is one question over all clusters, and says who made each association', async () => {
  const created = await gateway.create();
  makeDirectly('foreign', { clusterName: 'apps-prod' });
  makeDirectly('chained', { roleArn: roleArn('payments/payments-worker'), targetRoleArn: shared });
  makeDirectly('other', { roleArn: roleArn('payments/payments-worker') });
  const ownerArn = `arn:aws:eks:${home.region}:${home.accountId}:addon/apps-dev/vpc-cni/0123`;
  makeDirectly('add-on', { ownerArn });
  const terraform = makeDirectly('terraform');
  await runScan();
  const before = gateway.clock.now();
  gateway.clock.skip(minutes);
  const adopted = await gateway.adopt({ associationId: terraform.associationId, clientRequestToken: 'adopt' });
  expect([created.status, adopted.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);

  expect(await query({ ...at(before), filter: { serviceAccount: 'terraform' } })).toMatchObject({
    nodes: [{ origin: 'OUTSIDE', operationId: null }],
  });
  const page = await query({ filter: { roleArn: shared } });
  expect(page.nodes.map((row) => [row.clusterName, row.serviceAccount, row.origin, row.operationId])).toEqual([
    ['apps-dev', 'add-on', 'ADD_ON', null],
    ['apps-dev', 'api', 'OPERATION', created.auditEntry.operationId],
    ['apps-dev', 'chained', 'OUTSIDE', null],
    ['apps-dev', 'terraform', 'ADOPTED', adopted.auditEntry.operationId],
    ['apps-prod', 'foreign', 'OUTSIDE', null],
  ]);
  expect(names(await query({ filter: { roleArn: shared, origin: 'OUTSIDE' } }))).toEqual([
    'apps-dev/payments/chained',
    'apps-prod/payments/foreign',
  ]);
  expect(names(await query({ filter: { roleArn: shared, clusterName: 'apps-prod' } }))).toHaveLength(1);
  expect(names(await query())).toHaveLength(6);
  expect(
    names(await query({ filter: { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' } })),
  ).toEqual(['apps-dev/payments/api']);
  expect(names(await query({ filter: { accountId: '999988887777' } }))).toEqual([]);
});

test('who uses a role of which only the name is known is one question over all accounts', async () => {
  const policies = copyOfShipped();
  const other = '222233334444';
  const inventory = join(policies, 'inventory.json');
  replaceIn(
    inventory,
    '"regions": ["eu-central-1"] }',
    `"regions": ["eu-central-1"] }, { "accountId": "${other}", "name": "others", "regions": ["eu-central-1"],
      "roleArn": "arn:aws:iam::${other}:role/gateway-change" }`,
  );
  const cluster = (accountId: string) =>
    `{ "accountId": "${accountId}", "region": "eu-central-1", "clusterName": "apps-dev"`;
  replaceIn(
    inventory,
    cluster(home.accountId),
    `${cluster(other)}, "environment": "dev" }, ${cluster(home.accountId)}`,
  );
  const at = gateway.clock.now();
  const inAccount = (accountId: string, path: string) => `arn:aws:iam::${accountId}:role${path}payments-api`;
  const uses = [
    { serviceAccount: 'own', roleArn: inAccount(home.accountId, '/pods/payments/') },
    { serviceAccount: 'without-path', roleArn: inAccount(home.accountId, '/') },
    { serviceAccount: 'longer-name', roleArn: inAccount(home.accountId, '/pods/payments/x-') },
    { serviceAccount: 'elsewhere', accountId: other, roleArn: inAccount(other, '/pods/payments/') },
    {
      serviceAccount: 'target',
      roleArn: roleArn('payments/other'),
      targetRoleArn: inAccount('444455556666', '/pods/payments/'),
    },
  ];
  for (const [index, use] of uses.entries()) await observe({ ...association(index), ...use }, at);
  const { calls, reads } = counted(ledger);
  const both = await openBeside(gateway, { policies, change: (deps) => ({ ...deps, associations: reads }) });
  const found = async (roleName: string, as = 'pat') => {
    Object.assign(calls, { lists: 0 });
    const { nodes } = await query({ filter: { roleName } }, as, both);
    return [nodes.map(({ serviceAccount }) => serviceAccount), calls.lists];
  };
  expect(await found('payments-api')).toEqual([['own', 'target', 'without-path', 'elsewhere'], 3]);
  // One read of the role index for each account: the two with clusters, and that of target roles.
  for (const path of ['pods/payments/payments-api', '/pods/payments/payments-api']) {
    expect(await found(path)).toEqual([['own', 'target', 'elsewhere'], 3]);
  }
  expect(await found('/payments-api')).toEqual([['without-path'], 3]);
  expect(await found('pods/payments/payments-api', 'bob')).toEqual([[], 3]);
  // Who may view nothing in any cluster causes no read.
  expect(await found('pods/payments/payments-api', 'carol')).toEqual([[], 0]);
  rmSync(policies, { recursive: true });
});

test('a change outside is an interval between the scans that saw the states before and after it', async () => {
  const { associationId } = makeDirectly('foreign');
  await runScan();
  const first = await query();
  gateway.clock.skip(25 * 60 * minutes);
  const changedAt = gateway.clock.now();
  gateway.simulator.control.updateAssociation(associationId, { roleArn: roleArn('payments/payments-worker') });
  const second = await scanLater();

  const [old] = (await query(at(changedAt - 1))).nodes;
  expect(old).toMatchObject({ ...first.nodes[0], seenOtherwiseAfter: expect.any(String) as unknown });
  expect(ms(old?.seenOtherwiseAfter ?? null)).toBeGreaterThanOrEqual(second.before);
  // EKS tells when the change was made, also where no scan had seen it yet.
  const [made] = (await query(at(second.before - 1))).nodes;
  expect(made).toMatchObject({ roleArn: roleArn('payments/payments-worker'), seenOtherwiseAfter: null });
  expect(ms(made?.firstSeenAt ?? null)).toBeGreaterThanOrEqual(second.before);
  expect(made?.seenOtherwiseBefore).toBe(first.nodes[0]?.observedAt);
  expect((await query()).nodes).toEqual([made]);
  expect(names(await query({ ...at(changedAt - 1), filter: { roleArn: shared } }))).toHaveLength(1);
  expect(names(await query({ filter: { roleArn: shared } }))).toEqual([]);
});

test('a change of tags that did not move modifiedAt counts from when it was seen', async () => {
  const seenAt = gateway.clock.now();
  await observe(association(0), seenAt - 20 * minutes);
  await observe({ ...association(0), tags: [{ key: 'added', value: '' }] }, seenAt);
  expect(await query(at(seenAt - 1))).toMatchObject({ nodes: [{ tags: [] }] });
  expect(await query(at(seenAt))).toMatchObject({ nodes: [{ tags: [{ key: 'added' }] }] });
});

test('an association that was deleted outside is shown up to the scan that missed it, and not after it', async () => {
  const { associationId } = makeDirectly('foreign');
  await runScan();
  gateway.clock.skip(10 * minutes);
  gateway.simulator.control.deleteAssociation(associationId);
  await scanLater();
  const { before, after } = await scanLater();
  expect(await query(at(after))).toMatchObject({ nodes: [] });
  expect(await query()).toMatchObject({ nodes: [] });
  const [shown] = (await query(at(before - 15 * minutes))).nodes;
  expect(shown).toMatchObject({ serviceAccount: 'foreign', origin: 'OUTSIDE' });
  expect(ms(shown?.seenOtherwiseAfter ?? null)).toBeLessThanOrEqual(after);
});

test('what the gateway changed is answered at once for any time, without a scan', async () => {
  const created = await gateway.create();
  const [{ associationId } = { associationId: '' }] = gateway.simulator.control.associations();
  const afterCreate = gateway.clock.now();
  gateway.clock.skip(minutes);
  await gateway.update({ associationId, roleArn: roleArn('payments/payments-worker'), clientRequestToken: 'update' });
  const afterUpdate = gateway.clock.now();
  gateway.clock.skip(minutes);
  await gateway.remove({ associationId, clientRequestToken: 'delete' });

  expect(await query({ filter: { roleArn: shared } })).toMatchObject({ nodes: [] });
  expect(await query({ ...at(afterCreate), filter: { roleArn: shared } })).toMatchObject({
    nodes: [
      {
        origin: 'OPERATION',
        operationId: created.auditEntry.operationId,
        seenOtherwiseAfter: expect.any(String) as unknown,
      },
    ],
  });
  expect(await query({ ...at(afterUpdate), filter: { roleArn: shared } })).toMatchObject({ nodes: [] });
  expect(await query(at(afterUpdate))).toMatchObject({ nodes: [{ roleArn: roleArn('payments/payments-worker') }] });
  expect(await query(at(afterCreate - 60 * minutes))).toMatchObject({ nodes: [] });
  expect(await query()).toMatchObject({ nodes: [] });
});

test('coverage says since when a cluster is known, so that an empty page of before is not read as an answer', async () => {
  makeDirectly('foreign');
  const before = gateway.clock.now();
  const unknown = { clusterName: 'apps-dev', isKnown: false, firstScannedAt: null, scannedAt: null, failure: null };
  expect((await query()).coverage).toEqual([unknown, { ...unknown, clusterName: 'apps-prod' }]);
  gateway.clock.skip(minutes);
  await runScan();
  expect((await query()).coverage).toMatchObject([{ isKnown: true }, { isKnown: true }]);
  expect((await query(at(before - 60 * minutes))).coverage).toMatchObject([{ isKnown: false }, { isKnown: false }]);
  expect((await query({ filter: { roleArn: shared } })).coverage).toHaveLength(2);
  expect((await query({ filter: { clusterName: 'apps-prod' } })).coverage).toHaveLength(1);
});

test('coverage names the exception for which a cluster could not be read, and what was known before stays', async () => {
  makeDirectly('foreign');
  await runScan();
  gateway.simulator.control.deleteCluster({ ...home, clusterName: 'apps-prod' });
  gateway.clock.skip(11 * minutes);
  await runScan();
  const { coverage, nodes } = await query();
  expect(coverage).toMatchObject([
    { clusterName: 'apps-dev', failure: null },
    { clusterName: 'apps-prod', failure: 'ResourceNotFoundException', isKnown: true },
  ]);
  expect(ms(coverage[0]?.scannedAt ?? null)).toBeGreaterThan(ms(coverage[1]?.scannedAt ?? null));
  expect(nodes).toHaveLength(1);
});

test('only associations of namespaces that the caller may list and view are shown, also of the past', async () => {
  makeDirectly('own');
  makeDirectly('foreign', { namespace: 'search' });
  await runScan();
  const now = gateway.clock.now();
  for (const variables of [{}, at(now), { filter: { roleArn: shared } }, { ...at(now), filter: { roleArn: shared } }]) {
    expect(names(await query(variables, 'alice'))).toEqual(['apps-dev/payments/own']);
    expect(names(await query(variables, 'bob'))).toEqual(['apps-dev/search/foreign']);
    expect(names(await query(variables, 'olivia'))).toHaveLength(2);
    expect(await query(variables, 'carol')).toMatchObject({ nodes: [], coverage: [] });
  }
});

test('pages have each association once, in the order of clusters and names', async () => {
  const all = ['a', 'a-b', 'a.b', 'b'].flatMap((name) =>
    ['apps-dev', 'apps-prod'].map((clusterName) => ({ name, clusterName })),
  );
  for (const { name, clusterName } of all) makeDirectly(name, { clusterName });
  await runScan();
  for (const filter of [undefined, { roleArn: shared }, { roleName: 'pods/payments/payments-api' }]) {
    const found: string[] = [];
    const clusters = new Set<string>();
    for (let after: string | null = null, pages = 0; pages < 20; pages += 1) {
      const page: Page = await query({ filter, first: 1, after });
      found.push(...names(page));
      page.coverage.forEach(({ clusterName }) => clusters.add(clusterName));
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(found).toEqual(
      ['apps-dev', 'apps-prod'].flatMap((cluster) =>
        ['a', 'a-b', 'a.b', 'b'].map((name) => `${cluster}/payments/${name}`),
      ),
    );
    expect([...clusters]).toEqual(['apps-dev', 'apps-prod']);
  }
});

test.each([
  [
    'a cursor of another query',
    async () => ({ after: (await query({ first: 1 })).edges[0]?.cursor, filter: { namespace: 'payments' } }),
    'after',
  ],
  ['a time in the future', () => ({ asOf: '2999-01-01T00:00:00Z' }), 'asOf'],
  ['a role that is not an ARN', () => ({ filter: { roleArn: 'payments-api' } }), 'filter.roleArn'],
  ['an ARN as the name of a role', () => ({ filter: { roleName: shared } }), 'filter.roleName'],
  ['a role name with a wildcard', () => ({ filter: { roleName: 'payments-*' } }), 'filter.roleName'],
  ['a path without a role name', () => ({ filter: { roleName: 'pods/payments/' } }), 'filter.roleName'],
  ['an empty role name', () => ({ filter: { roleName: '' } }), 'filter.roleName'],
  ['a namespace with a slash', () => ({ filter: { namespace: 'a/b' } }), 'filter.namespace'],
])('rejects %s', async (_, variables, path) => {
  makeDirectly('one');
  await runScan();
  const answered = await gateway.send(document, await variables(), 'pat');
  expect(answered.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', findings: [{ path }] } }]);
});

test('a lock of the reads of a principal stops the query', async () => {
  await lockOperations(ledger).lock({ kind: 'PRINCIPAL', principalId: 'https://issuer.example#alice' }, 'x', {
    stopsReads: true,
  });
  expect(await gateway.send(document, {}, 'alice')).toMatchObject({
    errors: [{ extensions: { code: 'READS_LOCKED' } }],
  });
});

test('associations that the caller may view but not list are neither shown nor covered', async () => {
  makeDirectly('own');
  await runScan();
  const folder = copyOfShipped();
  appendFileSync(
    join(folder, 'access.cedar'),
    `@id("no-lists") @message("Lists are closed.") @advice("Wait.") forbid (principal, action == PodIdentity::Action::"ListPodIdentityAssociations", resource);`,
  );
  const closed = await openBeside(gateway, { policies: folder });
  const page = await query({}, 'alice', closed);
  rmSync(folder, { recursive: true });
  expect(page).toMatchObject({ nodes: [], coverage: [] });
});

/** An association that others made long ago. */
const association = (index: number): Association => ({
  ...{ ...home, clusterName: 'apps-dev', namespace: 'payments' },
  ...{ serviceAccount: `sa-${String(index).padStart(5, '0')}` },
  ...{ roleArn: shared, associationId: `a-${index}`, associationArn: `arn:${index}`, tags: [], ownerArn: null },
  ...{ createdAt: '2026-11-01T00:00:00.000Z', modifiedAt: '2026-11-01T00:00:00.000Z', disableSessionTags: null },
  ...{ targetRoleArn: null, externalId: null, policy: null },
});

/** Stores what a scan saw. */
async function observe(seen: Association, seenAt: number) {
  const { accountId, region, clusterName, namespace, serviceAccount, associationId, modifiedAt } = seen;
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  const times = { seenAt, seenOtherwiseAt: null };
  const version = {
    target,
    association: seen,
    origin: 'OUTSIDE',
    operationId: null,
    declaration: null,
    ...times,
  } as const;
  const [state = null] = await ledger.getAssociationStates([target]);
  const revision = state?.revision ?? 0;
  const sight = { associationId, modifiedAt, isGone: false };
  const observed = {
    at: seenAt,
    revision: revision + 1,
    sight,
    origin: 'OUTSIDE',
    association: seen,
    driftId: null,
  } as const;
  const change = { target, observed, version, openOperations: [], endedOperationIds: [] };
  await ledger.observeAssociation(revision, change, null);
}

/** A store that counts what is asked of it. */
function counted(store: typeof ledger) {
  const calls = { states: 0, versions: 0, lists: 0 };
  const reads: AssociationReads = {
    ...store,
    getAssociationStates: (targets) => {
      calls.states += targets.length;
      return store.getAssociationStates(targets);
    },
    readVersions: (...given) => {
      calls.versions += 1;
      return store.readVersions(...given);
    },
    targetsInCluster: (...given) => {
      calls.lists += 1;
      return store.targetsInCluster(...given);
    },
    targetsWithRole: (...given) => {
      calls.lists += 1;
      return store.targetsWithRole(...given);
    },
  };
  return { calls, reads };
}

describe('the work of a page', () => {
  async function fill(count: number, seenAt: number) {
    for (let index = 0; index < count; index += 1) await observe(association(index), seenAt);
  }

  test.each([
    ['without a filter that matches', 10, { filter: { origin: 'ADD_ON' } }],
    ['of a role', 10, { filter: { origin: 'ADD_ON', roleArn: shared } }],
    // And one of the other account that can have the role.
    ['of a role by its name', 10 + 1, { filter: { origin: 'ADD_ON', roleName: 'pods/payments/payments-api' } }],
    ['as of a time before all changes', 10, { filter: { origin: 'ADD_ON' }, asOf: '2026-11-02T00:00:00Z' }],
  ])('has a bound whatever the filters: %s', async (_, lists, variables) => {
    await fill(1_100, gateway.clock.now());
    const { calls, reads } = counted(ledger);
    const bounded = await openBeside(gateway, { change: (deps) => ({ ...deps, associations: reads }) });
    const page = await query({ ...variables, first: 1_000 }, 'pat', bounded);
    const isPast = 'asOf' in variables;
    expect(page).toMatchObject({ nodes: [], pageInfo: { hasNextPage: true } });
    expect(calls).toMatchObject({ states: isPast ? 200 : 1_000, versions: isPast ? 400 : 0 });
    expect(calls.lists).toBeLessThanOrEqual(lists);
  });

  test.each([
    [1, 50],
    [80, 80],
    [100, 100],
    [120, 150],
  ])('of %i reads %i states, not all that a list of keys has', async (first, states) => {
    await fill(160, gateway.clock.now());
    const { calls, reads } = counted(ledger);
    const watched = await openBeside(gateway, { change: (deps) => ({ ...deps, associations: reads }) });
    expect((await query({ first }, 'pat', watched)).nodes).toHaveLength(first);
    expect(calls.states).toBe(states);
  });

  test('of a role that several accounts have shows each association once, in order, and reads each index once', async () => {
    const other = 'arn:aws:iam::444455556666:role/pods/payments/payments-api';
    const uses = [{}, { roleArn: roleArn('payments/worker'), targetRoleArn: other }, { targetRoleArn: other }];
    for (let index = 0; index < 330; index += 1) {
      await observe({ ...association(index), ...uses[index % 3] }, gateway.clock.now());
    }
    const { calls, reads } = counted(ledger);
    const watched = await openBeside(gateway, { change: (deps) => ({ ...deps, associations: reads }) });
    const page = await query({ filter: { roleName: '/pods/payments/payments-api' }, first: 1_000 }, 'pat', watched);
    expect(page.nodes.map(({ serviceAccount }) => serviceAccount)).toEqual(
      Array.from({ length: 330 }, (_, index) => association(index).serviceAccount),
    );
    // 220 of each account, 100 at a time.
    expect(calls.lists).toBe(3 + 3);
  });

  test('takes one decision to view for each namespace, and one for each association where policy reads more of it', async () => {
    await fill(30, gateway.clock.now());
    const folder = copyOfShipped();
    appendFileSync(
      join(folder, 'access.cedar'),
      `@id("hide-secret") @message("This association is hidden.") @advice("Ask the owners.") forbid (principal, action == PodIdentity::Action::"DescribePodIdentityAssociation", resource) when { resource.serviceAccount == "sa-00003" };`,
    );
    const decisionsWith = async (policies?: string) => {
      let views = 0;
      const watched = await openBeside(gateway, {
        ...(policies === undefined ? {} : { policies }),
        change: (deps) => ({
          ...deps,
          authorize: (context, request) => {
            if (request.action === 'DescribePodIdentityAssociation') views += 1;
            return deps.authorize(context, request);
          },
        }),
      });
      const { nodes } = await query({}, 'alice', watched);
      return { views, shown: nodes.length };
    };
    expect(await decisionsWith()).toEqual({ views: 1, shown: 30 });
    expect(await decisionsWith(folder)).toEqual({ views: 30, shown: 29 });
    rmSync(folder, { recursive: true });
  });
});

describe('viewerMay', () => {
  const rightsDocument = `query ($filter: AssociationFilter, $first: Int) {
    associations(filter: $filter, first: $first) { nodes { serviceAccount viewerMay { update delete } } }
  }`;
  interface Rights {
    readonly update: boolean;
    readonly delete: boolean;
  }
  const rightsOf = async (as: string, filter: object = {}, of = gateway) => {
    const { data } = await of.send<{
      associations: { readonly nodes: readonly { readonly viewerMay: Rights | null }[] };
    }>(rightsDocument, { filter, first: 1_000 }, as);
    return data?.associations.nodes.map(({ viewerMay }) => viewerMay);
  };

  test('says what policy lets the viewer do, without a call to EKS and without an entry', async () => {
    await gateway.create();
    gateway.simulator.control.clearRequests();
    expect(await rightsOf('alice')).toEqual([{ update: true, delete: true }]);
    expect(await rightsOf('olivia')).toEqual([{ update: false, delete: false }]);
    expect(await rightsOf('bob')).toEqual([]);
    expect(gateway.simulator.control.requests()).toEqual([]);
    const trail = 'query { auditTrail(scope: {gateway: ALL_ENTRIES}) { nodes { event } } }';
    const { data } = await gateway.send<{ auditTrail: { nodes: readonly { event: string }[] } }>(trail, {}, 'olivia');
    expect(data?.auditTrail.nodes.map(({ event }) => event)).not.toContain('CHECKED');
  });

  test('is true where a change needs an approval, and false where a rule stops each', async () => {
    const system = { clusterName: 'apps-prod', namespace: 'kube-system' };
    makeDirectly('ebs-csi-controller-sa', system);
    makeDirectly('unknown-controller', system);
    await runScan();
    expect(await rightsOf('pat', system)).toEqual([
      { update: true, delete: true },
      { update: false, delete: false },
    ]);
  });

  test('is true for an update where a rule forbids only the settings that the association has', async () => {
    makeDirectly('api', { roleArn: roleArn('search/search-api') });
    await runScan();
    expect(await rightsOf('alice')).toEqual([{ update: true, delete: true }]);
  });

  test('is judged for 50 associations of a request, and null for others', async () => {
    for (let index = 0; index < 53; index += 1) makeDirectly(`pod-${index}`);
    await runScan();
    const rights = (await rightsOf('alice')) ?? [];
    expect([rights.filter((one) => one !== null).length, rights.filter((one) => one === null).length]).toEqual([50, 3]);
  });
});
