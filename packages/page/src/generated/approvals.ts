/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const ApprovalsPage: GatewayDocument<ApprovalsPageQuery, ApprovalsPageQueryVariables> = "fragment Vote on ApprovalVote{principal{principalId}actor{principalId}comment ownRequest time}fragment ApprovalFields on Approval{id state operation principal{principalId kind}actor{principalId}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}request{roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}before{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId}time reason}requestedAt expiresAt operationId}query ApprovalsPage($scope:ApprovalScope$state:ApprovalState$first:Int$after:String){approvals(scope:$scope state:$state first:$first after:$after){nodes{...ApprovalFields}pageInfo{hasNextPage endCursor}}}";
export const OneApproval: GatewayDocument<OneApprovalQuery, OneApprovalQueryVariables> = "fragment Vote on ApprovalVote{principal{principalId}actor{principalId}comment ownRequest time}fragment ApprovalFields on Approval{id state operation principal{principalId kind}actor{principalId}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}request{roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}before{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId}time reason}requestedAt expiresAt operationId}fragment CurrentDecision on PolicyDecision{allowed policyIds violations{policyId message advice}needs{policyId message advice}}query OneApproval($id:ID!){approval(id:$id){...ApprovalFields currentDecision{...CurrentDecision}currentDeleteDecision{...CurrentDecision}}}";
/** Which approvals to read: set exactly one field. */
export type ApprovalScope =
  {   /** All approvals in a cluster, in a namespace or for a service account, in every state, newest first. */
  readonly cluster: ClusterScope; readonly gateway?: never; readonly own?: never; }
  |  { readonly cluster?: never;   /** Those of all clusters that can still be approved, in no particular order. */
  readonly gateway: GatewayApprovals; readonly own?: never; }
  |  { readonly cluster?: never; readonly gateway?: never;   /** Those that you asked for, as the principal, whatever the actor; newest first. */
  readonly own: OwnApprovals; };

/** State of an approval. Values may be added. */
export type ApprovalState =
  /** Every need has its approvals: the request can be sent again until `expiresAt`. */
  | 'APPROVED'
  /** It was not approved in time, or not used in time. Only a new token asks again. */
  | 'EXPIRED'
  /** Asked for; approvals are missing. No longer so once `expiresAt` is over, which is recorded within two minutes, or earlier by the next vote or repetition of the request. */
  | 'PENDING'
  /** An approver rejected the request. Only a new token asks again. */
  | 'REJECTED'
  /** The operation `operationId` used it. An approval is used once. */
  | 'USED'
  /** Who asked withdrew the request. Only a new token asks again. */
  | 'WITHDRAWN';

/** A cluster, a namespace in it, or a service account in that namespace. */
export type ClusterScope = {
  /** Account of the cluster; defaults to the account of the deployment. */
  readonly accountId?: string | null | undefined;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /** Kubernetes namespace. */
  readonly namespace?: string | null | undefined;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: string | null | undefined;
  /** Kubernetes service account; requires `namespace`. */
  readonly serviceAccount?: string | null | undefined;
};

/** Which approvals of all clusters to read. Values may be added. */
export type GatewayApprovals =
  /** The pending ones. */
  | 'PENDING';

/** What a create does about an equal association. Values may be added. */
export type IfExists =
  /**
   * Adopt the association, as `adoptPodIdentityAssociation` does, if policy permits you to adopt it: nothing changes at EKS, and tags that differ are
   * a warning. If policy does not permit it, the request is refused as with REFUSE, and its message says why.
   */
  | 'ADOPT'
  /** Refuse the request with ASSOCIATION_ALREADY_EXISTS. */
  | 'REFUSE';

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
  /** `updatePodIdentityAssociation`. */
  | 'UPDATE_POD_IDENTITY_ASSOCIATION'
  /** A `withdrawApproval` that was refused; only in audit entries. A withdrawal has the kind of the operation that it is about. */
  | 'WITHDRAW_APPROVAL';

/** Which of your own approvals to read. Values may be added. */
export type OwnApprovals =
  /** Those that can still be approved or used: PENDING and APPROVED. */
  | 'OPEN';

/** Kind of principal. */
export type PrincipalKind =
  /** A workload: authenticated by an IAM role session or a JWT issued to it. */
  | 'SERVICE'
  /** A person: authenticated by a JWT, an IAM Identity Center session or an IAM user's signature. */
  | 'USER';

/** Why a vote does not count any more. Values may be added. */
export type VoidReason =
  /** Policy now compares a group that was not recorded with the vote, and could decide otherwise. */
  | 'GROUP_NOT_RECORDED'
  /** Policy does not permit the vote any more. */
  | 'POLICY_DENIED'
  /** The approver, or the service through which they voted, was locked since, even if the lock was lifted. */
  | 'VOTER_LOCKED';

export type VoteFragment = { readonly comment: string | null, readonly ownRequest: boolean, readonly time: string, readonly principal: { readonly principalId: string }, readonly actor: { readonly principalId: string } | null };

export type ApprovalFieldsFragment = { readonly id: string, readonly state: ApprovalState, readonly operation: OperationKind, readonly onBehalfOf: string | null, readonly reason: string | null, readonly declaration: string | null, readonly requestedAt: string, readonly expiresAt: string, readonly operationId: string | null, readonly principal: { readonly principalId: string, readonly kind: PrincipalKind }, readonly actor: { readonly principalId: string } | null, readonly target: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string }, readonly request: { readonly roleArn: string | null, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly changes: ReadonlyArray<string>, readonly expiresAt: string | null, readonly ifExists: IfExists | null, readonly expectedRevision: number | null, readonly expectedModifiedAt: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }> }, readonly before: { readonly associationId: string, readonly roleArn: string, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly modifiedAt: string } | null, readonly needs: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null, readonly group: string, readonly count: number, readonly operation: OperationKind | null, readonly approvedBy: ReadonlyArray<VoteFragment> }>, readonly rejectedBy: VoteFragment | null, readonly voidedVotes: ReadonlyArray<{ readonly time: string, readonly reason: VoidReason, readonly principal: { readonly principalId: string } }> };

export type CurrentDecisionFragment = { readonly allowed: boolean, readonly policyIds: ReadonlyArray<string>, readonly violations: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null }>, readonly needs: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null }> };

export type ApprovalsPageQueryVariables = Exact<{
  scope?: ApprovalScope | null | undefined;
  state?: ApprovalState | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ApprovalsPageQuery = { readonly approvals: { readonly nodes: ReadonlyArray<ApprovalFieldsFragment>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type OneApprovalQueryVariables = Exact<{
  id: string;
}>;


export type OneApprovalQuery = { readonly approval: (
    { readonly currentDecision: CurrentDecisionFragment | null, readonly currentDeleteDecision: CurrentDecisionFragment | null }
    & ApprovalFieldsFragment
  ) | null };
