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
export type AssociationFilter = {
  readonly accountId?: string | null | undefined;
  readonly clusterName?: string | null | undefined;
  readonly declaration?: string | null | undefined;
  readonly namespace?: string | null | undefined;
  readonly origin?: AssociationOrigin | null | undefined;
  readonly region?: string | null | undefined;
  readonly roleArn?: string | null | undefined;
  readonly roleName?: string | null | undefined;
  readonly serviceAccount?: string | null | undefined;
};

export type AssociationOrigin =
  | 'ADD_ON'
  | 'ADOPTED'
  | 'OPERATION'
  | 'OUTSIDE';

export type AuditEvent =
  | 'APPROVAL_EXPIRED'
  | 'APPROVAL_REQUESTED'
  | 'APPROVAL_USED'
  | 'APPROVAL_VOTE_VOIDED'
  | 'APPROVAL_WITHDRAWN'
  | 'APPROVED'
  | 'CHECKED'
  | 'CLUSTER_GONE'
  | 'CONTENDED'
  | 'DENIED'
  | 'DRIFT_FOUND'
  | 'DRIFT_RESOLVED'
  | 'EXPIRY_WARNED'
  | 'INTENT'
  | 'INVALID'
  | 'LATE_SUCCESS'
  | 'LOCKED'
  | 'LOG_PERMITTED'
  | 'PERSONAL_DATA_ERASED'
  | 'REFUSED'
  | 'REJECTED'
  | 'RELEASED'
  | 'REPLAYED'
  | 'STATE_REPAIRED'
  | 'SUCCEEDED'
  | 'TAKEN_OVER'
  | 'TOKEN_REUSED'
  | 'TRAIL_READ'
  | 'UNKNOWN'
  | 'UNLOCKED';

export type DriftKind =
  | 'DELETED'
  | 'FORGED_TAG'
  | 'MODIFIED'
  | 'NOT_EXAMINED'
  | 'UNMANAGED';

export type DriftSource =
  | 'EKS'
  | 'SCAN';

export type OperationKind =
  | 'ADOPT_POD_IDENTITY_ASSOCIATION'
  | 'APPROVE_REQUEST'
  | 'BEGIN_LOG'
  | 'CHECK_CHANGES'
  | 'CREATE_POD_IDENTITY_ASSOCIATION'
  | 'DELETE_POD_IDENTITY_ASSOCIATION'
  | 'ERASE_PERSONAL_DATA'
  | 'LOCK_CHANGES'
  | 'OBSERVE_ASSOCIATION'
  | 'READ_AUDIT_TRAIL'
  | 'TAG_POD_IDENTITY_ASSOCIATION'
  | 'UNTAG_POD_IDENTITY_ASSOCIATION'
  | 'UPDATE_POD_IDENTITY_ASSOCIATION'
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
