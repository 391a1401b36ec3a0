/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const FleetPage: GatewayDocument<FleetPageQuery, FleetPageQueryVariables> = "fragment FleetRow on ObservedAssociation{accountId region clusterName namespace serviceAccount roleArn targetRoleArn associationId origin operationId declaration seenOtherwiseBefore firstSeenAt observedAt seenOtherwiseAfter expiresAt}query FleetPage($filter:AssociationFilter$asOf:DateTime$first:Int$after:String){associations(filter:$filter asOf:$asOf first:$first after:$after){nodes{...FleetRow}coverage{accountId region clusterName isKnown firstScannedAt scannedAt failure goneSince}pageInfo{hasNextPage endCursor}}}";
export const FleetSearch: GatewayDocument<FleetSearchQuery, FleetSearchQueryVariables> = "fragment FleetRow on ObservedAssociation{accountId region clusterName namespace serviceAccount roleArn targetRoleArn associationId origin operationId declaration seenOtherwiseBefore firstSeenAt observedAt seenOtherwiseAfter expiresAt}query FleetSearch($filter:AssociationFilter$asOf:DateTime$after:String){associations(filter:$filter asOf:$asOf first:200 after:$after){nodes{...FleetRow}pageInfo{hasNextPage endCursor}}}";
export const FleetAssociation: GatewayDocument<FleetAssociationQuery, FleetAssociationQueryVariables> = "fragment FleetRow on ObservedAssociation{accountId region clusterName namespace serviceAccount roleArn targetRoleArn associationId origin operationId declaration seenOtherwiseBefore firstSeenAt observedAt seenOtherwiseAfter expiresAt}query FleetAssociation($filter:AssociationFilter!$asOf:DateTime){associations(filter:$filter asOf:$asOf first:1){nodes{...FleetRow associationArn tags{key value}createdAt modifiedAt ownerArn disableSessionTags externalId policy viewerMay{update delete}}coverage{clusterName isKnown firstScannedAt scannedAt failure goneSince}}}";
export const FleetOperation: GatewayDocument<FleetOperationQuery, FleetOperationQueryVariables> = "query FleetOperation($id:ID!){operation(id:$id){kind startedAt entries{event reason onBehalfOf principal{principalId}}}}";
export const FleetDrift: GatewayDocument<FleetDriftQuery, FleetDriftQueryVariables> = "query FleetDrift($clusterName:String!$accountId:String!$region:String!$namespace:String!$source:DriftSource!$after:String){associationDrift(clusterName:$clusterName accountId:$accountId region:$region namespace:$namespace source:$source first:200 after:$after){nodes{kind associationArn differences{field requested existing}observedAt driftId}pageInfo{hasNextPage endCursor}}}";
/** Which associations to return: those that match all fields. Null means the same as an omitted field. */
export type AssociationFilter = {
  /** Account of the cluster. */
  readonly accountId?: string | null | undefined;
  /** Name of the cluster. */
  readonly clusterName?: string | null | undefined;
  /** The declaration that made the state of the association, or adopted it. */
  readonly declaration?: string | null | undefined;
  /** Kubernetes namespace. */
  readonly namespace?: string | null | undefined;
  /** Who made the state of the association. */
  readonly origin?: AssociationOrigin | null | undefined;
  /** Region of the cluster. */
  readonly region?: string | null | undefined;
  /** ARN of an IAM role: associations with this role or target role. */
  readonly roleArn?: string | null | undefined;
  /**
   * Name of an IAM role in any account: associations with such a role or target role. With its path, such as `pods/payments/payments-api` (`/payments-api`:
   * without a path), it is found by index in the accounts of the inventory, and only there; without a slash, any path matches.
   */
  readonly roleName?: string | null | undefined;
  /** Kubernetes service account. */
  readonly serviceAccount?: string | null | undefined;
};

/** Who made the state of an association. Values may be added. */
export type AssociationOrigin =
  /** An EKS add-on, which owns the association. */
  | 'ADD_ON'
  /** Others; an operation of the gateway adopted it. */
  | 'ADOPTED'
  /** An operation of the gateway. */
  | 'OPERATION'
  /** Others: no operation of the gateway explains it. */
  | 'OUTSIDE';

