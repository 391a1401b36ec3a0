import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { observeServiceAccount } from '../../src/observations/observe-service-account.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import type { ScanPorts } from '../../src/observations/scan.ts';
import { maxScanMs } from '../../src/observations/sights.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { lockOperations } from '../support/locks.ts';

const target = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' };
const minutes = 60_000;
/** How long a run of the function may take: serverless.yml, and what its handler keeps back. */
const lambdaMs = 115_000;

let gateway: Gateway;
let observations: ObservationStore;
openForEachTest((opened) => ({ gateway, ledger: observations } = opened));

const makeDirectly = (serviceAccount: string, fields: object = {}) =>
  gateway.simulator.control.createAssociation({
    clusterName: 'apps-dev',
    namespace: 'payments',
    serviceAccount,
    roleArn: roleArn('payments/payments-api'),
    ...fields,
  });

/** One run, which does not wait for its rate limit. */
const run = (more: Partial<ScanPorts> = {}, settings: object = {}, ms = 50_000) => {
  const wait = () => Promise.resolve();
  return scan(
    { ...gateway.deps, observations, wait, ...more },
    { ...defaultScanSettings, ...settings },
    gateway.clock.now() + ms,
  );
};
const stateOf = (serviceAccount: string) => observations.getAssociationState({ ...target, serviceAccount });
const describes = () => gateway.simulator.control.requests('DescribePodIdentityAssociation').length;

test('a scan tells associations of the gateway, of add-ons and of others apart', async () => {
  await gateway.create();
  makeDirectly('foreign');
  const ownerArn = `arn:aws:eks:${home.region}:${home.accountId}:addon/apps-dev/vpc-cni/0123`;
  makeDirectly('add-on', { ownerArn });
  expect(await run()).toMatchObject({ complete: 2, incomplete: 0, unreadable: 0, observed: 3, outside: 1, waiting: 0 });
  expect(await stateOf('api')).toMatchObject({ observed: { origin: 'OPERATION', association: null } });
  expect(await stateOf('foreign')).toMatchObject({
    observed: { origin: 'OUTSIDE', association: { serviceAccount: 'foreign' } },
  });
  expect(await stateOf('add-on')).toMatchObject({ observed: { origin: 'ADD_ON' } });
});

test('a scan reads again what an operation changed, and what it read longer ago than the maximum age', async () => {
  await gateway.create();
  makeDirectly('foreign');
  await run();
  gateway.simulator.control.clearRequests();
  gateway.clock.skip(11 * minutes);
  expect(await run()).toMatchObject({ complete: 2, observed: 0 });
  expect(describes()).toBe(0);
  const [own] = gateway.simulator.control.associations();
  await gateway.update({ associationId: own?.associationId, disableSessionTags: true, clientRequestToken: 'second' });
  gateway.simulator.control.clearRequests();
  gateway.clock.skip(11 * minutes);
  expect(await run()).toMatchObject({ observed: 1, outside: 0 });
  gateway.clock.skip(25 * 60 * minutes);
  expect(await run()).toMatchObject({ observed: 2, outside: 1 });
});

test('a scan finds a change and a deletion that were made outside, and says so until an operation replaces the change', async () => {
  await gateway.create();
  const [own] = gateway.simulator.control.associations();
  const associationId = own?.associationId ?? '';
  await run();
  gateway.simulator.control.updateAssociation(associationId, { roleArn: roleArn('payments/payments-worker') });
  gateway.clock.skip(25 * 60 * minutes);
  expect(await run()).toMatchObject({ outside: 1 });
  await gateway.update({ associationId, disableSessionTags: true, clientRequestToken: 'second' });
  gateway.clock.skip(11 * minutes);
  expect(await run()).toMatchObject({ observed: 1, outside: 0 });
  gateway.simulator.control.deleteAssociation(associationId);
  gateway.clock.skip(11 * minutes);
  expect(await run()).toMatchObject({ observed: 1, outside: 1 });
  expect(await stateOf('api')).toMatchObject({ observed: { origin: 'OUTSIDE', sight: { isGone: true } } });
  gateway.clock.skip(11 * minutes);
  expect(await run()).toMatchObject({ observed: 0 });
});

