import type { AssociationSummary, Eks, EksError } from '../eks/eks.ts';
import type { AssociationStates, StateSummary } from '../ledger/state-store.ts';
import type { ClusterScan } from '../ledger/cluster-scan.ts';
import { repairClosed } from '../idempotency/repair.ts';
import type { RepairPorts } from '../idempotency/repair.ts';
import { UnsupportedFormat } from '../ledger/format.ts';
import type { OperationRecords } from '../ledger/ledger.ts';
import type { StateRepairs } from '../ledger/state-repair.ts';
import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import { scanner } from './drift-event.ts';
import type { ScanLease } from './drift-event.ts';
import { observeServiceAccount } from './observe-service-account.ts';
import type { Listed, ObservationPorts } from './observe-service-account.ts';

/** What one scan of a cluster did. */
export interface ClusterScanResult {
  /** Associations in the list of EKS; null if it was not read to its end. */
  listed: number | null;
  /** Service accounts whose state was written. */
  observed: number;
  /**
   * Of these, associations that no operation and no add-on explains, and those that were deleted
   * outside.
   */
  outside: number;
  /** Differences that are new since the last scan, and those that ended: one entry each. */
  driftFound: number;
  driftResolved: number;
  /**
   * Service accounts whose read was older than what is known, or that changed meanwhile: the next
   * scan reads them.
   */
  undecided: number;
  /** Whether everything that was due was read. */
  isComplete: boolean;
  /** Why it was not, if a read failed. */
  failure: EksError | null;
  /** Service accounts that have an association, as far as was known before. */
  present: number;
  /** Whether EKS has the cluster: its list was read, or not found. */
  presence: 'listed' | 'missing' | 'unknown';
}

/** The result of a scan that read nothing. */
export const nothingScanned: ClusterScanResult = {
  listed: null,
  observed: 0,
  outside: 0,
  driftFound: 0,
  driftResolved: 0,
  undecided: 0,
  isComplete: false,
  failure: null,
  present: 0,
  presence: 'unknown',
};

/** What a scan of a cluster works with. */
export interface ClusterScanPorts extends ObservationPorts, RepairPorts {
  readonly ledger: OperationRecords;
  readonly observations: AssociationStates & StateRepairs;
}

/** How a cluster is scanned. Times are milliseconds since the epoch. */
interface ScanBounds {
  /**
   * After this time, an association is read again although nothing tells that it changed.
   * Milliseconds.
   */
  readonly maxAgeMs: number;
  readonly deadline: number;
  readonly lease: {
    readonly scan: ScanLease & Pick<ClusterScan, 'fence'>;
    /** Called before anything is written: once the list shows what is due. */
    take(): Promise<boolean>;
  };
}

/**
 * After so many failed reads in a row, the cluster waits for the next run: each can take seconds to
 * fail.
 */
const maxFailures = 3;

/** How many associations are read at the same time. The rate limit of the account comes on top. */
const concurrency = 4;

/** How long one read may take. Milliseconds. */
const readMs = 10_000;

/** How long one repair may take: less, so that reads leave time for it. Milliseconds. */
const repairMs = 5_000;

/**
 * Lists a cluster and reads what is new, changed by an operation since, gone from the list, or was
 * read longer ago than `maxAgeMs`. A scan whose time is over continues with the next one: what it
 * read is no longer due. Then repairs what is in progress, also where EKS can't be read. Null if
 * another run has scanned the cluster meanwhile: nothing was written. Throws `LedgerUnavailable`.
 */
export async function scanCluster(
  ports: ClusterScanPorts,
  eks: Pick<Eks, 'page' | 'describe'>,
  cluster: ClusterRef,
  bounds: ScanBounds,
): Promise<ClusterScanResult | null> {
  const states = await ports.observations.statesOfCluster(cluster);
  const result = await observeCluster(ports, eks, cluster, states, bounds);
  const { deadline, lease } = bounds;
  const inProgress = states.filter(({ recordsInProgress }) => recordsInProgress.length > 0);
  if (result === null || (inProgress.length > 0 && !(await lease.take()))) return null;
  for (const state of inProgress) {
    if (ports.clock() > deadline - repairMs) break;
    await repairClosed(ports, state, { id: scanner.id, fence: lease.scan.fence });
  }
  return result;
}

