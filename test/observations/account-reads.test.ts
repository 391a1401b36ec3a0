import { ulid } from 'ulid';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { EksFor } from '../../src/eks/eks.ts';
import type { ClusterRef } from '../../src/model/association.ts';
import { makeAccountReads } from '../../src/observations/account-reads.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';

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

test('a run whose put was repeated waits, since it can not know whose lease it replaced', async () => {
  const putAccountReads: typeof store.putAccountReads = async (...call) => {
    await store.putAccountReads(...call);
    return store.putAccountReads(...call);
  };
  const run = openRun({ putAccountReads });
  expect(await run.begin(one)).not.toBeNull();
  expect(run.waits).toEqual([1_000]);
});
