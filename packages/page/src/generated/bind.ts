/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const BindClusters: GatewayDocument<BindClustersQuery, BindClustersQueryVariables> = "query BindClusters($first:Int$after:String){clusters(first:$first after:$after){nodes{accountId region clusterName environment}pageInfo{hasNextPage endCursor}}}";
export const BindNamespaces: GatewayDocument<BindNamespacesQuery, BindNamespacesQueryVariables> = "query BindNamespaces($clusterName:String!$accountId:String$region:String$first:Int$after:String){namespaces(clusterName:$clusterName accountId:$accountId region:$region first:$first after:$after){nodes{name owners}pageInfo{hasNextPage endCursor}}}";
export const BindRoles: GatewayDocument<BindRolesQuery, BindRolesQueryVariables> = "query BindRoles($clusterName:String!$accountId:String$region:String$namespace:String!$serviceAccount:String!$tags:[TagInput!]){bindableRoles(clusterName:$clusterName accountId:$accountId region:$region namespace:$namespace serviceAccount:$serviceAccount tags:$tags includeDenied:true){roleArn source permission violations{policyId message advice tagKey}needs{group count}}}";
export const BoundAssociation: GatewayDocument<BoundAssociationQuery, BoundAssociationQueryVariables> = "query BoundAssociation($clusterName:String!$accountId:String$region:String$associationId:String!){podIdentityAssociation(clusterName:$clusterName accountId:$accountId region:$region associationId:$associationId){accountId region clusterName namespace serviceAccount associationId roleArn targetRoleArn disableSessionTags policy tags{key value}modifiedAt ownerArn}}";
export const BoundExpiry: GatewayDocument<BoundExpiryQuery, BoundExpiryQueryVariables> = "query BoundExpiry($filter:AssociationFilter){associations(filter:$filter first:1){nodes{associationId expiresAt}}}";
export const OperationState: GatewayDocument<OperationStateQuery, OperationStateQueryVariables> = "query OperationState($id:ID!){operation(id:$id){status message startedAt target{accountId region clusterName namespace serviceAccount}}}";
import type * as Schema from '../../../../src/generated/types.ts';

export type BindClustersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type BindClustersQuery = { readonly clusters: { readonly nodes: ReadonlyArray<{ readonly accountId: string, readonly region: string, readonly clusterName: string, readonly environment: string }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type BindNamespacesQueryVariables = Exact<{
  clusterName: string;
  accountId?: string | null | undefined;
  region?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type BindNamespacesQuery = { readonly namespaces: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly owners: ReadonlyArray<string> }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type BindRolesQueryVariables = Exact<{
  clusterName: string;
  accountId?: string | null | undefined;
  region?: string | null | undefined;
  namespace: string;
  serviceAccount: string;
  tags?: ReadonlyArray<Schema.TagInput> | Schema.TagInput | null | undefined;
}>;


export type BindRolesQuery = { readonly bindableRoles: ReadonlyArray<{ readonly roleArn: string, readonly source: Schema.BindableRoleSource, readonly permission: Schema.BindPermission, readonly violations: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null, readonly tagKey: string | null }>, readonly needs: ReadonlyArray<{ readonly group: string, readonly count: number }> }> | null };

export type BoundAssociationQueryVariables = Exact<{
  clusterName: string;
  accountId?: string | null | undefined;
  region?: string | null | undefined;
  associationId: string;
}>;


export type BoundAssociationQuery = { readonly podIdentityAssociation: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string, readonly associationId: string, readonly roleArn: string, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly modifiedAt: string, readonly ownerArn: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }> } | null };

export type BoundExpiryQueryVariables = Exact<{
  filter?: Schema.AssociationFilter | null | undefined;
}>;


export type BoundExpiryQuery = { readonly associations: { readonly nodes: ReadonlyArray<{ readonly associationId: string, readonly expiresAt: string | null }> } | null };

export type OperationStateQueryVariables = Exact<{
  id: string;
}>;


export type OperationStateQuery = { readonly operation: { readonly status: Schema.OperationStatus, readonly message: string | null, readonly startedAt: string, readonly target: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string } | null } | null };