async function observeCluster(
  ports: ClusterScanPorts,
  eks: Pick<Eks, 'page' | 'describe'>,
  cluster: ClusterRef,
  states: readonly StateSummary[],
  { maxAgeMs, deadline, lease }: ScanBounds,
): Promise<ClusterScanResult | null> {
  const result = { ...nothingScanned, present: states.filter(({ isPresent }) => isPresent).length };
  const known = new Map(states.map((state) => [keyOf(state.target), state]));
  const listedAt = ports.clock();
  const listed = await listAll(eks, deadline);
  if (listed.kind === 'cluster-not-found') return { ...result, failure: listed.error, presence: 'missing' };
  if (listed.kind === 'failed') return { ...result, failure: listed.error };
  result.listed = listed.summaries.length;
  result.presence = 'listed';

  const due = dueIn(cluster, listed.summaries, known, { listedAt, maxAgeMs, scan: lease.scan });
  if (due.length > 0 && !(await lease.take())) return null;
  let failures = 0;
  let read = 0;
  const queue = due.values();
  const worker = async () => {
    for (const one of queue) {
      if (failures >= maxFailures || ports.clock() > deadline - readMs) return;
      const seen = await observeSupported(ports, eks, one, Math.min(deadline, ports.clock() + readMs));
      failures = seen.kind === 'failed' ? failures + 1 : 0;
      if (seen.kind === 'failed') {
        result.failure = seen.error;
        continue;
      }
      read += 1;
      result[seen.kind] += 1;
      if (seen.kind === 'undecided') continue;
      if (seen.origin === 'OUTSIDE') result.outside += 1;
      if (seen.drift === 'DRIFT_FOUND') result.driftFound += 1;
      if (seen.drift === 'DRIFT_RESOLVED') result.driftResolved += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { ...result, isComplete: read === due.length };
}

/** One that another version of the gateway wrote is left to that version. */
async function observeSupported(
  ...call: Parameters<typeof observeServiceAccount>
): ReturnType<typeof observeServiceAccount> {
  try {
    return await observeServiceAccount(...call);
  } catch (error) {
    if (error instanceof UnsupportedFormat) return { kind: 'undecided' };
    throw error;
  }
}

/** All pages of the list. A list that ends early would prove that associations do not exist. */
async function listAll(eks: Pick<Eks, 'page'>, deadline: number) {
  const summaries: AssociationSummary[] = [];
  const tokens = new Set<string>();
  for (let nextToken: string | null = null; ; tokens.add(nextToken)) {
    const page = await eks.page({ namespace: null, serviceAccount: null, nextToken }, { deadline });
    if (page.kind === 'cluster-not-found') return page;
    if (page.kind !== 'page') return { kind: 'failed', error: page.error } as const;
    summaries.push(...page.summaries);
    if (page.nextToken === null) return { kind: 'listed', summaries } as const;
    nextToken = page.nextToken;
    if (tokens.has(nextToken)) return { kind: 'failed', error: endless } as const;
  }
}

const endless: EksError = { exception: 'EndlessList', message: 'The list of EKS repeats a page.', requestId: null };

/** What a scan has to decide: what is gone, then what it has to read, the longest unread first. */
function dueIn(
  cluster: ClusterRef,
  summaries: readonly AssociationSummary[],
  known: ReadonlyMap<string, StateSummary>,
  { listedAt, maxAgeMs, scan }: Pick<ScanBounds, 'maxAgeMs'> & { readonly listedAt: number; readonly scan: ScanLease },
): Listed[] {
  const isDue = (state: StateSummary | undefined, associationId: string) =>
    state?.scannedAt === undefined ||
    state.scannedAt === null ||
    state.scannedRevision !== state.revision ||
    state.associationId !== associationId ||
    !state.isPresent ||
    state.scannedAt <= listedAt - maxAgeMs;
  const names = new Set(summaries.map(keyOf));
  const present = summaries
    .map((summary) => ({ summary, state: known.get(keyOf(summary)) }))
    .filter(({ summary, state }) => isDue(state, summary.associationId))
    .sort((one, other) => (one.state?.scannedAt ?? 0) - (other.state?.scannedAt ?? 0));
  const absent = [...known.values()].filter(
    ({ target, isPresent, scannedRevision, revision }) =>
      !names.has(keyOf(target)) && (isPresent || scannedRevision !== revision),
  );
  // What is gone from the list costs no read.
  return [
    ...absent.map(({ target, revision }) => ({ target, associationId: null, listedAt, knownRevision: revision, scan })),
    ...present.map(({ summary, state }) => ({
      target: targetOf(cluster, summary),
      associationId: summary.associationId,
      listedAt,
      knownRevision: state?.revision ?? 0,
      scan,
    })),
  ];
}

function targetOf({ accountId, region, clusterName }: ClusterRef, { namespace, serviceAccount }: AssociationSummary) {
  return { accountId, region, clusterName, namespace, serviceAccount };
}

function keyOf({ namespace, serviceAccount }: Pick<AssociationTarget, 'namespace' | 'serviceAccount'>): string {
  return `${namespace}/${serviceAccount}`;
}
