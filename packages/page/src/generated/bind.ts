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
export const OperationState: GatewayDocument<OperationStateQuery, OperationStateQueryVariables> = "query OperationState($id:ID!){operation(id:$id){status message startedAt}}";
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

/** What policy says of binding a role. Values may be added. */
export type BindPermission =
  /** Policy denies it: `violations` has what is missing. */
  | 'DENIED'
  /** Policy depends on tags or permissions boundary of the role, which only a create and its dry run read. */
  | 'DEPENDS_ON_ROLE'
  /** Policy permits it once others approve. */
  | 'NEEDS_APPROVAL'
  /** Policy permits it. */
  | 'PERMITTED';

/** Why a role is offered. Values may be added. */
export type BindableRoleSource =
  /** The path of the role follows the naming convention. */
  | 'CONVENTION'
  /** The inventory allows the namespace to use the role. */
  | 'INVENTORY';

/** Status of an operation. Values may be added: treat unknown values as IN_PROGRESS. */
export type OperationStatus =
  /** In progress, or in doubt: the effect of the EKS call is not known yet. */
  | 'IN_PROGRESS'
  /** The change is not done and will not be done by this operation; with OUTCOME_UNDETERMINED, it may have been done and then replaced. */
  | 'REFUSED'
  /** The change is not done, and the token can be used for another attempt: send the same request again. */
  | 'RELEASED'
  /** The change is done. */
  | 'SUCCEEDED';

/** A tag to set. */
export type TagInput = {
  /** Key: 1 to 128 characters. */
  readonly key: string;
  /** Value: up to 256 characters; empty when omitted. */
  readonly value?: string | null | undefined;
};

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
  tags?: ReadonlyArray<TagInput> | TagInput | null | undefined;
}>;


export type BindRolesQuery = { readonly bindableRoles: ReadonlyArray<{ readonly roleArn: string, readonly source: BindableRoleSource, readonly permission: BindPermission, readonly violations: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null, readonly tagKey: string | null }>, readonly needs: ReadonlyArray<{ readonly group: string, readonly count: number }> }> | null };

export type BoundAssociationQueryVariables = Exact<{
  clusterName: string;
  accountId?: string | null | undefined;
  region?: string | null | undefined;
  associationId: string;
}>;


export type BoundAssociationQuery = { readonly podIdentityAssociation: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string, readonly associationId: string, readonly roleArn: string, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly modifiedAt: string, readonly ownerArn: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }> } | null };

export type BoundExpiryQueryVariables = Exact<{
  filter?: AssociationFilter | null | undefined;
}>;


export type BoundExpiryQuery = { readonly associations: { readonly nodes: ReadonlyArray<{ readonly associationId: string, readonly expiresAt: string | null }> } | null };

export type OperationStateQueryVariables = Exact<{
  id: string;
}>;


export type OperationStateQuery = { readonly operation: { readonly status: OperationStatus, readonly message: string | null, readonly startedAt: string } | null };