test('a scan whose time is over continues with the next run, and reads nothing twice', async () => {
  for (let index = 0; index < 20; index++) makeDirectly(`worker-${index}`);
  // Each read takes two seconds.
  const eksFor: ScanPorts['eksFor'] = (cluster) => {
    const eks = gateway.deps.eksFor(cluster);
    return { ...eks, describe: (...call) => (gateway.clock.skip(2_000), eks.describe(...call)) };
  };
  let observed = 0;
  let runs = 0;
  for (let complete = 0; complete < 2 && runs < 10; runs++) {
    const result = await run({ eksFor }, {}, 30_000);
    observed += result.observed;
    complete += result.complete;
  }
  expect({ observed, describes: describes(), isSeveral: runs > 1 }).toEqual({
    observed: 20,
    describes: 20,
    isSeveral: true,
  });
});

test('a deletion outside is found within ten minutes, also if the scan that would find it is killed', async () => {
  await gateway.create();
  gateway.clock.skip(2 * minutes);
  await run({}, {}, lambdaMs);
  gateway.simulator.control.deleteAssociation(gateway.simulator.control.associations()[0]?.associationId ?? '');
  const deletedAt = gateway.clock.now();
  const killed = () => Promise.reject(new LedgerUnavailable(new Error('killed')));
  const eksFor: ScanPorts['eksFor'] = (cluster) => ({ ...gateway.deps.eksFor(cluster), page: killed });
  let kills = 0;
  for (let found = 0; found === 0;) {
    gateway.clock.skip(1 * minutes);
    const result = await run(kills === 0 ? { eksFor } : {}, {}, lambdaMs).catch(() => null);
    kills += result === null ? 1 : 0;
    found += result?.driftFound ?? 0;
  }
  expect(kills).toBe(1);
  expect(gateway.clock.now() - deletedAt).toBeLessThanOrEqual(10 * minutes);
});

test('a run keeps its lease as long as it can take, by every permitted clock', async () => {
  // The clock also runs: the rest is less than the error of clocks, and more than a run takes.
  const ahead = lambdaMs + gateway.deps.times.clockErrorMs - 9_000;
  const meanwhile: ReturnType<typeof run>[] = [];
  const eksFor: ScanPorts['eksFor'] = (cluster) => {
    const eks = gateway.deps.eksFor(cluster);
    const page: typeof eks.page = async (...call) => {
      if (meanwhile.length === 0)
        meanwhile.push(run({ clock: () => gateway.clock.now() + ahead }, {}, ahead + lambdaMs));
      await Promise.all(meanwhile);
      return eks.page(...call);
    };
    return { ...eks, page };
  };
  const directory = { clusters: [{ ...home, clusterName: 'apps-dev' }] };
  expect(await run({ eksFor, directory }, {}, lambdaMs)).toMatchObject({ complete: 1 });
  expect(await meanwhile[0]).toMatchObject({ leased: 2, complete: 0 });
});

test.each([
  ['ends when no clock shows a time before the deadline of its run', lambdaMs, Infinity],
  ['is no longer than a scan may take, whatever the deadline', 60 * minutes, maxScanMs],
])('the lease of a cluster %s', async (_, ms, most) => {
  const leases: number[] = [];
  const lasts = Math.min(ms + gateway.deps.times.clockErrorMs, most);
  const eksFor: ScanPorts['eksFor'] = (cluster) => {
    const eks = gateway.deps.eksFor(cluster);
    const page: typeof eks.page = async (...call) => {
      for (const { leaseUntil } of await observations.clusterScans()) leases.push(leaseUntil - gateway.clock.now());
      return eks.page(...call);
    };
    return { ...eks, page };
  };
  await run({ eksFor, directory: { clusters: [{ ...home, clusterName: 'apps-dev' }] } }, {}, ms);
  expect(leases).toHaveLength(1);
  expect(leases[0]).toBeLessThanOrEqual(lasts);
  expect(leases[0]).toBeGreaterThan(lasts - 8_000);
});

test('a cluster that another version of the gateway scans is left to it until the end of its lease', async () => {
  const now = gateway.clock.now();
  const cluster = { ...home, clusterName: 'apps-dev' };
  const leased = { cluster, fence: 1, leaseUntil: now + 1 * minutes, startedAt: now, incompleteSince: now };
  const never = { endedAt: null, completedAt: null, firstCompletedAt: null, failure: null };
  await observations.putClusterScan(0, { ...leased, ...never });
  const directory = { clusters: [cluster] };
  expect(await run({ directory })).toMatchObject({ leased: 1, complete: 0 });
  gateway.clock.skip(1 * minutes);
  expect(await run({ directory })).toMatchObject({ leased: 0, complete: 1 });
});

