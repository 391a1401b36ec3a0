import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { AssociationState } from '../../src/ledger/association-state.ts';
import type { ClusterScan, ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { LedgerUnavailable, noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { endOf } from '../../src/observations/end-cluster.ts';
import { judgeGone } from '../../src/observations/gone.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import type { ScanPorts } from '../../src/observations/scan.ts';
import { defaultExpireSettings, expire } from '../../src/operations/expiry/run.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { association } from '../support/ledger-samples.ts';
import type { StoredItems } from '../support/ledgers.ts';
import { withStsAt } from '../support/sts-server.ts';

const minutes = 60_000;
const start = Date.parse('2026-11-24T12:00:00.000Z');
const intervalMs = 5 * minutes;
const now = start + intervalMs;

/** The progress of a cluster that was read in this run. */
const read = (clusterName: string, fields: Partial<ClusterScan> = {}): ClusterScan => ({
  cluster: { ...home, clusterName },
  fence: 2,
  leaseUntil: now,
  startedAt: now,
  endedAt: now,
  completedAt: now,
  firstCompletedAt: start - minutes,
  incompleteSince: null,
  failure: null,
  ...fields,
});
/** That of a cluster that two scans did not find, an interval apart. */
const missed = (clusterName: string, fields: Partial<ClusterScan> = {}): ClusterScan =>
  read(clusterName, {
    completedAt: start - minutes,
    failure: { exception: 'ResourceNotFoundException', message: 'No cluster found for name: apps.' },
    missing: { since: start, latestAt: now, isUnknownToEks: true, callerAccountId: home.accountId },
    ...fields,
  });
const because = (fields: Partial<NonNullable<ClusterScan['missing']>>) => {
  const all = { since: start, latestAt: now, isUnknownToEks: true, callerAccountId: home.accountId, ...fields };
  return missed('apps', { missing: all });
};
const beside = read('beside');
const otherAccount = { ...home, accountId: '999988887777' };
const wasGone = (clusterName: string, at: number) => missed(clusterName, { gone: { operationId: 'cluster-1', at } });

const judged = (scans: readonly ClusterScan[], clusters = scans.map(({ cluster }) => cluster)) => {
  const { gone, held } = judgeGone({ clusters, scans, intervalMs, now });
  const names = (some: readonly ClusterScan[]) => some.map(({ cluster }) => cluster.clusterName).join(' ');
  return { gone: names(gone), held: names(held) };
};

test.each<[string, readonly ClusterScan[], string, string]>([
  ['all agree', [missed('apps'), beside], 'apps', ''],
  ['the first scan did not find it', [because({ latestAt: start }), beside], '', ''],
  ['the two scans were less than an interval apart', [because({ latestAt: now - 1 }), beside], '', ''],
  ['DescribeCluster finds it, or is denied', [because({ isUnknownToEks: false }), beside], '', ''],
  ['the credentials are of another account', [because({ callerAccountId: otherAccount.accountId }), beside], '', ''],
  ['AWS STS did not answer', [because({ callerAccountId: null }), beside], '', ''],
  ['it was never scanned completely', [missed('apps', { firstCompletedAt: null }), beside], '', ''],
  ['it is the only cluster', [missed('apps')], '', 'apps'],
  ['no other cluster of its account was read', [missed('apps'), missed('other')], '', 'apps other'],
  [
    'the other cluster is in another account',
    [missed('apps'), { ...beside, cluster: { ...otherAccount, clusterName: 'beside' } }],
    '',
    'apps',
  ],
  [
    'the other cluster is in another region',
    [missed('apps'), { ...beside, cluster: { ...home, region: 'us-east-1', clusterName: 'beside' } }],
    '',
    'apps',
  ],
  ['the other cluster was last read before', [missed('apps'), read('beside', { completedAt: start - 1 })], '', 'apps'],
  [
    'the other cluster could not be read since',
    [missed('apps'), read('beside', { failure: { exception: 'AccessDeniedException', message: '' } })],
    '',
    'apps',
  ],
  ['three at once', [...['a', 'b', 'c'].map((name) => missed(name)), beside], 'a b c', ''],
  ['four at once', [...['a', 'b', 'c', 'd'].map((name) => missed(name)), beside], '', 'a b c d'],
  [
    'four, of which one was missed once',
    [...['a', 'b', 'c'].map((name) => missed(name)), because({ latestAt: start }), beside],
    '',
    'a b c',
  ],
  [
    'three, after one in the interval before',
    [wasGone('x', now - 1), ...['a', 'b', 'c'].map((name) => missed(name)), beside],
    '',
    'a b c',
  ],
  [
    'three, after one long before',
    [wasGone('x', start), ...['a', 'b', 'c'].map((name) => missed(name)), beside],
    'a b c',
    '',
  ],
  ['it was gone before', [wasGone('apps', start), beside], '', ''],
])('clusters that are gone, and those that are held: %s', (_, scans, gone, held) => {
  expect(judged(scans)).toEqual({ gone, held });
});

test('a cluster that is not in the inventory, or whose reads are locked, is neither gone nor held', () => {
  expect(judged([missed('apps'), beside], [beside.cluster])).toEqual({ gone: '', held: '' });
});

describe('the end of a service account whose cluster is gone', () => {
  const made = association({ modifiedAt: new Date(start).toISOString() });
  const { accountId, region, clusterName, namespace, serviceAccount, associationId, modifiedAt } = made;
  const operation = 'CREATE_POD_IDENTITY_ASSOCIATION' as const;
  const operationId = '01KASA3V5T0000000000000001';
  const confirmed = { association: made, isDeleted: false, operationId, operation, declaration: null };
  const seen = { at: start + 1, revision: 3, origin: 'OUTSIDE', association: null } as const;
  const gone = { associationId, modifiedAt, isGone: true };
  const times = { listLagMs: 30_000, clockErrorMs: 30_000, signatureWindowMs: 300_000, eksProcessingMs: 60_000 };
  const endAt = (readAt: number, fields: Partial<AssociationState> = {}) => {
    const target = { accountId, region, clusterName, namespace, serviceAccount };
    const latest = { origin: 'OPERATION', seenAt: start, seenOtherwiseAt: null } as const;
    const known = { target, revision: 4, publicRevision: 1, changedAt: start, confirmed, latest };
    const state = { ...known, observed: null, openOperations: [], recordsInProgress: [], ...fields };
    const scanned = { completedAt: start - minutes, gone: { operationId: 'cluster-1', at: now } };
    return endOf(state, scanned, readAt, times);
  };
  const open = { operationId, operation, requested: {}, inDoubtUntil: start, closedAt: null, saw: null };

  test('is a version with the entry of the cluster, and a change of the association', () => {
    expect(endAt(now)).toMatchObject({
      isChange: true,
      version: {
        association: null,
        deleted: { associationId },
        origin: null,
        operationId: 'cluster-1',
        seenAt: now,
        isRead: true,
      },
      observed: { revision: 5, sight: gone, origin: null, driftId: null },
    });
  });

  test.each<[string, number, Partial<AssociationState>]>([
    ['an operation is in progress by its record', now, { recordsInProgress: ['a'] }],
    ['an operation is in progress', now, { openOperations: [open] }],
    ['it changed too shortly before EKS was read', start + 60_000, {}],
    ['it changed after EKS was read', now, { changedAt: now + 1 }],
    [
      'a later read showed it',
      now,
      { observed: { ...seen, at: now + 1, sight: { ...gone, isGone: false }, driftId: null } },
    ],
    ['it never had an association', now, { confirmed: null }],
    ['it was gone before', now, { observed: { ...seen, sight: gone, driftId: null } }],
  ])('waits or is none if %s', (_, readAt, fields) => {
    expect(endAt(readAt, fields)).toBeNull();
  });

  test('ends the drift of an association that others had deleted before, without a version', () => {
    const change = endAt(now, { observed: { ...seen, sight: gone, driftId: 'drift-1' } });
    expect(change).toMatchObject({ observed: { driftId: null, origin: null, sight: gone } });
    expect(change?.version).toBeUndefined();
  });

  test('forgets closed operations that can no longer act', () => {
    const closed = { ...open, closedAt: start };
    expect(endAt(now, { openOperations: [closed] })).toMatchObject({ endedOperationIds: [operationId] });
    expect(endAt(now, { openOperations: [{ ...closed, inDoubtUntil: now }] })).toMatchObject({ endedOperationIds: [] });
  });
});

describe('scans of a cluster that was deleted', () => {
  let gateway: Gateway;
  let ledger: Ledger & ObservationStore & AssociationReads & ApprovalStore;
  let edit: StoredItems;
  openForEachTest((opened) => ({ gateway, ledger, edit } = opened));

  const cluster = { ...home, clusterName: 'apps-dev' };
  const target = { ...cluster, namespace: 'payments', serviceAccount: 'api' };
  const run = (more: Partial<ScanPorts> = {}) =>
    withStsAt(gateway.simulator.url, () =>
      scan(
        { ...gateway.deps, observations: ledger, wait: () => Promise.resolve(), ...more },
        defaultScanSettings,
        gateway.clock.now() + 50_000,
      ),
    );
  const pass = (count = 6) => gateway.clock.skip(count * minutes);
  const remove = () => gateway.simulator.control.deleteCluster(cluster);
  /** EKS that denies some reads of the cluster. */
  const denying = (...calls: readonly ('page' | 'describeCluster')[]): Partial<ScanPorts> => ({
    eksFor: (one) => {
      const error = { exception: 'AccessDeniedException', message: 'Denied.', requestId: null };
      const denied = () => Promise.resolve({ kind: 'failed', error } as const);
      const isDenied = one.clusterName === 'apps-dev';
      return {
        ...gateway.deps.eksFor(one),
        ...(isDenied ? Object.fromEntries(calls.map((call) => [call, denied])) : {}),
      };
    },
  });
  const entriesOfCluster = async () => {
    const partition = { kind: 'cluster', ...cluster } as const;
    return (await ledger.readTrail({ partition, ...noFilters, limit: 50, before: null })).entries;
  };
  const goneEntries = async () => (await entriesOfCluster()).filter(({ event }) => event === 'CLUSTER_GONE');
  /** A complete scan, then those that do not find the cluster. */
  const runWithout = async (more: Partial<ScanPorts> = {}) => {
    pass();
    await run(more);
    pass();
    remove();
    const first = await run(more);
    pass();
    return [first, await run(more)];
  };
  const answered = () =>
    gateway.send<{ associations: { nodes: unknown[]; coverage: { clusterName: string; goneSince: string | null }[] } }>(
      `{ associations(filter: { clusterName: "apps-dev" }) {
        nodes { serviceAccount }
        coverage { clusterName isKnown failure goneSince }
      } }`,
      {},
      'pat',
    );

  test('two scans an interval apart end its associations with one entry, which their versions name', async () => {
    await gateway.create();
    gateway.simulator.control.createAssociation({
      ...{ clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'foreign' },
      roleArn: roleArn('payments/payments-api'),
    });
    const [first, second] = await runWithout();
    expect(first).toMatchObject({ unreadable: 1, clustersGone: 0, clustersHeld: 0 });
    expect(second).toMatchObject({ clustersGone: 1, clustersHeld: 0 });
    const [entry, ...others] = await goneEntries();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ cluster, target: null, operation: 'OBSERVE_ASSOCIATION' });
    expect(entry?.message).toContain(`${home.accountId}/${home.region}/apps-dev is gone`);
    const trail = `{ auditTrail(scope: { cluster: { clusterName: "apps-dev" } }, events: [CLUSTER_GONE]) {
      nodes { target { clusterName } cluster { accountId region clusterName } }
    } }`;
    const { data } = await gateway.send(trail, {}, 'olivia');
    expect(data).toEqual({ auditTrail: { nodes: [{ target: null, cluster }] } });
    for (const serviceAccount of ['api', 'foreign']) {
      const of = { ...target, serviceAccount };
      const state = await ledger.getAssociationState(of);
      expect(state).toMatchObject({ latest: { origin: null }, observed: { sight: { isGone: true }, driftId: null } });
      const [version] = await ledger.readVersions(of, { before: '~' }, 1);
      expect(version).toMatchObject({ association: null, operationId: entry?.operationId });
    }
    expect((await entriesOfCluster()).filter(({ event }) => event.startsWith('DRIFT'))).toEqual([]);
  });

  /** A run that finds that the cluster is gone, and is killed before it ends any association. */
  const runKilled = async () => {
    pass();
    await run();
    remove();
    pass();
    await run();
    pass();
    const observeAssociation = () => Promise.reject(new LedgerUnavailable(new Error('killed')));
    await expect(run({ observations: { ...ledger, observeAssociation } })).rejects.toThrow(LedgerUnavailable);
  };

  test('the next scan ends the associations that a killed run has not ended', async () => {
    await gateway.create();
    await runKilled();
    expect(await goneEntries()).toHaveLength(1);
    expect(await ledger.getAssociationState(target)).toMatchObject({ latest: { origin: 'OPERATION' } });
    pass();
    await run();
    expect(await ledger.getAssociationState(target)).toMatchObject({ latest: { origin: null } });
    expect(await goneEntries()).toHaveLength(1);
  });

  test('the next scan ends the drift that a killed run has not ended, and later ones read no state', async () => {
    await gateway.create();
    const [own] = gateway.simulator.control.associations();
    pass();
    await run();
    gateway.simulator.control.deleteAssociation(own?.associationId ?? '');
    pass();
    expect(await run()).toMatchObject({ driftFound: 1 });
    await runKilled();
    const drift = async () => (await ledger.getAssociationState(target))?.observed?.driftId;
    expect(await drift()).toEqual(expect.any(String));
    pass();
    await run();
    expect(await drift()).toBeNull();
    pass();
    const getAssociationState = () => Promise.reject(new Error('A state was read.'));
    expect(await run({ observations: { ...ledger, getAssociationState } })).toMatchObject({ clustersGone: 0 });
  });

  test('a run that lost its lease of the cluster ends no association', async () => {
    await gateway.create();
    await runKilled();
    pass();
    const eksFor: ScanPorts['eksFor'] = (one) => {
      const eks = gateway.deps.eksFor(one);
      const page: typeof eks.page = async (...call) => {
        const scan = await ledger.getClusterScan(one);
        if (scan?.gone) await ledger.putClusterScan(scan.fence, { ...scan, fence: scan.fence + 1 });
        return eks.page(...call);
      };
      return { ...eks, page };
    };
    await run({ eksFor });
    expect(await ledger.getAssociationState(target)).toMatchObject({ latest: { origin: 'OPERATION' } });
    pass();
    await run();
    expect(await ledger.getAssociationState(target)).toMatchObject({ latest: { origin: null } });
  });

  test('a state that another version of the gateway writes meanwhile does not keep others from ending', async () => {
    await gateway.create();
    await gateway.create({ serviceAccount: 'other', clientRequestToken: 'other' });
    const getAssociationState: typeof ledger.getAssociationState = async (of) => {
      if (of.serviceAccount === 'api') await edit.state(of, { v: 2 });
      return ledger.getAssociationState(of);
    };
    pass();
    await run();
    pass();
    remove();
    await run();
    pass();
    expect(await run({ observations: { ...ledger, getAssociationState } })).toMatchObject({ clustersGone: 1 });
    const other = await ledger.getAssociationState({ ...target, serviceAccount: 'other' });
    expect(other).toMatchObject({ latest: { origin: null } });
    await edit.state(target, { v: 1 });
    pass();
    await run();
    expect(await ledger.getAssociationState(target)).toMatchObject({ latest: { origin: null } });
  });

  test('answers as of a time before the end say when an association was read last', async () => {
    await gateway.create();
    pass();
    await run();
    const readAt = (await ledger.getAssociationState(target))?.observed?.at ?? 0;
    pass(1);
    const asOf = new Date(gateway.clock.now()).toISOString();
    await runWithout();
    const { data } = await gateway.send<{ associations: { nodes: { observedAt: string }[] } }>(
      `query ($asOf: DateTime) {
        associations(filter: { clusterName: "apps-dev" }, asOf: $asOf) { nodes { observedAt } }
      }`,
      { asOf },
      'pat',
    );
    expect(data?.associations.nodes).toEqual([{ observedAt: new Date(readAt).toISOString() }]);
  });

  test('answers name the cluster as gone, without associations and without a failure', async () => {
    await gateway.create();
    await runWithout();
    const { data } = await answered();
    expect(data?.associations).toEqual({
      nodes: [],
      coverage: [{ clusterName: 'apps-dev', isKnown: true, failure: null, goneSince: expect.any(String) }],
    });
    pass(60);
    await run();
    pass(1);
    expect(await run()).toMatchObject({ blindClusters: 0, unreadable: 0, oldestScanSeconds: 60 });
    expect(await goneEntries()).toHaveLength(1);
  });

  test('a cluster that was made again is found, and what is created in it is known', async () => {
    await gateway.create();
    const [own] = gateway.simulator.control.associations();
    await runWithout();
    gateway.simulator.control.deleteAssociation(own?.associationId ?? '');
    gateway.simulator.control.addCluster(cluster);
    pass();
    expect(await run()).toMatchObject({ complete: 2, unreadable: 0 });
    expect((await ledger.getClusterScan(cluster))?.gone).toBeUndefined();
    expect((await gateway.create({ clientRequestToken: 'again' })).status).toBe('SUCCEEDED');
    pass();
    expect(await run()).toMatchObject({ driftFound: 0 });
    const { data } = await answered();
    expect(data?.associations).toMatchObject({ nodes: [{ serviceAccount: 'api' }], coverage: [{ goneSince: null }] });
  });

  const runExpiries = () =>
    expire(
      { ...gateway.deps, observations: ledger, approvals: ledger },
      defaultExpireSettings,
      'run',
      gateway.clock.now() + 60_000,
    );
  /** The cluster is gone and is made again, without its associations. */
  const makeAgain = () => {
    for (const { associationId } of gateway.simulator.control.associations())
      gateway.simulator.control.deleteAssociation(associationId);
    gateway.simulator.control.addCluster(cluster);
  };

  test.each<[string, () => Promise<void>]>([
    [
      'a rejected create',
      async () => {
        gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'access-denied' });
        expect((await gateway.create({ clientRequestToken: 'again' })).status).toBe('REFUSED');
      },
    ],
    [
      'a change of its expiry',
      async () => {
        const state = await ledger.getAssociationState(target);
        const change = { target, expiry: null, openOperations: [], endedOperationIds: [] };
        expect(await ledger.observeAssociation(state?.revision ?? 0, change, null)).toBe(true);
      },
    ],
  ])('a cluster that was made again has no drift, also after %s', async (_, write) => {
    const expiresAt = new Date(gateway.clock.now() + 90 * minutes).toISOString();
    await gateway.create({ expiresAt });
    await runWithout();
    makeAgain();
    await write();
    pass(20);
    expect(await run()).toMatchObject({ complete: 2, driftFound: 0, outside: 0 });
    expect((await ledger.getAssociationState(target))?.observed).toMatchObject({ origin: null, driftId: null });
  });

  test('drift of a cluster that was made again does not name the associations that ended with the former one', async () => {
    await gateway.create();
    await runWithout();
    makeAgain();
    pass();
    const created = await gateway.create({ serviceAccount: 'new', clientRequestToken: 'new' });
    gateway.simulator.control.deleteAssociation(created.association?.associationId ?? '');
    pass();
    const drift =
      '{ associationDrift(clusterName: "apps-dev") { nodes { kind lastEntry { target { serviceAccount } } } } }';
    expect((await gateway.send(drift, {}, 'pat')).data).toEqual({
      associationDrift: { nodes: [{ kind: 'DELETED', lastEntry: { target: { serviceAccount: 'new' } } }] },
    });
  });

  test('a cluster that was taken for gone, and is found with its associations, has them again without drift', async () => {
    await gateway.create();
    await runWithout();
    gateway.simulator.control.addCluster(cluster);
    pass(20);
    expect(await run()).toMatchObject({ complete: 2, driftFound: 0, observed: 1 });
    const { data } = await answered();
    expect(data?.associations.nodes).toEqual([{ serviceAccount: 'api' }]);
  });

  test.each([
    ['was drift is drift again', true],
    ['was not drift is not', false],
  ])('an association that %s in a cluster that was taken for gone', async (_, isDrift) => {
    const make = () =>
      gateway.simulator.control.createAssociation({ ...target, roleArn: roleArn('payments/payments-api') });
    if (isDrift) await run();
    make();
    pass();
    expect(await run()).toMatchObject({ driftFound: Number(isDrift) });
    expect((await runWithout()).at(-1)).toMatchObject({ clustersGone: 1 });
    gateway.simulator.control.addCluster(cluster);
    pass(20);
    expect(await run()).toMatchObject({ complete: 2, driftFound: Number(isDrift), outside: 1 });
    pass();
    expect(await run()).toMatchObject({ driftFound: 0, driftResolved: 0 });
  });

  test('AccessDenied never counts: not as a scan, not in between, and not from DescribeCluster', async () => {
    await gateway.create();
    pass();
    await run();
    remove();
    for (const more of [denying('page'), {}, denying('page'), {}, denying('describeCluster')]) {
      pass();
      expect(await run(more)).toMatchObject({ clustersGone: 0 });
    }
    pass();
    expect(await run()).toMatchObject({ clustersGone: 1 });
  });

  test('a cluster that is gone stays so while its list cannot be read', async () => {
    await gateway.create();
    await runWithout();
    const known = (await answered()).data;
    expect(known?.associations.coverage).toMatchObject([{ goneSince: expect.any(String) }]);
    pass(60);
    expect(await run(denying('page'))).toMatchObject({ clustersGone: 0, unreadable: 0 });
    expect((await answered()).data).toEqual(known);
    pass();
    expect(await run()).toMatchObject({ blindClusters: 0, clustersGone: 0 });
    gateway.simulator.control.addCluster(cluster);
    pass();
    await run();
    expect((await answered()).data?.associations.coverage).toMatchObject([{ goneSince: null }]);
  });

  test('clusters of an account of which none can be read are held', async () => {
    await gateway.create();
    gateway.simulator.control.deleteCluster({ ...home, clusterName: 'apps-prod' });
    const [, second] = await runWithout();
    expect(second).toMatchObject({ clustersGone: 0, clustersHeld: 1 });
    pass(18);
    expect(await run()).toMatchObject({ clustersGone: 0, blindClusters: 2 });
    const { data } = await answered();
    expect(data?.associations).toMatchObject({ nodes: [{}], coverage: [{ goneSince: null }] });
  });

  test('a cluster is held if the credentials are of another account than in the inventory', async () => {
    await gateway.create();
    const callerAccount = () => Promise.resolve({ kind: 'found', accountId: '999988887777' } as const);
    const eksFor: ScanPorts['eksFor'] = (one) => ({ ...gateway.deps.eksFor(one), callerAccount });
    const [, second] = await runWithout({ eksFor });
    expect(second).toMatchObject({ clustersGone: 0 });
    pass();
    expect(await run()).toMatchObject({ clustersGone: 1 });
  });

  test('an expiry waits until it is certain that its cluster is gone', async () => {
    const expiresAt = new Date(gateway.clock.now() + 15 * minutes).toISOString();
    await gateway.create({ expiresAt });
    const expiry = async () => (await ledger.getAssociationState(target))?.expiry;
    pass(10);
    await run();
    remove();
    pass(10);
    expect(await runExpiries()).toMatchObject({ open: 1, dropped: 0 });
    await run();
    expect(await runExpiries()).toMatchObject({ open: 1, dropped: 0 });
    expect(await expiry()).toMatchObject({ expiresAt });
    pass();
    await run();
    expect(await runExpiries()).toMatchObject({ open: 0, dropped: 1 });
    expect(await expiry()).toBeUndefined();
  });

  test('an expiry whose association ended with its cluster is not warned of', async () => {
    const expiresAt = new Date(gateway.clock.now() + 90 * minutes).toISOString();
    await gateway.create({ expiresAt });
    await runWithout();
    expect(await runExpiries()).toMatchObject({ warned: 0, waiting: 1 });
    gateway.simulator.control.addCluster(cluster);
    pass(20);
    await run();
    expect(await runExpiries()).toMatchObject({ warned: 1 });
  });
});
