import type { Association, AssociationSettings, AssociationTarget, Tag } from '../model/association.ts';
import type { OperationKind } from '../model/operation.ts';
import type { TagChange } from '../model/tags.ts';
import type { Expiry } from './association-expiry.ts';
import type { LatestVersion, Origin } from './association-version.ts';

/**
 * What is known of the association of one service account: what the gateway's operations confirmed,
 * what scans observed, and which operations may still act. EKS's `modifiedAt` is the version of an
 * association, not the time at which someone read it:
 * `docs/decisions/0005-association-state-and-history.md`.
 */
export interface AssociationState {
  readonly target: AssociationTarget;
  /** Increases by one with every write of the item, which conditions demand. Not public. */
  readonly revision: number;
  /**
   * How often the association changed or may have: outcomes of operations, and foreign changes that
   * scans found. The API calls it `revision`; it is stored as `changes`. Operations that begin, and
   * those that certainly did nothing, don't move it.
   */
  readonly publicRevision: number;
  /** When an operation last began or ended, in milliseconds since the epoch; null if none did. */
  readonly changedAt: number | null;
  /** What the latest outcome of an operation confirmed; null if there is none. */
  readonly confirmed: ConfirmedAssociation | null;
  /** What the last scan observed; null if none did. */
  readonly observed: ObservedState | null;
  /**
   * The operations that may act, or were closed before it was certain that they no longer can. By
   * id.
   */
  readonly openOperations: readonly OpenOperation[];
  /**
   * Keys of the idempotency records whose operation is in progress, in their order. Another version
   * of the gateway may have left one that is closed, or begun one that is missing: scans and the
   * reconciler repair that.
   */
  readonly recordsInProgress: readonly string[];
  /** The latest version in the history; null if it has none. */
  readonly latest: LatestVersion | null;
  /** When its association ends; absent if it does not end by itself. */
  readonly expiry?: Expiry;
  /** By the id of the operation; absent: none. */
  readonly uncertainTimes?: readonly UncertainTime[];
  /**
   * The tags that the last change of tags left, which `confirmed` and an older `observed` have in
   * place of their own. Absent: none did since the association was made or adopted.
   */
  readonly tags?: KnownTags;
}

/**
 * The tags of an association as a change of them left them. They are known apart from the version
 * of the association, because EKS's `modifiedAt` does not move with them: no read shows whether it
 * is older than the change.
 */
export interface KnownTags {
  readonly associationId: string;
  /** All tags, with those of the gateway and of AWS, sorted by key. */
  readonly tags: readonly Tag[];
  /** The operation that left them: another one means that they changed since. */
  readonly setBy: string;
  /** When its outcome was recorded. Milliseconds since the epoch. */
  readonly at: number;
  /** A read that begins at or before this may show older tags. Milliseconds since the epoch. */
  readonly shownFrom: number;
  /**
   * Until when the operation may still set its tags again: it was closed by an observation. Absent:
   * it can't any more. Milliseconds since the epoch.
   */
  readonly inDoubtUntil?: number;
  /**
   * The version of the association that it showed: of one that no scan and no other outcome showed,
   * nothing else in the state says that it was there. Absent: an earlier version of the gateway left
   * them.
   */
  readonly seen?: Pick<Association, 'createdAt' | 'modifiedAt'>;
}

/**
 * When an update may have been in force: it began, and its effect is known only by a read that
 * showed what was there later. Kept, because the answers as of these times say so.
 */
export interface UncertainTime {
  readonly operationId: string;
  readonly associationId: string;
  /** When the operation began. Milliseconds since the epoch. */
  readonly startedAt: number;
  /** `modifiedAt` of what was seen then: RFC 3339, UTC; null if the association was gone. */
  readonly modifiedAt: string | null;
  /** When its outcome was recorded. Milliseconds since the epoch. */
  readonly closedAt: number;
}

/** An association as an operation left it or, if it is deleted, as it was before. */
export interface ConfirmedAssociation {
  readonly association: Association;
  readonly isDeleted: boolean;
  /** The operation that confirmed it: it made this state, or adopted it. */
  readonly operationId: string;
  readonly operation: OperationKind;
  /**
   * The declaration whose operation confirmed it; null after an operation without one, and where no
   * outcome of an operation confirmed it: then the association is not only the declaration's.
   */
  readonly declaration: string | null;
}

/** A version of an association that was seen at EKS, or that it was gone. */
export interface Sight {
  readonly associationId: string;
  /** RFC 3339, UTC: that of the association, also of one that is gone. */
  readonly modifiedAt: string;
  readonly isGone: boolean;
}

/** An operation that explains the state of an association in EKS. */
export interface OpenOperation {
  readonly operationId: string;
  readonly operation: OperationKind;
  /** Key of its idempotency record. Absent where another version of the gateway began it. */
  readonly recordKey?: string;
  /**
   * The association whose tags it changes. Absent for other operations, and where another version of
   * the gateway began it.
   */
  readonly associationId?: string;
  /**
   * The settings that it names: all of a create, those that an update changes, none of a delete.
   */
  readonly requested: Partial<AssociationSettings>;
  /** What a change of tags does, by key; absent for other operations. */
  readonly tags?: readonly TagChange[];
  /** Until when it can take effect. Milliseconds since the epoch. */
  readonly inDoubtUntil: number;
  /**
   * When an outcome was recorded that an observation proved, not an answer of EKS; null while it is
   * open. Milliseconds since the epoch.
   */
  readonly closedAt: number | null;
  /** What was seen when its outcome could not be determined; null if nothing was. */
  readonly saw: Sight | null;
}

/** What a scan observed. */
export interface ObservedState {
  /** When the last read began that showed it. Milliseconds since the epoch. */
  readonly at: number;
  /** The revision that the scan wrote: another one means that an operation has written since. */
  readonly revision: number;
  /** The latest version that any scan or operation saw; null if none saw an association. */
  readonly sight: Sight | null;
  /** Null if the association is gone. */
  readonly origin: Origin | null;
  /** The association; null if it is the confirmed one, or gone. */
  readonly association: Association | null;
  /**
   * The operation that had left the tags that were known when the scan wrote, which are older than
   * those of `association` whatever the clocks of both showed. Absent: none were known.
   */
  readonly tagsSetBy?: string;
  /** Id of the drift that the trail records; null if there is none. */
  readonly driftId: string | null;
  /**
   * Set on the absence of an association that is drift if it is there: a read can refute an absence,
   * and without a confirmed association nothing else tells.
   */
  readonly wasDrift?: true;
}
