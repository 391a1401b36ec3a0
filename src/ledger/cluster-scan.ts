import type { ClusterRef } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Expiries } from './association-expiry.ts';
import type { AssociationStates } from './state-store.ts';
import type { StateRepairs } from './state-repair.ts';

/** How far the scans of one cluster are. Plain JSON; times are milliseconds since the epoch. */
export interface ClusterScan {
  readonly cluster: ClusterRef;
  /**
   * Fencing token: increases by one with every lease. Only the scanner with the current fence can
   * write.
   */
  readonly fence: number;
  /** End of the lease: from then on, another run can scan the cluster. */
  readonly leaseUntil: number;
  /** When the last scan began, and when it ended; null while the first one runs. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** When the last scan began that read everything that was due; null if none did. */
  readonly completedAt: number | null;
  /**
   * When the first such scan began: what was in the cluster before is not known; null if none did.
   */
  readonly firstCompletedAt: number | null;
  /**
   * When the first scan began since the last one that read everything; null if that was the last
   * one. Older items never have it.
   */
  readonly incompleteSince: number | null;
  /**
   * Why the last scan could not read everything; null if it could, or if its time was over. Texts
   * are those of `EksError`.
   */
  readonly failure: { readonly exception: string; readonly message: string } | null;
  /**
   * How many associations EKS listed, and when the scan began that listed them; absent if none did,
   * and in older items.
   */
  readonly listed?: { readonly associations: number; readonly at: number };
  /** Set while EKS does not find a cluster that was completely scanned before; absent otherwise. */
  readonly missing?: MissingCluster;
  /** Set once it is certain that EKS does not have the cluster any more; absent otherwise. */
  readonly gone?: GoneCluster;
}

/** What is known of a cluster that EKS does not find. Times are milliseconds since the epoch. */
export interface MissingCluster {
  /** When the first of the scans in a row began that did not find it, and when the last one did. */
  readonly since: number;
  readonly latestAt: number;
  /** Whether DescribeCluster did not find it either, in the last scan. */
  readonly isUnknownToEks: boolean;
  /** The account of the scan's credentials by AWS STS, in the last scan; null if not known. */
  readonly callerAccountId: string | null;
}

/** A cluster that is gone. */
export interface GoneCluster {
  /** That of its entry `CLUSTER_GONE`, which the versions of its associations name. */
  readonly operationId: string;
  /** When the scan began after which it was certain. Milliseconds since the epoch. */
  readonly at: number;
  /** Set once nothing is left of its associations and their drift; absent before. */
  readonly isEnded?: true;
}

/**
 * The lease of an account and region, which share a quota of EKS: one run at a time scans their
 * clusters.
 */
export interface AccountReads {
  readonly accountId: string;
  readonly region: string;
  readonly runId: string;
  /** From then on, another run can have it. Milliseconds since the epoch. */
  readonly leaseUntil: number;
}

/**
 * What became of a put of such a lease: written over the previous one, or not, because another run
 * has it.
 */
type PutAccountReads =
  | { readonly kind: 'written'; readonly previous: Pick<AccountReads, 'runId' | 'leaseUntil'> | null }
  | { readonly kind: 'leased' };

/** What adoptions and dry runs of creates read of scans. */
export interface ClusterScanReads {
  /** The progress in a cluster; null if it was never scanned. Strongly consistent. */
  getClusterScan(cluster: ClusterRef): Promise<ClusterScan | null>;
}

/** The leases of accounts and regions. The method throws as those of the ledger do. */
export interface AccountLeases {
  /**
   * Replaces the lease of an account and region if it is of the same run, or ended at `now` or
   * before.
   */
  putAccountReads(next: AccountReads, now: number): Promise<PutAccountReads>;
}

/** The progress of scans. The methods throw as those of the ledger do. */
interface ClusterScans extends AccountLeases {
  /**
   * The progress in every cluster that was scanned, without items of another format version.
   * Eventually consistent.
   */
  clusterScans(): Promise<ClusterScan[]>;

  /**
   * Replaces the progress of a cluster if the stored one has this fence (0: none is stored), and
   * appends an entry, in one transaction; null: none. False if it has another: nothing was written.
   */
  putClusterScan(fence: number, next: ClusterScan, entry?: AuditEntry | null): Promise<boolean>;
}

/**
 * What scans store, and the expiries that `expire` examines: a port of its own, in the same store as
 * the ledger, so that functions that only change associations do not contain it. Both stores pass
 * the same contract tests.
 */
export type ObservationStore = AssociationStates & StateRepairs & ClusterScans & Expiries;
