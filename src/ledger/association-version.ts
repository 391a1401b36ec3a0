import type { Association, AssociationTarget, Tag } from '../model/association.ts';

/** What the state has of the latest version in the history, besides the association itself. */
export interface LatestVersion {
  /** Null if it says that the association is gone. */
  readonly origin: VersionOrigin | null;
  /**
   * When it was first seen: when its outcome was recorded, or when the read of a scan began.
   * Milliseconds since the epoch.
   */
  readonly seenAt: number;
  /**
   * When the service account was last seen otherwise before; null if that is not known.
   * Milliseconds since the epoch.
   */
  readonly seenOtherwiseAt: number | null;
}

/**
 * A version of the association of a service account, from when it is known on. Written once, with
 * the outcome or the observation that shows it, and never changed: when it was replaced, the next
 * version tells. See `docs/decisions/0005-association-state-and-history.md`.
 */
export interface AssociationVersion extends LatestVersion {
  readonly target: AssociationTarget;
  /** Null: there was none any more. */
  readonly association: Association | null;
  /**
   * The association that is gone, as it was known last. Set exactly where `association` is null.
   */
  readonly deleted?: DeletedAssociation;
  /** The operation that made or adopted this version; null if a scan found it. */
  readonly operationId: string | null;
  /** The declaration whose operation made or adopted this version; null without one. */
  readonly declaration: string | null;
  /**
   * Set if a scan read it although it names an operation: of several versions with the same
   * `modifiedAt`, this was the last one. Also of an end with the cluster, which names its entry.
   */
  readonly isRead?: true;
  /**
   * Set on a create that an observation concluded, which comes first among those of its
   * `modifiedAt`: others may have adopted it, or changed its tags, before its outcome was recorded.
   */
  readonly isFoundLater?: true;
  /**
   * The operation that changed the tags alone; absent: none did. Origin, operation and declaration
   * are then those of the version before, as they were known when it began.
   */
  readonly tagsSetBy?: string;
  /** The tags that this operation changed, as they were before. Set exactly where `tagsSetBy` is. */
  readonly tagsBefore?: readonly Tag[];
}

/** What a version says of an association that is gone. */
export type DeletedAssociation = Pick<Association, 'associationId' | 'createdAt' | 'modifiedAt'>;

/**
 * Who made the state of an association: an operation of the gateway, an EKS add-on, or someone
 * else.
 */
export type Origin = 'OPERATION' | 'ADD_ON' | 'OUTSIDE';

/** As {@link Origin}, and whether the operation made a version or adopted what others had made. */
export type VersionOrigin = Origin | 'ADOPTED';
