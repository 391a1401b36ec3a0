import type { ClusterScan } from '../../src/ledger/cluster-scan.ts';
import { dueClusters } from '../../src/observations/due-clusters.ts';

const settings = { intervalMs: 10_000, maxAgeMs: 600_000 };
const now = 1_000_000;
const failure = { exception: 'AccessDeniedException', message: 'No.' };

/** A cluster with its last scan: by default it ended completely a second after it began. */
function known(clusterName: string, startedAt: number, fields: Partial<ClusterScan> = {}) {
  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName };
  const times = { leaseUntil: 0, startedAt, endedAt: startedAt + 1_000, completedAt: startedAt, firstCompletedAt: 0 };
  return { cluster, last: { cluster, fence: 1, ...times, incompleteSince: null, failure: null, ...fields } };
}
/** A cluster whose last scan was cut off. */
const cutOff = (name: string, startedAt: number, fields: Partial<ClusterScan> = {}) =>
  known(name, startedAt, { completedAt: null, incompleteSince: startedAt, ...fields });
const order = (clusters: Parameters<typeof dueClusters>[0]) =>
  dueClusters(clusters, now, settings).map(({ cluster }) => cluster.clusterName);

test('scans that were cut off come before clusters that are scanned again', () => {
  const first = { cluster: known('never', 0).cluster, last: null };
  const clusters = [
    known('older', now - 60_000),
    known('old', now - 50_000),
    cutOff('cut-off', now - 20_000),
    cutOff('cut-off-earlier', now - 30_000, { completedAt: now - 90_000 }),
    first,
  ];
  expect(order(clusters)).toEqual(['never', 'cut-off-earlier', 'cut-off', 'older', 'old']);
});

test('a cluster that failed has no precedence, and waits for the interval', () => {
  const failed = (name: string, at: number) => cutOff(name, at, { failure });
  expect(order([known('old', now - 60_000), failed('failed', now - 40_000), failed('recently', now - 5_000)])).toEqual([
    'old',
    'failed',
  ]);
});

test('a scan that does not end within the maximum age of reads does not keep others waiting', () => {
  const endless = cutOff('endless', now - 20_000, { incompleteSince: now - settings.maxAgeMs });
  expect(order([endless, known('old', now - 60_000)])).toEqual(['old', 'endless']);
});

test('a cluster whose first scan was killed is due at once, and a complete one after the interval', () => {
  const killed = cutOff('killed', now - 100, { endedAt: null });
  const due = known('due', now - settings.intervalMs);
  expect(order([due, known('recent', now - settings.intervalMs + 1), killed])).toEqual(['killed', 'due']);
});
