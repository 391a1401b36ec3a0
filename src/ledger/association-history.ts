import type { Association, AssociationTarget, ClusterRef } from '../model/association.ts';
import { operationTraits } from '../model/operation.ts';
import type { AssociationState, ConfirmedAssociation, ObservedState, OpenOperation } from './association-state.ts';
import type { StateReader } from './state-store.ts';
import type { AssociationVersion, DeletedAssociation, LatestVersion } from './association-version.ts';
import type { ClusterScan } from './cluster-scan.ts';

/** The version that an outcome confirms. */
export function confirmedVersion(
  target: AssociationTarget,
  { association, isDeleted, operationId, operation, declaration }: ConfirmedAssociation,
  times: Pick<AssociationVersion, 'seenAt' | 'seenOtherwiseAt'>,
): AssociationVersion {
  if (isDeleted) return deletedVersion(target, association, { operationId, declaration, ...times });
  const { origin } = operationTraits[operation];
  return { target, association, origin, operationId, declaration, ...times };
}

/** The version that says that an association is gone. */
export function deletedVersion(
  target: AssociationTarget,
  { associationId, createdAt, modifiedAt }: DeletedAssociation,
  seen: Pick<AssociationVersion, 'operationId' | 'declaration' | 'seenAt' | 'seenOtherwiseAt'>,
): AssociationVersion {
  return { target, association: null, deleted: { associationId, createdAt, modifiedAt }, origin: null, ...seen };
}

/** The association of the latest version of a state; null without one. */
export function latestAssociation({ latest, observed, confirmed }: AssociationState): Association | null {
  if (!latest?.origin) return null;
  return (isFromOutside(latest) ? observed?.association : confirmed?.association) ?? null;
}

/**
 * An outcome that has the same `modifiedAt` as the confirmed one, until a scan has read which was
 * the last; null: there is none.
 */
export function tiedOperation({ confirmed, openOperations }: AssociationState): OpenOperation | null {
  if (confirmed === null || confirmed.isDeleted) return null;
  const { associationId, modifiedAt } = confirmed.association;
  const isTied = ({ saw, tags }: OpenOperation) =>
    // What a change of tags left is not told apart by `modifiedAt`, nor by who made the version.
    tags === undefined &&
    saw !== null &&
    !saw.isGone &&
    saw.associationId === associationId &&
    saw.modifiedAt === modifiedAt;
  return openOperations.find(isTied) ?? null;
}

/** Whether a version is one that no operation made or adopted. */
export function isFromOutside(version: LatestVersion | null | undefined): boolean {
  return version?.origin === 'OUTSIDE' || version?.origin === 'ADD_ON';
}

/**
 * When the latest version of a state was last seen, in milliseconds since the epoch; null without
 * one.
 */
export function lastSeenAt(state: AssociationState): number | null {
  return state.latest && Math.max(state.latest.seenAt, lastReadAt(state) ?? 0);
}

/**
 * When a scan last read the latest version of a state, or an earlier one, in milliseconds since the
 * epoch; null if none did.
 */
export function lastReadAt({ latest, observed }: AssociationState): number | null {
  if (latest === null || observed === null) return null;
  return isLatestShown(latest, observed) ? observed.at : null;
}

function isLatestShown(latest: LatestVersion, { sight, origin, association }: ObservedState): boolean {
  if (latest.origin === null) return sight?.isGone === true;
  // What an open operation explains comes after the latest version, and has none yet.
  return isFromOutside(latest) ? origin !== 'OPERATION' : association === null;
}

/**
 * Where to begin and end in the order of `placeOf`: texts, the first inclusive, the second
 * exclusive.
 */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/** Service accounts of a range, in order. */
export interface FoundTargets {
  readonly targets: readonly AssociationTarget[];
  /** Whether no others follow in the range. */
  readonly isComplete: boolean;
}

/**
 * What requests read of the states and the history. The methods throw as those of the ledger do.
 * Lists are eventually consistent.
 */
export interface AssociationReads extends StateReader {
  /** The service accounts of a cluster that have a state, up to `limit`. */
  targetsInCluster(cluster: ClusterRef, range: KeyRange, limit: number): Promise<FoundTargets>;

  /**
   * The service accounts of which any version has this role or target role, without duplicates.
   * Examines up to `limit` versions by each.
   */
  targetsWithRole(roleArn: string, range: KeyRange, limit: number): Promise<FoundTargets>;

  /** The states of up to 100 service accounts, in this order; null for one without. */
  getAssociationStates(targets: readonly AssociationTarget[]): Promise<(AssociationState | null)[]>;

  /**
   * The service accounts of a cluster whose state names one of up to 100 associations as the last
   * one. Reads the states of the whole cluster.
   */
  targetsOfAssociations(cluster: ClusterRef, associationIds: readonly string[]): Promise<AssociationTarget[]>;

  /**
   * Up to `limit` versions of a service account: before a place (exclusive), the last one first, or
   * from one on (inclusive), in order.
   */
  readVersions(target: AssociationTarget, range: VersionRange, limit: number): Promise<AssociationVersion[]>;

  /**
   * The progress of the scans of up to 100 clusters, in this order; null for one that was never
   * scanned.
   */
  getClusterScans(clusters: readonly ClusterRef[]): Promise<(ClusterScan | null)[]>;
}

/** A side of a place in the order of `versionPlaceOf`. */
type VersionRange = { readonly before: string } | { readonly from: string };
