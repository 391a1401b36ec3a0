import { EKSClient, TagResourceCommand } from '@aws-sdk/client-eks';
import { ulid } from 'ulid';
import type { EksFor } from '../../src/eks/eks.ts';
import { predecessorOf } from '../../src/events/predecessor.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { ClusterRef } from '../../src/model/association.ts';
import { makeAccountReads } from '../../src/observations/account-reads.ts';
import { observeChange } from '../../src/observations/observe-change.ts';
import { scanCluster } from '../../src/observations/scan-cluster.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { openForEachTest, openLedgerForEachTest } from '../support/each-test.ts';
import { home, input, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

describe('events of drift', () => {
  const place = { clusterName: 'apps-dev', namespace: 'payments' };
  const worker = roleArn('payments/payments-worker');
  const minutes = 60_000;

  let gateway: Gateway;
  let ledger: Ledger & ObservationStore & AssociationReads;
  openForEachTest((opened) => ({ gateway, ledger } = opened));

  const makeOutside = (serviceAccount: string) =>
    gateway.simulator.control.createAssociation({ ...place, serviceAccount, roleArn: worker });

  /** A run after everything is due again. */
  async function scanAll() {
    gateway.clock.skip(25 * 60 * minutes);
    const wait = () => Promise.resolve();
    return scan({ ...gateway.deps, observations: ledger, wait }, defaultScanSettings, gateway.clock.now() + 50_000);
  }

  /** The entries of drift of the namespace, oldest first. */
  async function driftEntries() {
    const partition = { kind: 'namespace', ...home, ...place } as const;
    const events = ['DRIFT_FOUND', 'DRIFT_RESOLVED'] as const;
    const page = await ledger.readTrail({ ...noFilters, partition, events, limit: 100, before: null });
    return page.entries.toReversed();
  }

  /** The fields that the only association with drift differs in, as the query by scans names them. */
  async function driftingFields() {
    const document = '{ associationDrift(clusterName: "apps-dev", source: SCAN) { nodes { differences { field } } } }';
    interface Drifting {
      readonly associationDrift: { readonly nodes: readonly { readonly differences: readonly { field: string }[] }[] };
    }
    const { data } = await gateway.send<Drifting>(document, {}, 'pat');
    return data?.associationDrift.nodes[0]?.differences.map(({ field }) => field);
  }

  /** An association of the gateway, after a scan. */
  async function createdAndScanned() {
    await gateway.create();
    await scanAll();
    return gateway.simulator.control.associations()[0]?.associationId ?? '';
  }

  test('a change outside is recorded once, with what differs, and again when it changes further', async () => {
    const associationId = await createdAndScanned();
    gateway.simulator.control.updateAssociation(associationId, { roleArn: worker });
    expect(await scanAll()).toMatchObject({ outside: 1, driftFound: 1, driftResolved: 0 });
    expect(await scanAll()).toMatchObject({ outside: 1, driftFound: 0 });
    const [found, ...others] = await driftEntries();
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      event: 'DRIFT_FOUND',
      operation: 'OBSERVE_ASSOCIATION',
      principal: { id: 'pod-identity-gateway/scan' },
      target: { ...home, ...place, serviceAccount: 'api' },
      before: { associationId, roleArn: roleArn('payments/payments-api') },
      message: `The association was changed outside of the gateway: roleArn is ${worker} instead of ${roleArn('payments/payments-api')}.`,
    });
    gateway.simulator.control.updateAssociation(associationId, { disableSessionTags: true });
    expect(await scanAll()).toMatchObject({ driftFound: 1 });
    const [, again] = await driftEntries();
    expect(again).toMatchObject({ event: 'DRIFT_FOUND', operationId: found?.operationId });
  });

  test('drift is resolved by an adoption, and its entry belongs to that which found it', async () => {
    const associationId = await createdAndScanned();
    gateway.simulator.control.updateAssociation(associationId, { roleArn: worker });
    await scanAll();
    await gateway.adopt({ associationId });
    expect(await scanAll()).toMatchObject({ driftFound: 0, driftResolved: 1 });
    expect(await scanAll()).toMatchObject({ driftResolved: 0 });
    const [found, resolved] = await driftEntries();
    expect(resolved).toMatchObject({
      event: 'DRIFT_RESOLVED',
      operationId: found?.operationId,
      message: 'The association is as the last operation recorded it.',
    });
  });

  test('an association that was deleted outside is drift until it is recorded as deleted or created again', async () => {
    const associationId = await createdAndScanned();
    gateway.simulator.control.deleteAssociation(associationId);
    expect(await scanAll()).toMatchObject({ driftFound: 1 });
    expect(await driftEntries()).toMatchObject([{ message: 'The association was deleted outside of the gateway.' }]);
    await gateway.create({ clientRequestToken: 'again' });
    expect(await scanAll()).toMatchObject({ driftFound: 0, driftResolved: 1 });
  });

  test('drift of an association that others created after the last one was deleted ends with it', async () => {
    const associationId = await createdAndScanned();
    await gateway.remove({ associationId });
    await scanAll();
    const outside = makeOutside('api');
    expect(await scanAll()).toMatchObject({ driftFound: 1 });
    gateway.simulator.control.deleteAssociation(outside.associationId);
    expect(await scanAll()).toMatchObject({ driftFound: 0, driftResolved: 1 });
  });

  test('what exists before the first scan of its cluster is no drift, and what appears later is, until it is gone', async () => {
    makeOutside('before');
    expect(await scanAll()).toMatchObject({ outside: 1, driftFound: 0 });
    const later = makeOutside('later');
    expect(await scanAll()).toMatchObject({ outside: 2, driftFound: 1 });
    expect(await driftEntries()).toMatchObject([
      {
        event: 'DRIFT_FOUND',
        target: { serviceAccount: 'later' },
        before: null,
        message: `The association was created outside of the gateway, with the role ${worker}.`,
      },
    ]);
    for (const { associationId } of gateway.simulator.control.associations()) {
      gateway.simulator.control.deleteAssociation(associationId);
    }
    expect(await scanAll()).toMatchObject({ driftFound: 0, driftResolved: 1 });
    const [, resolved] = await driftEntries();
    expect(resolved).toMatchObject({
      associationArn: later.associationArn,
      message: 'The association is gone, and no operation recorded it.',
    });
  });

  test('drift stays although a scan that began before the first complete one of its cluster reads the association again', async () => {
    const apps = { ...home, clusterName: place.clusterName };
    await scanAll();
    makeOutside('api');
    expect(await scanAll()).toMatchObject({ driftFound: 1 });
    const lease = { scan: { fence: 1, completedAt: null }, take: () => Promise.resolve(true) };
    const bounds = { maxAgeMs: -1, deadline: gateway.clock.now() + minutes, lease };
    const observations = { ...gateway.deps, observations: ledger };
    const scanned = await scanCluster(observations, gateway.deps.eksFor(apps), apps, bounds);
    expect(scanned).toMatchObject({ outside: 1, driftFound: 0, driftResolved: 0 });
  });

  test.each([
    ['was drift is drift again', true],
    ['was not drift is not', false],
  ])('an association that %s once a read refutes its absence, which a wrong clock recorded', async (_, isDrift) => {
    const apps = { ...home, clusterName: place.clusterName };
    if (isDrift) await scanAll();
    makeOutside('api');
    expect(await scanAll()).toMatchObject({ driftFound: Number(isDrift) });
    gateway.clock.skip(10 * minutes);
    const lease = { scan: { fence: 1, completedAt: gateway.clock.now() }, take: () => Promise.resolve(true) };
    const bounds = { maxAgeMs: -1, deadline: gateway.clock.now() + minutes, lease };
    const eks = gateway.deps.eksFor(apps);
    const lagging = { ...eks, page: () => Promise.resolve({ kind: 'page', summaries: [], nextToken: null } as const) };
    for (const driftResolved of [Number(isDrift), 0])
      expect(await scanCluster({ ...gateway.deps, observations: ledger }, lagging, apps, bounds)).toMatchObject({
        driftResolved,
      });
    expect(await scanAll()).toMatchObject({ driftFound: Number(isDrift) });
    expect(await scanAll()).toMatchObject({ driftFound: 0, driftResolved: 0 });
  });

  test('a finding names what others changed, and not what an operation in doubt set', async () => {
    const associationId = await createdAndScanned();
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-after' });
    const update = await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'update' });
    expect(update.status).toBe('IN_PROGRESS');
    gateway.simulator.control.updateAssociation(associationId, { disableSessionTags: true });
    const change = { cluster: { ...home, clusterName: place.clusterName }, associationId, changedAt: null };
    await observeChange({ ...gateway.deps, observations: ledger }, change, gateway.clock.now() + minutes);
    expect(await driftEntries()).toMatchObject([
      { message: 'The association was changed outside of the gateway: disableSessionTags is true instead of false.' },
    ]);
    const [state] = await ledger.getAssociationStates([{ ...home, ...place, serviceAccount: 'api' }]);
    expect(state?.openOperations).toHaveLength(1);
    expect(await driftingFields()).toEqual(['disableSessionTags']);
  });

  test('a finding names the fields that an operation in doubt set alike after others had changed them', async () => {
    const associationId = await createdAndScanned();
    gateway.simulator.control.updateAssociation(associationId, { roleArn: worker });
    await scanAll();
    gateway.simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
    const update = await gateway.update({ associationId, roleArn: worker, clientRequestToken: 'update' });
    expect(update.status).toBe('IN_PROGRESS');
    expect(await driftingFields()).toEqual(['roleArn']);
  });

  test('the entries of a drift keep their order by fence where the scan that resolves it has a slower clock', async () => {
    const associationId = await createdAndScanned();
    gateway.simulator.control.updateAssociation(associationId, { roleArn: worker });
    await scanAll();
    await gateway.adopt({ associationId });
    const cluster = { ...home, clusterName: place.clusterName };
    const change = { cluster, associationId, changedAt: null };
    const clock = () => gateway.clock.now() - 29_000;
    const deps = { ...gateway.deps, observations: ledger, clock, ulid };
    const observed = await observeChange(deps, change, clock() + minutes);
    expect(observed).toMatchObject({ drift: 'DRIFT_RESOLVED' });
    const entries = await driftEntries();
    const [found, resolved] = ['DRIFT_FOUND', 'DRIFT_RESOLVED'].map((event) =>
      entries.find((one) => one.event === event),
    );
    if (!found || !resolved) throw new Error('unreachable');
    expect(resolved.entryId < found.entryId).toBe(true);
    expect(await predecessorOf(ledger, resolved)).toBe(found.entryId);
    expect(await predecessorOf(ledger, found)).toBeNull();
  });

  test('a tag that is changed outside is drift, although EKS keeps the time of the modification', async () => {
    await createdAndScanned();
    const { associationArn } = gateway.simulator.control.associations()[0] ?? {};
    const eks = new EKSClient({
      endpoint: gateway.simulator.url,
      region: home.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const tag = (team: string) => eks.send(new TagResourceCommand({ resourceArn: associationArn, tags: { team } }));
    await tag('other');
    await scanAll();
    const [found] = await driftEntries();
    expect(found?.message).toMatch(/^The association was changed outside of the gateway: .*tags\.team is other\b/);
    await tag('third');
    expect(await scanAll()).toMatchObject({ driftFound: 1 });
    eks.destroy();
  });
});

