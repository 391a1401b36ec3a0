/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const ApprovalsPage: GatewayDocument<ApprovalsPageQuery, ApprovalsPageQueryVariables> = "fragment Vote on ApprovalVote{principal{principalId}actor{principalId}comment ownRequest time}fragment ApprovalFields on Approval{id state operation principal{principalId kind}actor{principalId}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}environment viewerMayVote outcome{status refusalCode}request{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}before{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId}time reason}requestedAt expiresAt operationId}query ApprovalsPage($scope:ApprovalScope$state:ApprovalState$first:Int$after:String){approvals(scope:$scope state:$state first:$first after:$after){nodes{...ApprovalFields}pageInfo{hasNextPage endCursor}}}";
export const OneApproval: GatewayDocument<OneApprovalQuery, OneApprovalQueryVariables> = "fragment Vote on ApprovalVote{principal{principalId}actor{principalId}comment ownRequest time}fragment ApprovalFields on Approval{id state operation principal{principalId kind}actor{principalId}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}environment viewerMayVote outcome{status refusalCode}request{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}before{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId}time reason}requestedAt expiresAt operationId}query OneApproval($id:ID!){approval(id:$id){...ApprovalFields clientRequestToken}}";
export const ApprovalFacts: GatewayDocument<ApprovalFactsQuery, ApprovalFactsQueryVariables> = "fragment CurrentDecision on PolicyDecision{allowed policyIds violations{policyId message advice}needs{policyId message advice}}query ApprovalFacts($id:ID!){approval(id:$id){existing{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}warnings{code message advice}roleUse{count isComplete}recentChanges{id time event operationKind principal{principalId}}currentDecision{...CurrentDecision}currentDeleteDecision{...CurrentDecision}}}";
export const Turns: GatewayDocument<TurnsQuery, TurnsQueryVariables> = "query Turns{approvals(scope:{gateway:PENDING}first:100){nodes{id viewerMayVote}pageInfo{hasNextPage}}own:approvals(scope:{own:OPEN}first:100){nodes{id state expiresAt}}}";
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
  /** `tagPodIdentityAssociation`. */
  | 'TAG_POD_IDENTITY_ASSOCIATION'
  /** `untagPodIdentityAssociation`. */
  | 'UNTAG_POD_IDENTITY_ASSOCIATION'
  /** `updatePodIdentityAssociation`. */
  | 'UPDATE_POD_IDENTITY_ASSOCIATION'
  /** A `withdrawApproval` that was refused; only in audit entries. A withdrawal has the kind of the operation that it is about. */
  | 'WITHDRAW_APPROVAL';

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

