/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const ApprovalsPage: GatewayDocument<ApprovalsPageQuery, ApprovalsPageQueryVariables> = "fragment Vote on ApprovalVote{principal{principalId}actor{principalId}comment ownRequest time}fragment ApprovalFields on Approval{id state operation principal{principalId kind}actor{principalId}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}environment viewerMayVote outcome{status refusalCode}request{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}before{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId}time reason}requestedAt expiresAt operationId}query ApprovalsPage($scope:ApprovalScope$state:ApprovalState$first:Int$after:String){approvals(scope:$scope state:$state first:$first after:$after){nodes{...ApprovalFields}pageInfo{hasNextPage endCursor}}}";
export const OneApproval: GatewayDocument<OneApprovalQuery, OneApprovalQueryVariables> = "fragment Vote on ApprovalVote{principal{principalId}actor{principalId}comment ownRequest time}fragment ApprovalFields on Approval{id state operation principal{principalId kind}actor{principalId}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}environment viewerMayVote outcome{status refusalCode}request{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}before{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId}time reason}requestedAt expiresAt operationId}query OneApproval($id:ID!){approval(id:$id){...ApprovalFields clientRequestToken}}";
export const ApprovalFacts: GatewayDocument<ApprovalFactsQuery, ApprovalFactsQueryVariables> = "fragment CurrentDecision on PolicyDecision{allowed policyIds violations{policyId message advice}needs{policyId message advice}}query ApprovalFacts($id:ID!){approval(id:$id){existing{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}warnings{code message advice}roleUse{count isComplete}recentChanges{id time event operationKind principal{principalId}}currentDecision{...CurrentDecision}currentDeleteDecision{...CurrentDecision}}}";
export const Turns: GatewayDocument<TurnsQuery, TurnsQueryVariables> = "query Turns{approvals(scope:{gateway:PENDING}first:100){nodes{id viewerMayVote}pageInfo{hasNextPage}}own:approvals(scope:{own:OPEN}first:100){nodes{id state expiresAt operation target{accountId region clusterName namespace serviceAccount}environment request{roleArn}clientRequestToken}}}";
export type ApprovalScope =
  {   readonly cluster: ClusterScope; readonly gateway?: never; readonly own?: never; }
  |  { readonly cluster?: never;   readonly gateway: GatewayApprovals; readonly own?: never; }
  |  { readonly cluster?: never; readonly gateway?: never;   readonly own: OwnApprovals; };

export type ApprovalState =
  | 'APPROVED'
  | 'EXPIRED'
  | 'PENDING'
  | 'REJECTED'
  | 'USED'
  | 'WITHDRAWN';

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

export type ClusterScope = {
  readonly accountId?: string | null | undefined;
  readonly clusterName: string;
  readonly namespace?: string | null | undefined;
  readonly region?: string | null | undefined;
  readonly serviceAccount?: string | null | undefined;
};

export type GatewayApprovals =
  | 'PENDING';

export type IfExists =
  | 'ADOPT'
  | 'REFUSE';

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

export type OperationStatus =
  | 'IN_PROGRESS'
  | 'REFUSED'
  | 'RELEASED'
  | 'SUCCEEDED';

export type OwnApprovals =
  | 'OPEN';

export type PrincipalKind =
  | 'SERVICE'
  | 'USER';

export type RefusalCode =
  | 'APPROVAL_EXPIRED'
  | 'APPROVAL_LIMIT_REACHED'
  | 'APPROVAL_NOT_FOUND'
  | 'APPROVAL_NOT_PENDING'
  | 'APPROVAL_REJECTED'
  | 'APPROVAL_REQUIRED'
  | 'APPROVAL_WITHDRAWN'
  | 'ASSOCIATION_ALREADY_EXISTS'
  | 'ASSOCIATION_CHANGED'
  | 'ASSOCIATION_LIMIT_EXCEEDED'
  | 'ASSOCIATION_NOT_CONFIRMED'
  | 'ASSOCIATION_NOT_FOUND'
  | 'CHANGES_LOCKED'
  | 'CLUSTER_NOT_FOUND'
  | 'DECLARED_ELSEWHERE'
  | 'EKS_REFUSED'
  | 'EKS_UNREACHABLE'
  | 'EXPIRES_AT_OUT_OF_RANGE'
  | 'GATEWAY_ACCESS_DENIED'
  | 'INVALID_INPUT'
  | 'NOTHING_TO_CHANGE'
  | 'OPERATION_IN_PROGRESS'
  | 'OUTCOME_UNDETERMINED'
  | 'POLICY_DENIED'
  | 'POLICY_EVALUATION_FAILED'
  | 'ROLE_NOT_FOUND'
  | 'TAG_LIMIT_EXCEEDED'
  | 'THROTTLED'
  | 'TOKEN_REUSED_WITH_DIFFERENT_INPUT'
  | 'TRUST_POLICY_INVALID';