/** Event of an audit entry. Values may be added. */
export type AuditEvent =
  /** The approval was not given in time, or not used in time. */
  | 'APPROVAL_EXPIRED'
  /** An approval was asked for. Its entries have its id as `operationId`, and `fence` counts them. */
  | 'APPROVAL_REQUESTED'
  /** An operation used the approval: its INTENT entry was written with this one. */
  | 'APPROVAL_USED'
  /** Votes of an approval no longer count, found when its request was sent again: the message says which, why, and what follows. */
  | 'APPROVAL_VOTE_VOIDED'
  /** Who asked withdrew the request. */
  | 'APPROVAL_WITHDRAWN'
  /** An approver approved the request. */
  | 'APPROVED'
  /** A dry run; nothing was done. */
  | 'CHECKED'
  /**
   * EKS does not have `cluster` any more: two scans, DescribeCluster and AWS STS agree, or an operator confirmed it. Its associations ended with it, without an entry
   * each. The operation id begins with `cluster-`.
   */
  | 'CLUSTER_GONE'
  /** Another request with the same token holds the lease. */
  | 'CONTENDED'
  /** Policy denied the request; nothing was done. With ASSOCIATION_NOT_FOUND: the principal may not view the association, and reads this entry as REFUSED. */
  | 'DENIED'
  /**
   * A scan found an association that is not as the gateway left it, or that was created outside after the first scan of its cluster. The message
   * says what differs. One entry for each new difference.
   */
  | 'DRIFT_FOUND'
  /** A scan found that the drift is gone. Has the operation id of its DRIFT_FOUND entries. */
  | 'DRIFT_RESOLVED'
  /**
   * The association expires soon, at `request.expiresAt`. The principal is the one who set the expiry. Recorded once for each expiry, 24 hours
   * before it by default, with an operation id of its own.
   */
  | 'EXPIRY_WARNED'
  /** Policy allowed the request; the EKS call follows. */
  | 'INTENT'
  /** The input is not valid; nothing was done. */
  | 'INVALID'
  /** A superseded lease holder received the EKS response that its change is done. Does not close the operation. */
  | 'LATE_SUCCESS'
  /** Operators set a lock; the message names the changes that it stops. IAM decides who may set locks, not the gateway. */
  | 'LOCKED'
  /** Operators let the signed log begin within the hour, although there are old entries or traces of an earlier log. */
  | 'LOG_PERMITTED'
  /** Operators erase the personal data of the entries in `erasedEntries`; the message has a reference to the reason. The operation id begins with `erasure-`. */
  | 'PERSONAL_DATA_ERASED'
  /** The change is not done, or with OUTCOME_UNDETERMINED may have been done and replaced. Final for the token. Closes the operation. */
  | 'REFUSED'
  /** An approver rejected the request. */
  | 'REJECTED'
  /** The change is not done, and the token can be used for another attempt. Closes the operation. */
  | 'RELEASED'
  /** The recorded answer of the token was returned again. */
  | 'REPLAYED'
  /**
   * The state of the service account was corrected after another version of the gateway began or closed the operation in `message`. The operation
   * id begins with `repair-`.
   */
  | 'STATE_REPAIRED'
  /** The change is done, or the association is adopted. Closes the operation. */
  | 'SUCCEEDED'
  /** The lease expired, and another request or the reconciler took over the operation. */
  | 'TAKEN_OVER'
  /** The token was used for a request with different input. */
  | 'TOKEN_REUSED'
  /** A request read pages of the audit trail with entries of others. Written if the gateway is configured to. */
  | 'TRAIL_READ'
  /** The operation is in doubt: the effect of the EKS call is not known. Does not close the operation. */
  | 'UNKNOWN'
  /** Operators lifted a lock; otherwise as LOCKED. */
  | 'UNLOCKED';

/** How EKS and the audit trail can differ. Values may be added. */
export type DriftKind =
  /** The association exists according to the audit trail, but not in EKS. */
  | 'DELETED'
  /** The association has an ownership tag, but the operation named in the tag neither created it nor is still open. */
  | 'FORGED_TAG'
  /** The association differs from the state that the last operation recorded. */
  | 'MODIFIED'
  /**
   * The audit trail has too many entries of the association to compare them within a request: read them with `auditTrail`. It
   * may or may not differ.
   */
  | 'NOT_EXAMINED'
  /** The association has no ownership tag of the gateway. */
  | 'UNMANAGED';

/** Where the associations come from that are examined for drift. Values may be added. */
export type DriftSource =
  /**
   * EKS, read for this answer, compared with the audit trail: one EKS call for each association. Deletions come last; they are detected for associations
   * with an audit entry in the last 90 days.
   */
  | 'EKS'
  /**
   * What the scans of the gateway saw, compared with what its operations confirmed: no EKS call. As old as `observedAt` and `coverage` say. Fails for a
   * cluster of which no scan has been completed.
   */
  | 'SCAN';