/** Why a request was refused. */
export type RefusalCode =
  /** The request was not approved in time, or not sent again in time after it was approved. Final for the token. */
  | 'APPROVAL_EXPIRED'
  /** No approval can be asked for or withdrawn now: too many are pending, the request was rejected twice within a day, or you withdrew too many within a day. */
  | 'APPROVAL_LIMIT_REACHED'
  /** The approval does not exist, was replaced, or you may not see it; or it is not yours to withdraw. */
  | 'APPROVAL_NOT_FOUND'
  /** The approval to vote on was decided, used or expired before, or others have given all approvals that yours counts for. One to withdraw has ended, or a request with its token is in progress. */
  | 'APPROVAL_NOT_PENDING'
  /** An approver rejected the request. Final for the token. */
  | 'APPROVAL_REJECTED'
  /** Policy allows the request once others approve it: see `needs` of ApprovalRequired. Nothing was sent to EKS. */
  | 'APPROVAL_REQUIRED'
  /** You withdrew the request. Final for the token. */
  | 'APPROVAL_WITHDRAWN'
  /** The service account already has an association. */
  | 'ASSOCIATION_ALREADY_EXISTS'
  /**
   * The association was modified after you read it (`expectedModifiedAt`), it has other tags (`expectedTags`), or the service account has another revision
   * (`expectedRevision`).
   */
  | 'ASSOCIATION_CHANGED'
  /** The cluster has reached its quota of 5,000 associations, which AWS does not raise. */
  | 'ASSOCIATION_LIMIT_EXCEEDED'
  /** The request has `expiresAt` alone, and the association was changed or created outside the gateway and not adopted since. */
  | 'ASSOCIATION_NOT_CONFIRMED'
  /**
   * The association does not exist, no longer exists, or you may not view it. If it was not visible when the request arrived, its token can
   * be used again.
   */
  | 'ASSOCIATION_NOT_FOUND'
  /** Operators have locked changes: by this principal, in this cluster, or all. Nothing was sent to EKS. */
  | 'CHANGES_LOCKED'
  /** The cluster does not exist. */
  | 'CLUSTER_NOT_FOUND'
  /** EKS rejected the request for another reason, given in `eksMessage`. */
  | 'EKS_REFUSED'
  /** EKS did not receive the request: the gateway could not connect to it, or got no credentials from AWS STS. */
  | 'EKS_UNREACHABLE'
  /** `expiresAt` is less than 5 minutes or more than 5 years after the request. A repetition of an earlier request is answered also after its expiry. */
  | 'EXPIRES_AT_OUT_OF_RANGE'
  /** The gateway's own IAM role lacks a permission. */
  | 'GATEWAY_ACCESS_DENIED'
  /** Fields of the input are not valid. */
  | 'INVALID_INPUT'
  /** An update would need approvals, and the association is already as it asks. Nobody was asked, and nothing was sent to EKS. */
  | 'NOTHING_TO_CHANGE'
  /** Another operation on the service account is in progress, and the request changes tags, or has an `expectedRevision` or `expiresAt`. Nothing was begun. */
  | 'OPERATION_IN_PROGRESS'
  /**
   * The EKS response was lost, and others changed, deleted or created the association before it was observed: the change may have been applied
   * and replaced since. For a create with 50 tags: an equal association exists, and there was no room for the ownership tag.
   */
  | 'OUTCOME_UNDETERMINED'
  /** No policy permits the request, or a policy forbids it. */
  | 'POLICY_DENIED'
  /** Denied: a policy failed to evaluate, or depends on a role that could not be read from IAM. */
  | 'POLICY_EVALUATION_FAILED'
  /** The IAM role does not exist, or EKS can't see it yet. */
  | 'ROLE_NOT_FOUND'
  /** The association would have more than 50 tags, the maximum of EKS, with the gateway's own. */
  | 'TAG_LIMIT_EXCEEDED'
  /** EKS throttled the request. */
  | 'THROTTLED'
  /** The token was used for a request with different input. */
  | 'TOKEN_REUSED_WITH_DIFFERENT_INPUT'
  /** The role's trust policy does not allow EKS Pod Identity to assume it. */
  | 'TRUST_POLICY_INVALID';

/** Why a vote does not count any more. Values may be added. */
export type VoidReason =
  /** Policy now compares a group that was not recorded with the vote, and could decide otherwise. */
  | 'GROUP_NOT_RECORDED'
  /** Policy does not permit the vote any more. */
  | 'POLICY_DENIED'
  /** The approver, or the service through which they voted, was locked since, even if the lock was lifted. */
  | 'VOTER_LOCKED';

/** What a warning is about. Values may be added: treat unknown values by their `message` and `advice`. */
export type WarningCode =
  /** The cluster has neither EKS Auto Mode nor the add-on eks-pod-identity-agent. Without an agent on their node, pods get no credentials. */
  | 'AGENT_MISSING'
  /** The add-on eks-pod-identity-agent is installed, but its status is not ACTIVE. */
  | 'AGENT_NOT_ACTIVE'
  /** The status of the cluster is not ACTIVE. */
  | 'CLUSTER_NOT_ACTIVE'
  /** The association ends by itself; running pods keep their credentials for some hours after that. */
  | 'CREDENTIALS_OUTLIVE_ENDING'
  /** A read from EKS, IAM or the ledger failed, had no time, or found no scan: what `message` names is not known. The change itself is not affected. */
  | 'NOT_CHECKED'
  /** Running pods don't use the change at once: `advice` says when they do. */
  | 'PODS_NOT_UPDATED'
  /** The last scan listed 4,500 associations of the cluster or more, of the 5,000 that EKS allows. */
  | 'QUOTA_NEAR'
  /** The IAM role does not exist. */
  | 'ROLE_NOT_FOUND'
  /** The adopted association has other tags than the request. */
  | 'TAGS_DIFFER'
  /** The target role must trust the role of the association. `advice` has the statements for its trust policy, with the external id if EKS has set it. */
  | 'TARGET_ROLE_TRUST'
  /** The role's trust policy has a condition that these pods do not meet, such as the name of another cluster, namespace or service account. */
  | 'TRUST_CONDITION_UNMET'
  /** The role's trust policy does not allow EKS Pod Identity to assume it, or denies it. */
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


export type TurnsQuery = { readonly approvals: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly viewerMayVote: boolean }>, readonly pageInfo: { readonly hasNextPage: boolean } } | null, readonly own: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly state: ApprovalState, readonly expiresAt: string }> } | null };