test('a scan of a cluster in which nothing changed is one write, which keeps the item where it is in its index', async () => {
  makeDirectly('foreign');
  const directory = { clusters: [{ ...home, clusterName: 'apps-dev' }] };
  await run({ directory });
  const [before] = await observations.clusterScans();
  gateway.clock.skip(11 * minutes);
  const writes: number[] = [];
  const putClusterScan: ObservationStore['putClusterScan'] = (fence, next) => {
    writes.push(next.leaseUntil);
    return observations.putClusterScan(fence, next);
  };
  const counted = { ...observations, putClusterScan };
  expect(await run({ directory, observations: counted })).toMatchObject({ complete: 1, observed: 0 });
  expect(writes).toEqual([before?.leaseUntil]);
  expect(await observations.clusterScans()).toMatchObject([{ fence: (before?.fence ?? 0) + 1, failure: null }]);
  // With something to read, the lease is taken first.
  makeDirectly('another');
  gateway.clock.skip(11 * minutes);
  expect(await run({ directory, observations: counted })).toMatchObject({ complete: 1, observed: 1 });
  expect(writes).toHaveLength(3);
});

test('a run that lists a cluster while another one scans it writes nothing', async () => {
  const directory = { clusters: [{ ...home, clusterName: 'apps-dev' }] };
  await run({ directory });
  gateway.clock.skip(11 * minutes);
  for (const isQuiet of [true, false]) {
    if (!isQuiet) makeDirectly('foreign');
    const eksFor: ScanPorts['eksFor'] = (cluster) => {
      const eks = gateway.deps.eksFor(cluster);
      const page: typeof eks.page = async (...call) => {
        const answer = await eks.page(...call);
        const [scan] = await observations.clusterScans();
        if (!scan) throw new Error('The cluster was not scanned.');
        await observations.putClusterScan(scan.fence, { ...scan, fence: scan.fence + 1 });
        return answer;
      };
      return { ...eks, page };
    };
    const [before] = await observations.clusterScans();
    expect(await run({ directory, eksFor })).toMatchObject({ observed: 0 });
    expect(await observations.clusterScans()).toEqual([{ ...before, fence: (before?.fence ?? 0) + 1 }]);
  }
  expect(await stateOf('foreign')).toBeNull();
});

test('the time of the first complete scan of a cluster stays the same', async () => {
  // By cluster: the list has them in the order of their scans.
  const firstScans = async () => {
    const scans = await observations.clusterScans();
    return scans.map(({ cluster, firstCompletedAt }) => [cluster.clusterName, firstCompletedAt] as const).sort();
  };
  await run({}, {}, 1_000);
  expect(await firstScans()).toEqual([]);
  await run();
  const first = await firstScans();
  expect(first.map(([, time]) => time)).toEqual([expect.any(Number), expect.any(Number)]);
  gateway.clock.skip(11 * minutes);
  await run();
  expect(await firstScans()).toEqual(first);
});

test('one run at a time scans a cluster, and a run that lost its lease does not record how it ended', async () => {
  makeDirectly('foreign');
  const runs = await Promise.all([run(), run(), run()]);
  expect(runs.reduce((sum, { complete }) => sum + complete, 0)).toBe(2);
  const [first] = await observations.clusterScans();
  if (!first) throw new Error('unreachable');
  expect(await observations.putClusterScan(first.fence - 1 || 9, { ...first, fence: 7 })).toBe(false);
});

test('the cluster that was scanned the longest time ago is scanned first, and the others wait', async () => {
  const [one, two] = ['apps-prod', 'apps-dev'].map((clusterName) => ({ ...home, clusterName }));
  if (!one || !two) throw new Error('unreachable');
  await run({ directory: { clusters: [two] } });
  gateway.clock.skip(1 * minutes);
  await run({ directory: { clusters: [one] } });
  gateway.clock.skip(20 * minutes);
  const order: string[] = [];
  const eksFor: ScanPorts['eksFor'] = (cluster) => {
    order.push(cluster.clusterName);
    return gateway.deps.eksFor(cluster);
  };
  expect(await run({ directory: { clusters: [one, two] }, eksFor })).toMatchObject({
    complete: 2,
    oldestScanSeconds: 21 * 60,
  });
  expect(order).toEqual(['apps-dev', 'apps-prod']);
  gateway.clock.skip(20 * minutes);
  expect(await run({}, {}, 1_000)).toMatchObject({ complete: 0, waiting: 2 });
});