/** Kind of operation. Values may be added. */
export type OperationKind =
  /** `adoptPodIdentityAssociation`. */
  | 'ADOPT_POD_IDENTITY_ASSOCIATION'
  /** A vote by `approve` or `reject` that was not counted; only in audit entries. A counted one has the kind of the operation that it is about. */
  | 'APPROVE_REQUEST'
  /** A permission to begin the signed log of the audit trail, by `pod-identity-operator trail begin`; only in audit entries. */
  | 'BEGIN_LOG'
  /** A check of several changes by `checkPodIdentityAssociations`; only in audit entries. */
  | 'CHECK_CHANGES'
  /** `createPodIdentityAssociation`. */
  | 'CREATE_POD_IDENTITY_ASSOCIATION'
  /** `deletePodIdentityAssociation`. */
  | 'DELETE_POD_IDENTITY_ASSOCIATION'
  /** An erasure of personal data, by `pod-identity-operator erase`; only in audit entries. */
  | 'ERASE_PERSONAL_DATA'
  /** A lock on changes, which operators set or lift with `pod-identity-operator lock`; only in audit entries. */
  | 'LOCK_CHANGES'
  /** What a scan of the associations in EKS found; only in audit entries. */
  | 'OBSERVE_ASSOCIATION'
  /** A page of the audit trail, read by the queries `auditTrail`; only in audit entries. */
  | 'READ_AUDIT_TRAIL'
  /** `tagPodIdentityAssociation`. */
  | 'TAG_POD_IDENTITY_ASSOCIATION'
  /** `untagPodIdentityAssociation`. */
  | 'UNTAG_POD_IDENTITY_ASSOCIATION'
  /** `updatePodIdentityAssociation`. */
  | 'UPDATE_POD_IDENTITY_ASSOCIATION'
  /** A `withdrawApproval` that was refused; only in audit entries. A withdrawal has the kind of the operation that it is about. */
  | 'WITHDRAW_APPROVAL';

export type FleetRowFragment = { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string, readonly roleArn: string, readonly targetRoleArn: string | null, readonly associationId: string, readonly origin: AssociationOrigin, readonly operationId: string | null, readonly declaration: string | null, readonly seenOtherwiseBefore: string | null, readonly firstSeenAt: string, readonly observedAt: string, readonly seenOtherwiseAfter: string | null, readonly expiresAt: string | null };

export type FleetPageQueryVariables = Exact<{
  filter?: AssociationFilter | null | undefined;
  asOf?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type FleetPageQuery = { readonly associations: { readonly nodes: ReadonlyArray<FleetRowFragment>, readonly coverage: ReadonlyArray<{ readonly accountId: string, readonly region: string, readonly clusterName: string, readonly isKnown: boolean, readonly firstScannedAt: string | null, readonly scannedAt: string | null, readonly failure: string | null, readonly goneSince: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type FleetSearchQueryVariables = Exact<{
  filter?: AssociationFilter | null | undefined;
  asOf?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type FleetSearchQuery = { readonly associations: { readonly nodes: ReadonlyArray<FleetRowFragment>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type FleetAssociationQueryVariables = Exact<{
  filter: AssociationFilter;
  asOf?: string | null | undefined;
}>;


export type FleetAssociationQuery = { readonly associations: { readonly nodes: ReadonlyArray<(
      { readonly associationArn: string, readonly createdAt: string, readonly modifiedAt: string, readonly ownerArn: string | null, readonly disableSessionTags: boolean | null, readonly externalId: string | null, readonly policy: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }>, readonly viewerMay: { readonly update: boolean, readonly delete: boolean } | null }
      & FleetRowFragment
    )>, readonly coverage: ReadonlyArray<{ readonly clusterName: string, readonly isKnown: boolean, readonly firstScannedAt: string | null, readonly scannedAt: string | null, readonly failure: string | null, readonly goneSince: string | null }> } | null };

export type FleetOperationQueryVariables = Exact<{
  id: string;
}>;


export type FleetOperationQuery = { readonly operation: { readonly kind: OperationKind, readonly startedAt: string, readonly entries: ReadonlyArray<{ readonly event: AuditEvent, readonly reason: string | null, readonly onBehalfOf: string | null, readonly principal: { readonly principalId: string } }> } | null };

export type FleetDriftQueryVariables = Exact<{
  clusterName: string;
  accountId: string;
  region: string;
  namespace: string;
  source: DriftSource;
  after?: string | null | undefined;
}>;


export type FleetDriftQuery = { readonly associationDrift: { readonly nodes: ReadonlyArray<{ readonly kind: DriftKind, readonly associationArn: string, readonly observedAt: string | null, readonly driftId: string | null, readonly differences: ReadonlyArray<{ readonly field: string, readonly requested: string | null, readonly existing: string | null }> }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };
