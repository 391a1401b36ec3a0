import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import type {
  AssociationState,
  AssociationStates,
  AssociationVersion,
  ConfirmedAssociation,
  LatestVersion,
} from './association-state.ts';
import type { ClusterScan } from './cluster-scan.ts';

/** The version that an outcome confirms. */
export function confirmedVersion(
  target: AssociationTarget,
  { association, isDeleted, operationId, operation, declaration }: ConfirmedAssociation,
  times: Pick<AssociationVersion, 'seenAt' | 'seenOtherwiseAt'>,
): AssociationVersion {
  const origin = operation === 'ADOPT_POD_IDENTITY_ASSOCIATION' ? 'ADOPTED' : 'OPERATION';
  return {
    target,
    association: isDeleted ? null : association,
    origin: isDeleted ? null : origin,
    operationId,
    declaration,
    ...times,
  };
}

/** Whether a version is one that no operation made or adopted. */
export function isFromOutside(version: LatestVersion | null | undefined): boolean {
  return version?.origin === 'OUTSIDE' || version?.origin === 'ADD_ON';
}

/** When the latest version of a state was last seen, in milliseconds since the epoch; null without one. */
export function lastSeenAt({ latest, observed }: AssociationState): number | null {
  if (latest === null) return null;
  const isSeen =
    observed !== null &&
    (latest.origin === null ? observed.sight?.isGone === true : isFromOutside(latest) || observed.association === null);
  return isSeen ? Math.max(latest.seenAt, observed.at) : latest.seenAt;
}

/** Where to begin and end in the order of `placeOf`: texts, the first inclusive, the second exclusive. */
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

/** What requests read of the states and the history. The methods throw as those of the ledger do. Lists are eventually consistent. */
export interface AssociationReads extends Pick<AssociationStates, 'getAssociationState'> {
  /** The service accounts of a cluster that have a state, up to `limit`. */
  targetsInCluster(cluster: ClusterRef, range: KeyRange, limit: number): Promise<FoundTargets>;

  /** The service accounts of which any version has this role or target role, without duplicates. Examines up to `limit` versions by each. */
  targetsWithRole(roleArn: string, range: KeyRange, limit: number): Promise<FoundTargets>;

  /** The states of up to 100 service accounts, in this order; null for one without. */
  getAssociationStates(targets: readonly AssociationTarget[]): Promise<(AssociationState | null)[]>;

  /** The service accounts of a cluster whose state names one of up to 100 associations as the last one. Reads the states of the whole cluster. */
  targetsOfAssociations(cluster: ClusterRef, associationIds: readonly string[]): Promise<AssociationTarget[]>;

  /** The last version that was seen at or before a time (milliseconds since the epoch), and the first one after it. */
  versionsAround(target: AssociationTarget, at: number): Promise<VersionsAround>;

  /** The progress of the scans of up to 100 clusters, in this order; null for one that was never scanned. */
  getClusterScans(clusters: readonly ClusterRef[]): Promise<(ClusterScan | null)[]>;
}

/** Two neighbours in the history of a service account. */
export interface VersionsAround {
  readonly last: AssociationVersion | null;
  readonly next: AssociationVersion | null;
}