test('a cluster that cannot be read is recorded with the reason, and is tried again after the interval', async () => {
  gateway.simulator.control.deleteCluster({ ...home, clusterName: 'apps-prod' });
  expect(await run()).toMatchObject({ complete: 1, unreadable: 1 });
  const scans = await observations.clusterScans();
  expect(scans.find(({ cluster }) => cluster.clusterName === 'apps-prod')).toMatchObject({
    completedAt: null,
    failure: { exception: 'ResourceNotFoundException' },
  });
  expect(await run()).toMatchObject({ complete: 0, unreadable: 0 });
  gateway.clock.skip(11 * minutes);
  expect(await run()).toMatchObject({ complete: 1, unreadable: 1 });
});

test('a cluster counts as blind if no scan read it completely for three intervals, also if none ever did', async () => {
  const blind = async () => {
    const { blindClusters, oldestScanSeconds } = await run({}, { intervalMs: 10 * minutes });
    return { blindClusters, oldestScanSeconds };
  };
  const pass = (count: number) => gateway.clock.skip(count * minutes + 1);
  gateway.simulator.control.deleteCluster({ ...home, clusterName: 'apps-prod' });
  expect(await blind()).toEqual({ blindClusters: 0, oldestScanSeconds: 0 });
  for (const _ of [1, 2]) {
    pass(10);
    expect(await blind()).toMatchObject({ blindClusters: 0 });
  }
  pass(10);
  expect(await blind()).toEqual({ blindClusters: 1, oldestScanSeconds: 30 * 60 });
  gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied', times: 20 });
  for (const _ of [1, 2]) {
    pass(10);
    expect(await blind()).toMatchObject({ blindClusters: 1 });
  }
  pass(10);
  expect(await blind()).toMatchObject({ blindClusters: 2 });
});

test('a cluster of which operators have locked reads is neither blind nor the oldest scan', async () => {
  const { clusterName } = { clusterName: 'apps-prod' };
  gateway.simulator.control.deleteCluster({ ...home, clusterName });
  await run();
  await lockOperations(gateway.deps.ledger).lock({ kind: 'CLUSTER', ...home, clusterName }, 'Removed.', {
    stopsReads: true,
  });
  gateway.clock.skip(60 * minutes);
  await run();
  gateway.clock.skip(1 * minutes);
  expect(await run()).toMatchObject({ blindClusters: 0, oldestScanSeconds: 60 });
});

test('a cluster whose scan fails for another reason does not keep others from being scanned', async () => {
  const eksFor: ScanPorts['eksFor'] = (cluster) => {
    if (cluster.clusterName === 'apps-dev') throw new Error('No client.');
    return gateway.deps.eksFor(cluster);
  };
  expect(await run({ eksFor })).toMatchObject({ complete: 1, unreadable: 1 });
});

test('reads of one account and region keep their rate limit', async () => {
  for (let index = 0; index < 12; index++) makeDirectly(`worker-${index}`);
  let waited = 0;
  const wait = (ms: number) => {
    waited += ms;
    gateway.clock.skip(ms);
    return Promise.resolve();
  };
  // 12 describes and 2 lists, at most 5 a second.
  await run(
    {
      wait,
      directory: {
        clusters: [
          { ...home, clusterName: 'apps-dev' },
          { ...home, clusterName: 'apps-prod' },
        ],
      },
    },
    { readsPerSecond: 5 },
  );
  expect(waited).toBeGreaterThan(1_000);
});

/** The most reads that began within any one second. */
function mostInASecond(reads: readonly number[]): number {
  return Math.max(...reads.map((at) => reads.filter((other) => other >= at && other < at + 1_000).length));
}

test('overlapping runs, and those that follow each other, keep one rate limit of an account and region together, by every permitted clock', async () => {
  const clusterNames = ['apps-dev', 'apps-prod'];
  for (const clusterName of clusterNames) for (let at = 0; at < 19; at++) makeDirectly(`api-${at}`, { clusterName });
  const reads: number[] = [];
  const eksFor: ScanPorts['eksFor'] = (cluster) => {
    const eks = gateway.deps.eksFor(cluster);
    const counted = <Result>(result: Promise<Result>) => (reads.push(performance.now()), result);
    return {
      ...eks,
      page: (...call) => counted(eks.page(...call)),
      describe: (...call) => counted(eks.describe(...call)),
    };
  };
  const runOf = (clusterName: string, aheadMs = 0) => {
    const clock = () => Date.now() + aheadMs;
    const deps = { ...gateway.deps, observations, eksFor, clock, directory: { clusters: [{ ...home, clusterName }] } };
    return scan(deps, { ...defaultScanSettings, readsPerSecond: 20 }, clock() + lambdaMs);
  };
  const [dev = '', prod = ''] = clusterNames;
  const { clockErrorMs } = gateway.deps.times;
  const overlapping = await Promise.all([runOf(dev), runOf(prod, clockErrorMs)]);
  const [first] = overlapping;
  expect(overlapping.map(({ complete, leased }) => complete + leased)).toEqual([1, 1]);
  const followed = first.complete === 1 ? prod : dev;
  expect(await runOf(followed, followed === dev ? 0 : clockErrorMs)).toMatchObject({ complete: 1 });
  expect(reads).toHaveLength(40);
  expect(mostInASecond(reads)).toBeLessThanOrEqual(20);
});

test('a killed run keeps the reads of its account and region until its deadline, by every permitted clock, and no longer', async () => {
  const killed: ScanPorts['eksFor'] = (cluster) => ({
    ...gateway.deps.eksFor(cluster),
    page: () => Promise.reject(new LedgerUnavailable(new Error('killed'))),
  });
  const of = (clusterName: string) => ({ clusters: [{ ...home, clusterName }] });
  const [dev, prod] = [of('apps-dev'), of('apps-prod')];
  await expect(run({ eksFor: killed, directory: dev }, {}, lambdaMs)).rejects.toThrow(LedgerUnavailable);
  // The clock also runs: the rest is less than the error of clocks, and more than a run takes.
  gateway.clock.skip(lambdaMs + gateway.deps.times.clockErrorMs - 9_000);
  expect(await run({ directory: prod })).toMatchObject({ leased: 1, complete: 0 });
  gateway.clock.skip(9_000);
  expect(await run({ directory: prod })).toMatchObject({ leased: 0, complete: 1 });
});

test('locks on changes do not stop a scan', async () => {
  makeDirectly('foreign');
  await lockOperations(gateway.deps.ledger).lock({ kind: 'ALL' });
  expect(await run()).toMatchObject({ observed: 1, complete: 2 });
});

test.each([
  ['of everything', { kind: 'ALL' } as const, { locked: 2, complete: 0 }],
  ['of a cluster', { kind: 'CLUSTER', ...home, clusterName: 'apps-prod' } as const, { locked: 1, complete: 1 }],
  ['of a principal', { kind: 'PRINCIPAL', principalId: 'scan' } as const, { locked: 0, complete: 2 }],
])('a lock of reads %s stops the scan of the clusters in its scope, until it is lifted', async (_, scope, expected) => {
  const locks = lockOperations(gateway.deps.ledger);
  await locks.lock(scope, 'The account is under investigation.', { stopsReads: true });
  gateway.simulator.control.clearRequests();
  expect(await run()).toMatchObject(expected);
  const named = gateway.simulator.control.requests().map(({ cluster }) => cluster?.clusterName);
  expect(new Set(named).size).toBe(expected.complete);
  await locks.lift(scope);
  expect(await run()).toMatchObject({ locked: 0, complete: expected.locked });
});

test('an association that is gone says nothing of one that replaced it', async () => {
  const replaced = makeDirectly('api').associationId;
  gateway.simulator.control.deleteAssociation(replaced);
  await gateway.create();
  gateway.clock.skip(11 * minutes);
  const deps = { ...gateway.deps, observations };
  const knownRevision = (await stateOf('api'))?.revision ?? 0;
  const scanLease = { completedAt: null };
  const listed = { target, associationId: replaced, listedAt: gateway.clock.now(), knownRevision, scan: scanLease };
  const eks = gateway.deps.eksFor(target);
  expect(await observeServiceAccount(deps, eks, listed, gateway.clock.now() + minutes)).toEqual({ kind: 'undecided' });
});
