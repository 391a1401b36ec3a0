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
import type * as Schema from '../../../../src/generated/types.ts';

export type FleetRowFragment = { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string, readonly roleArn: string, readonly targetRoleArn: string | null, readonly associationId: string, readonly origin: Schema.AssociationOrigin, readonly operationId: string | null, readonly declaration: string | null, readonly seenOtherwiseBefore: string | null, readonly firstSeenAt: string, readonly observedAt: string, readonly seenOtherwiseAfter: string | null, readonly expiresAt: string | null };

export type FleetPageQueryVariables = Exact<{
  filter?: Schema.AssociationFilter | null | undefined;
  asOf?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type FleetPageQuery = { readonly associations: { readonly nodes: ReadonlyArray<FleetRowFragment>, readonly coverage: ReadonlyArray<{ readonly accountId: string, readonly region: string, readonly clusterName: string, readonly isKnown: boolean, readonly firstScannedAt: string | null, readonly scannedAt: string | null, readonly failure: string | null, readonly goneSince: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type FleetSearchQueryVariables = Exact<{
  filter?: Schema.AssociationFilter | null | undefined;
  asOf?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type FleetSearchQuery = { readonly associations: { readonly nodes: ReadonlyArray<FleetRowFragment>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type FleetAssociationQueryVariables = Exact<{
  filter: Schema.AssociationFilter;
  asOf?: string | null | undefined;
}>;


export type FleetAssociationQuery = { readonly associations: { readonly nodes: ReadonlyArray<(
      { readonly associationArn: string, readonly createdAt: string, readonly modifiedAt: string, readonly ownerArn: string | null, readonly disableSessionTags: boolean | null, readonly externalId: string | null, readonly policy: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }>, readonly viewerMay: { readonly update: boolean, readonly delete: boolean } | null }
      & FleetRowFragment
    )>, readonly coverage: ReadonlyArray<{ readonly clusterName: string, readonly isKnown: boolean, readonly firstScannedAt: string | null, readonly scannedAt: string | null, readonly failure: string | null, readonly goneSince: string | null }> } | null };

export type FleetOperationQueryVariables = Exact<{
  id: string;
}>;


export type FleetOperationQuery = { readonly operation: { readonly kind: Schema.OperationKind, readonly startedAt: string, readonly entries: ReadonlyArray<{ readonly event: Schema.AuditEvent, readonly reason: string | null, readonly onBehalfOf: string | null, readonly principal: { readonly principalId: string } }> } | null };

export type FleetDriftQueryVariables = Exact<{
  clusterName: string;
  accountId: string;
  region: string;
  namespace: string;
  source: Schema.DriftSource;
  after?: string | null | undefined;
}>;


export type FleetDriftQuery = { readonly associationDrift: { readonly nodes: ReadonlyArray<{ readonly kind: Schema.DriftKind, readonly associationArn: string, readonly observedAt: string | null, readonly driftId: string | null, readonly differences: ReadonlyArray<{ readonly field: string, readonly requested: string | null, readonly existing: string | null }> }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };
