/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const TrailPage: GatewayDocument<TrailPageQuery, TrailPageQueryVariables> = "fragment Actor on RecordedPrincipal{principalId kind}fragment Target on AuditTarget{accountId region clusterName namespace serviceAccount}fragment Request on RecordedRequest{roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}fragment Line on AuditEntry{id time event operationId operationKind principal{...Actor}actor{...Actor}onBehalfOf target{...Target}cluster{accountId region clusterName}request{...Request}reason declaration refusalCode message associationArn approvalId}query TrailPage($scope:AuditScope!$since:DateTime$until:DateTime$events:[AuditEvent!]$operationKinds:[OperationKind!]$roleArn:String$refusalCodes:[RefusalCode!]$policyId:String$first:Int$after:String){auditTrail(scope:$scope since:$since until:$until events:$events operationKinds:$operationKinds roleArn:$roleArn refusalCodes:$refusalCodes policyId:$policyId first:$first after:$after){nodes{...Line}pageInfo{hasNextPage endCursor}omittedEvents}}";
export const TrailEntry: GatewayDocument<TrailEntryQuery, TrailEntryQueryVariables> = "fragment Actor on RecordedPrincipal{principalId kind}fragment Target on AuditTarget{accountId region clusterName namespace serviceAccount}fragment Request on RecordedRequest{roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}fragment Line on AuditEntry{id time event operationId operationKind principal{...Actor}actor{...Actor}onBehalfOf target{...Target}cluster{accountId region clusterName}request{...Request}reason declaration refusalCode message associationArn approvalId}fragment Decision on PolicyDecision{allowed permittedBy onlyAsDryRun policyIds violations{policyId message advice}needs{policyId message group count approvedBy{principal{principalId}}}approvalId policySetHash inventoryHash}query TrailEntry($id:ID!){auditEntry(id:$id){...Line sourceAddress userAgent principal{groups otherGroupsCount sessionName}findings{path rule message advice}decision{...Decision}deleteDecision{...Decision}before{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}eksRequestId apiRequestId fence}}";
export const TrailOperation: GatewayDocument<TrailOperationQuery, TrailOperationQueryVariables> = "fragment Actor on RecordedPrincipal{principalId kind}fragment Target on AuditTarget{accountId region clusterName namespace serviceAccount}fragment Request on RecordedRequest{roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}fragment Line on AuditEntry{id time event operationId operationKind principal{...Actor}actor{...Actor}onBehalfOf target{...Target}cluster{accountId region clusterName}request{...Request}reason declaration refusalCode message associationArn approvalId}query TrailOperation($id:ID!){operation(id:$id){id kind status target{...Target}startedAt completedAt associationArn approvalId refusalCode message retryAfterSeconds entries{...Line}}}";
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

/** Which entries to read: set exactly one field. */
export type AuditScope =
  {   /** Entries of changes to the association with this ARN, with the same events as for a cluster. */
  readonly associationArn: string; readonly cluster?: never; readonly gateway?: never; readonly operationId?: never; readonly principalId?: never; }
  |  { readonly associationArn?: never;   /**
   * Entries of changes in a cluster, in a namespace or to a service account: INTENT, UNKNOWN, TAKEN_OVER, SUCCEEDED, REFUSED,
   * RELEASED and LATE_SUCCESS, from the time that an operation began. For a namespace, also DENIED, if `events` names it.
   */
  readonly cluster: ClusterScope; readonly gateway?: never; readonly operationId?: never; readonly principalId?: never; }
  |  { readonly associationArn?: never; readonly cluster?: never;   /** The whole trail of the gateway. Intended for auditors. */
  readonly gateway: GatewayScope; readonly operationId?: never; readonly principalId?: never; }
  |  { readonly associationArn?: never; readonly cluster?: never; readonly gateway?: never;   /** Entries of this operation, or of the approval with this id. */
  readonly operationId: string; readonly principalId?: never; }
  |  { readonly associationArn?: never; readonly cluster?: never; readonly gateway?: never; readonly operationId?: never;   /** Entries of requests by this principal, whatever became of them. */
  readonly principalId: string; };

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

/** The part of the whole audit trail to read. */
export type GatewayScope =
  /** Entries of all clusters, principals and operations. */
  | 'ALL_ENTRIES';

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

export type ActorFragment = { readonly principalId: string, readonly kind: PrincipalKind };

export type TargetFragment = { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string };

export type RequestFragment = { readonly roleArn: string | null, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly changes: ReadonlyArray<string>, readonly expiresAt: string | null, readonly ifExists: IfExists | null, readonly expectedRevision: number | null, readonly expectedModifiedAt: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }> };

export type LineFragment = { readonly id: string, readonly time: string, readonly event: AuditEvent, readonly operationId: string, readonly operationKind: OperationKind, readonly onBehalfOf: string | null, readonly reason: string | null, readonly declaration: string | null, readonly refusalCode: RefusalCode | null, readonly message: string | null, readonly associationArn: string | null, readonly approvalId: string | null, readonly principal: ActorFragment, readonly actor: ActorFragment | null, readonly target: TargetFragment | null, readonly cluster: { readonly accountId: string, readonly region: string, readonly clusterName: string } | null, readonly request: RequestFragment | null };

export type DecisionFragment = { readonly allowed: boolean, readonly permittedBy: ReadonlyArray<string>, readonly onlyAsDryRun: boolean, readonly policyIds: ReadonlyArray<string>, readonly approvalId: string | null, readonly policySetHash: string, readonly inventoryHash: string, readonly violations: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null }>, readonly needs: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly group: string, readonly count: number, readonly approvedBy: ReadonlyArray<{ readonly principal: { readonly principalId: string } }> }> };

export type TrailPageQueryVariables = Exact<{
  scope: AuditScope;
  since?: string | null | undefined;
  until?: string | null | undefined;
  events?: ReadonlyArray<AuditEvent> | AuditEvent | null | undefined;
  operationKinds?: ReadonlyArray<OperationKind> | OperationKind | null | undefined;
  roleArn?: string | null | undefined;
  refusalCodes?: ReadonlyArray<RefusalCode> | RefusalCode | null | undefined;
  policyId?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TrailPageQuery = { readonly auditTrail: { readonly omittedEvents: ReadonlyArray<AuditEvent>, readonly nodes: ReadonlyArray<LineFragment>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type TrailEntryQueryVariables = Exact<{
  id: string;
}>;


export type TrailEntryQuery = { readonly auditEntry: (
    { readonly sourceAddress: string | null, readonly userAgent: string | null, readonly eksRequestId: string | null, readonly apiRequestId: string, readonly fence: number | null, readonly principal: { readonly groups: ReadonlyArray<string>, readonly otherGroupsCount: number, readonly sessionName: string | null }, readonly findings: ReadonlyArray<{ readonly path: string, readonly rule: string, readonly message: string, readonly advice: string }>, readonly decision: DecisionFragment | null, readonly deleteDecision: DecisionFragment | null, readonly before: { readonly associationId: string, readonly roleArn: string, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly modifiedAt: string } | null }
    & LineFragment
  ) | null };

export type TrailOperationQueryVariables = Exact<{
  id: string;
}>;


export type TrailOperationQuery = { readonly operation: { readonly id: string, readonly kind: OperationKind, readonly status: OperationStatus, readonly startedAt: string, readonly completedAt: string | null, readonly associationArn: string | null, readonly approvalId: string | null, readonly refusalCode: RefusalCode | null, readonly message: string | null, readonly retryAfterSeconds: number | null, readonly target: TargetFragment | null, readonly entries: ReadonlyArray<LineFragment> } | null };
