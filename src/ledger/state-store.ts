import type { Association, AssociationTarget, ClusterRef } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Expiry } from './association-expiry.ts';
import type {
  AssociationState,
  KnownTags,
  UncertainTime,
  ConfirmedAssociation,
  Sight,
  OpenOperation,
  ObservedState,
} from './association-state.ts';
import type { AssociationVersion } from './association-version.ts';

/** A write of the state of one service account. What it does not name stays as it is. */
export interface StateChange {
  readonly target: AssociationTarget;
  readonly changedAt?: number;
  /** In a commit, it replaces only what `isReplacedBy` permits. */
  readonly confirmed?: ConfirmedAssociation;
  readonly observed?: ObservedState;
  /** Added to the history, in the same transaction. */
  readonly version?: AssociationVersion;
  /** Whether a later version is known: then the state keeps that one as the latest. */
  readonly isLate?: boolean;
  /** Added to the uncertain times. */
  readonly uncertainTime?: UncertainTime;
  /**
   * What remains of an update if the confirmed version has the `modifiedAt` of its own: it is not
   * known which came last.
   */
  readonly tie?: OpenOperation;
  /** The version that must be the confirmed one; absent: any. */
  readonly tiedTo?: Sight;
  /** Added, or replaced by id. */
  readonly openOperations: readonly OpenOperation[];
  /** Removed. */
  readonly endedOperationIds: readonly string[];
  /** Key of a record whose operation begins, or ends: at most one of the two. Absent: none. */
  readonly begunRecord?: string;
  readonly endedRecord?: string;
  /** Whether the association changed or may have: then `changes` increases. Absent: it did not. */
  readonly isChange?: boolean;
  /**
   * Replaces the expiry; null: there is none any more. In a commit, an association that is not the
   * confirmed one keeps no expiry.
   */
  readonly expiry?: Expiry | null;
  /**
   * The association whose expiry a commit replaces also where a later version of it is confirmed;
   * absent: none.
   */
  readonly expiryOf?: string;
  /**
   * Replaces the known tags; null: there are none any more. Absent: they stay. In a commit, an
   * adoption or update removes only those that every read shows that begins with it.
   */
  readonly tags?: KnownTags | null;
  /** When the adoption or update began whose association takes the place of known tags; absent without one. */
  readonly tagsReadFrom?: number;
}

/**
 * What a commit demands of the state of its service account, besides that no operation but the one
 * that it ends is in progress.
 */
export interface StateDemand {
  /** The public `revision` that the service account must have; null: any. */
  readonly publicRevision: number | null;
  /** The version of the association that must be confirmed; null: any. */
  readonly confirmed: Pick<Association, 'associationId' | 'modifiedAt'> | null;
  /** The operation that must have set the expiry; null: there must be none. Absent: any. */
  readonly expirySetBy?: string | null;
  /** The tags that must be known; absent: any. */
  readonly tags?: TagsDemand;
}

/** What a change of tags demands of the known tags. */
export interface TagsDemand {
  /** The operation that must have left them; null: there must be none. */
  readonly setBy: string | null;
  /** When the demanding operation began: none may be in doubt then. Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** A commit that the state of its service account does not permit. Nothing was written. */
export interface StateMismatch {
  readonly kind: 'state-mismatch';
  /** That of the stored state. */
  readonly publicRevision: number;
  /** Whether another operation on the service account is in progress. */
  readonly isBusy: boolean;
  /** Set if the expiry is another one than the commit demands. */
  readonly hasOtherExpiry?: true;
}

/** What a list of the states of a cluster has of each. */
export interface StateSummary {
  readonly target: AssociationTarget;
  readonly revision: number;
  /** The revision that the last scan wrote, and when its read began; null if none wrote. */
  readonly scannedRevision: number | null;
  readonly scannedAt: number | null;
  /** Whether there was an association when the state was written last. */
  readonly isPresent: boolean;
  /** The id of the association that was seen or confirmed last; null if none was. */
  readonly associationId: string | null;
  /** As in the state. */
  readonly recordsInProgress: readonly string[];
}

/** How the state of one service account is read. Throws as the methods of the ledger do. */
export interface StateReader {
  /**
   * What is known of the association of a service account; null if nothing is. Strongly consistent.
   */
  getAssociationState(target: AssociationTarget): Promise<AssociationState | null>;
}

/** How what was observed of one service account is written, beside commits of the ledger. */
export interface StateObserver extends StateReader {
  /**
   * Changes the state of a service account if it has this revision (0: none is stored), and appends
   * an entry, in one transaction. False if it has another: nothing was written.
   */
  observeAssociation(revision: number, change: StateChange, entry: AuditEntry | null): Promise<boolean>;
}

/**
 * The states, as scans of EKS read and write them. The methods throw as those of the ledger do,
 * which writes the states with its commits.
 */
export interface AssociationStates extends StateObserver {
  /** The states of a cluster, without those of another format version. Eventually consistent. */
  statesOfCluster(cluster: ClusterRef): Promise<StateSummary[]>;
}