export type VoidReason =
  | 'GROUP_NOT_RECORDED'
  | 'POLICY_DENIED'
  | 'VOTER_LOCKED';

export type WarningCode =
  | 'AGENT_MISSING'
  | 'AGENT_NOT_ACTIVE'
  | 'CLUSTER_NOT_ACTIVE'
  | 'CREDENTIALS_OUTLIVE_ENDING'
  | 'NOT_CHECKED'
  | 'NOT_OWN'
  | 'PODS_NOT_UPDATED'
  | 'QUOTA_NEAR'
  | 'ROLE_NOT_FOUND'
  | 'TAGS_DIFFER'
  | 'TARGET_ROLE_TRUST'
  | 'TRUST_CONDITION_UNMET'
  | 'TRUST_POLICY_INVALID';

export type VoteFragment = { readonly comment: string | null, readonly ownRequest: boolean, readonly time: string, readonly principal: { readonly principalId: string }, readonly actor: { readonly principalId: string } | null };

export type ApprovalFieldsFragment = { readonly id: string, readonly state: ApprovalState, readonly operation: OperationKind, readonly onBehalfOf: string | null, readonly reason: string | null, readonly declaration: string | null, readonly environment: string | null, readonly viewerMayVote: boolean, readonly requestedAt: string, readonly expiresAt: string, readonly operationId: string | null, readonly principal: { readonly principalId: string, readonly kind: PrincipalKind }, readonly actor: { readonly principalId: string } | null, readonly target: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string }, readonly outcome: { readonly status: OperationStatus, readonly refusalCode: RefusalCode | null } | null, readonly request: { readonly associationId: string | null, readonly roleArn: string | null, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly changes: ReadonlyArray<string>, readonly expiresAt: string | null, readonly ifExists: IfExists | null, readonly expectedRevision: number | null, readonly expectedModifiedAt: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }> }, readonly before: { readonly associationId: string, readonly roleArn: string, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly modifiedAt: string } | null, readonly needs: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null, readonly group: string, readonly count: number, readonly operation: OperationKind | null, readonly approvedBy: ReadonlyArray<VoteFragment> }>, readonly rejectedBy: VoteFragment | null, readonly voidedVotes: ReadonlyArray<{ readonly time: string, readonly reason: VoidReason, readonly principal: { readonly principalId: string } }> };

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
    { readonly clientRequestToken: string | null }
    & ApprovalFieldsFragment
  ) | null };

export type ApprovalFactsQueryVariables = Exact<{
  id: string;
}>;


export type ApprovalFactsQuery = { readonly approval: { readonly existing: { readonly associationId: string, readonly roleArn: string, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly modifiedAt: string } | null, readonly warnings: ReadonlyArray<{ readonly code: WarningCode, readonly message: string, readonly advice: string }>, readonly roleUse: { readonly count: number, readonly isComplete: boolean } | null, readonly recentChanges: ReadonlyArray<{ readonly id: string, readonly time: string, readonly event: AuditEvent, readonly operationKind: OperationKind, readonly principal: { readonly principalId: string } }> | null, readonly currentDecision: CurrentDecisionFragment | null, readonly currentDeleteDecision: CurrentDecisionFragment | null } | null };

export type TurnsQueryVariables = Exact<{ [key: string]: never; }>;


export type TurnsQuery = { readonly approvals: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly viewerMayVote: boolean }>, readonly pageInfo: { readonly hasNextPage: boolean } } | null, readonly own: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly state: ApprovalState, readonly expiresAt: string, readonly operation: OperationKind, readonly environment: string | null, readonly clientRequestToken: string | null, readonly target: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string }, readonly request: { readonly roleArn: string | null } }> } | null };