describe('reads of accounts', () => {
  const [one, two] = ['apps', 'batch'].map((clusterName) => ({
    ...{ accountId: '111122223333', region: 'eu-central-1', clusterName },
  })) as [ClusterRef, ClusterRef];
  const minute = 60_000;
  const clock = { now: Date.UTC(2026, 10, 24, 12) };
  let store: ObservationStore;
  openLedgerForEachTest(({ ledger }) => (store = ledger));

  /** The reads of a run of both clusters, and how long it waited. */
  function openRun(observations: Pick<ObservationStore, 'putAccountReads'> = store) {
    const waits: number[] = [];
    const wait = (ms: number) => Promise.resolve(void waits.push(ms));
    const eksFor: EksFor = () => {
      throw new Error('EKS is not read.');
    };
    const deps = { observations, ulid, times: defaultTimes, eksFor, clock: () => clock.now, wait };
    const reads = makeAccountReads(deps, [one, two], { readsPerSecond: 5, deadline: clock.now + minute });
    return { ...reads, waits };
  }

  test('a run keeps the reads of an account and region until its last cluster there', async () => {
    const run = openRun();
    expect(await run.begin(one)).not.toBeNull();
    await run.end(one);
    expect(await openRun().begin(one)).toBeNull();
    await run.end(two);
    expect(await openRun().begin(one)).not.toBeNull();
  });

  test('a run waits only for reads of others within the last second, by every permitted clock', async () => {
    const runs = [openRun(), openRun()] as const;
    for (const run of runs) await run.begin(one);
    for (const cluster of [one, two]) await runs[0].end(cluster);
    clock.now += minute;
    // Without the lease, it ends none.
    for (const cluster of [one, two]) await runs[1].end(cluster);
    const later = openRun();
    await later.begin(one);
    for (const cluster of [one, two]) await later.end(cluster);
    const next = openRun();
    await next.begin(one);
    expect([...runs, later, next].map(({ waits }) => waits)).toEqual([[], [], [], [1_000]]);
  });

  test('a run whose put was repeated waits, since it cannot know whose lease it replaced', async () => {
    const putAccountReads: typeof store.putAccountReads = async (...call) => {
      await store.putAccountReads(...call);
      return store.putAccountReads(...call);
    };
    const run = openRun({ putAccountReads });
    expect(await run.begin(one)).not.toBeNull();
    expect(run.waits).toEqual([1_000]);
  });
});

describeOnLedger('a scan of an association with a forged ownership tag on $name', ({ open }) => {
  let gateway: Gateway;
  let ledger: Ledger;
  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  test.each([
    ['an empty value', ''],
    ['a value that is not an operation id', 'lock-01KASA3V5T0000000000000001'],
  ])('completes, and finds a change outside: %s', async (_, value) => {
    const { clusterName, namespace, serviceAccount, roleArn } = input;
    const tags = { 'pod-identity-gateway/operation': value };
    gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn, tags });
    gateway.clock.skip(60_000);
    const { deps, clock } = gateway;
    const observations = ledger as Ledger & ObservationStore;
    const result = await scan({ ...deps, observations }, defaultScanSettings, clock.now() + 60_000);
    expect(result).toMatchObject({ unreadable: 0, incomplete: 0, outside: 1 });
  });
});
