export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * A point in time: `date-time` of RFC 3339, section 5.6, without leap seconds. In answers it is in UTC with milliseconds, e.g.
   * `2026-11-24T10:00:00.000Z`; in inputs it may have any offset and up to 9 digits of a second's fraction, e.g.
   * `2026-11-24T11:00:00+01:00`. Anything else is a request error: BAD_USER_INPUT in a variable.
   */
  DateTime: { input: string; output: string; }
};

/** The association to adopt. */
export type AdoptPodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the association in EKS: a letter, `-` and 17 lower-case letters or digits, e.g. `a-0123456789abcdefg`. */
  readonly associationId: Scalars['String']['input'];
  /** Idempotency token, as for a create. */
  readonly clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Name of the declaration that makes the request, as for a create. */
  readonly declaration?: InputMaybe<Scalars['String']['input']>;
  /** Optimistic concurrency check, as for an update: refused with ASSOCIATION_CHANGED if the `modifiedAt` of the association is another time. */
  readonly expectedModifiedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The `revision` that the service account is expected to have, as for a create. */
  readonly expectedRevision?: InputMaybe<Scalars['Int']['input']>;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
};

/** Result of an adoption. `status` determines which of the other fields are set. */
export type AdoptPodIdentityAssociationPayload = MutationPayload & {
  readonly __typename?: 'AdoptPodIdentityAssociationPayload';
  /** The adopted association, as EKS returned it when it was adopted, also in a replay; set if and only if `status` is SUCCEEDED. */
  readonly association: Maybe<AssociationSnapshot>;
  /** The last audit entry written by this request. All entries of an operation have the same `operationId`. */
  readonly auditEntry: AuditEntry;
  /** The token of this request, yours or a generated one; null when yours is not valid, and when a request without one is refused before it starts. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why the request was refused; set if and only if `status` is REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** True when this is the recorded answer of an earlier request with the same token. */
  readonly replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request is sent again with the same token; set if IN_PROGRESS or `refusal.retryable`, else null. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** Status of the request; the only field that a client needs to branch on. */
  readonly status: RequestStatus;
  /** Empty: an adoption changes nothing for pods. */
  readonly warnings: ReadonlyArray<Warning>;
};

/**
 * A question to approvers about one exact request, and what became of it. If anything that it is bound to changes (the request, its declaration, who asks, the
 * policies that ask for it, the part of the inventory that they use, the association before the change), it no longer fits the request, and another one is asked for.
 */
export type Approval = Node & {
  readonly __typename?: 'Approval';
  /** The service that asked for the principal, from the `act` claim of the token (RFC 8693); null without one. */
  readonly actor: Maybe<RecordedPrincipal>;
  /** The association before the operation, to which the approval is bound; null for a create, and when you may not view it. */
  readonly before: Maybe<AssociationSnapshot>;
  /** The token of the request, to send it again: null unless you asked, as the same principal through the same actor, and for what earlier versions asked for. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /**
   * What policy says now of the request, without the approvals that were given; null unless `state` is PENDING or APPROVED, and if policy depends on attributes of a
   * role. Decided about what the approval shows, with the recorded groups of the principal: whether the request is made is decided when it is sent again.
   */
  readonly currentDecision: Maybe<PolicyDecision>;
  /**
   * As `currentDecision`, of the delete that the request is if it ends an existing association, or ends it earlier than it ends now: for the time of the
   * expiry. Null for other requests. The request needs both.
   */
  readonly currentDeleteDecision: Maybe<PolicyDecision>;
  /** The declaration that made the request; null without one. */
  readonly declaration: Maybe<Scalars['String']['output']>;
  /** Environment of the cluster, e.g. `prod`, as the inventory has it; null if the cluster is not registered. */
  readonly environment: Maybe<Scalars['String']['output']>;
  /** The association of the service account, or the one to change, as it is now; null when there is none, or you may not view it, or list it where a create asks. Costs up to two EKS calls. */
  readonly existing: Maybe<AssociationSnapshot>;
  /** PENDING: until when it can be approved. APPROVED: until when it can be used. Otherwise the one that applied last. */
  readonly expiresAt: Scalars['DateTime']['output'];
  /** Id of the approval. */
  readonly id: Scalars['ID']['output'];
  /** The policies that forbid the request without an approval, and who has approved. */
  readonly needs: ReadonlyArray<ApprovalNeed>;
  /** The person named by a service; null without one. */
  readonly onBehalfOf: Maybe<Scalars['String']['output']>;
  /** Kind of the operation that was asked for. */
  readonly operation: OperationKind;
  /** The operation that used it; null unless USED. */
  readonly operationId: Maybe<Scalars['ID']['output']>;
  /** What became of the operation that used it; null unless USED. */
  readonly outcome: Maybe<ApprovalOutcome>;
  /** The principal that asked. */
  readonly principal: RecordedPrincipal;
  /** The reason given in the request; null without one, and once it is erased. */
  readonly reason: Maybe<Scalars['String']['output']>;
  /** The last 5 changes of the service account, newest first; null when you may not read its audit trail. */
  readonly recentChanges: Maybe<ReadonlyArray<AuditEntry>>;
  /** Who rejected it; null unless REJECTED. */
  readonly rejectedBy: Maybe<ApprovalVote>;
  /** The request in canonical form: exactly what is approved. */
  readonly request: RecordedRequest;
  /** When it was asked for. */
  readonly requestedAt: Scalars['DateTime']['output'];
  /** The associations that use the requested role, as they were observed last and as far as you may view them; null where the request names no role. */
  readonly roleUse: Maybe<RoleUse>;
  /** Its state. */
  readonly state: ApprovalState;
  /** The service account that the request concerns. */
  readonly target: AuditTarget;
  /** Whether you may approve it, and your vote would still count: it is PENDING, in time, and lacks approvals that you may give. A lock can stop you all the same. */
  readonly viewerMayVote: Scalars['Boolean']['output'];
  /** The votes that do not count any more, oldest first, at most the last 20. These people may vote again. */
  readonly voidedVotes: ReadonlyArray<VoidedVote>;
  /**
   * What can keep pods from using the association although the change itself would succeed, see `CheckPayload.warnings`; empty for a delete, unless `state` is
   * PENDING or APPROVED, and when you may not view the association.
   */
  readonly warnings: ReadonlyArray<Warning>;
};

/** A page of approvals. */
export type ApprovalConnection = {
  readonly __typename?: 'ApprovalConnection';
  /** The approvals, each with its cursor. */
  readonly edges: ReadonlyArray<ApprovalEdge>;
  /** The approvals. */
  readonly nodes: ReadonlyArray<Approval>;
  /** Information about the page. */
  readonly pageInfo: PageInfo;
};

/** An approval on a page. */
export type ApprovalEdge = {
  readonly __typename?: 'ApprovalEdge';
  /** Opaque cursor, valid only for the same query. */
  readonly cursor: Scalars['String']['output'];
  /** The approval. */
  readonly node: Approval;
};

/** A policy that forbids a request unless members of a group approve it. */
export type ApprovalNeed = {
  readonly __typename?: 'ApprovalNeed';
  /** What to change or whom to contact. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** Who has approved for this policy, oldest first. */
  readonly approvedBy: ReadonlyArray<ApprovalVote>;
  /** How many different people must approve. */
  readonly count: Scalars['Int']['output'];
  /** The group whose members can approve. */
  readonly group: Scalars['String']['output'];
  /** What is not allowed without an approval. */
  readonly message: Scalars['String']['output'];
  /** DELETE_POD_IDENTITY_ASSOCIATION if policy asks for it because the association is deleted at the `expiresAt` of the request; null: for the request itself. */
  readonly operation: Maybe<OperationKind>;
  /** `@id` of the policy. */
  readonly policyId: Scalars['String']['output'];
};

/** What became of the operation that used an approval. */
export type ApprovalOutcome = {
  readonly __typename?: 'ApprovalOutcome';
  /** Code of the refusal; null when the operation was not refused. */
  readonly refusalCode: Maybe<RefusalCode>;
  /** Status of the operation. */
  readonly status: OperationStatus;
};

/** Result of `approve`, `reject` and `withdrawApproval`. */
export type ApprovalPayload = {
  readonly __typename?: 'ApprovalPayload';
  /** The approval afterwards, also when the vote was not counted; null when it does not exist, you may not see it, or it is not yours to withdraw. */
  readonly approval: Maybe<Approval>;
  /** The audit entry: APPROVED, REJECTED, APPROVAL_WITHDRAWN, or why it was refused. For a repetition, the entry of the first. */
  readonly auditEntry: AuditEntry;
  /** Why the vote was not counted, or the approval not withdrawn; null when it was, now or by an earlier request of yours. */
  readonly refusal: Maybe<Refusal>;
};

/**
 * The request is held until others approve it, or was rejected, withdrawn or not approved in time: an approval lifts every policy that forbids it. Nothing was
 * sent to EKS.
 */
export type ApprovalRequired = Refusal & {
  readonly __typename?: 'ApprovalRequired';
  /** What to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** The approval, as it was when the request was answered; null for APPROVAL_LIMIT_REACHED, and for a dry run of a request for which no approval was asked: a dry run asks for none. */
  readonly approval: Maybe<Approval>;
  /** APPROVAL_REQUIRED, APPROVAL_REJECTED, APPROVAL_EXPIRED, APPROVAL_WITHDRAWN, APPROVAL_LIMIT_REACHED or NOTHING_TO_CHANGE. */
  readonly code: RefusalCode;
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /** Who has to approve, with the approvals given so far. */
  readonly needs: ReadonlyArray<ApprovalNeed>;
  /** True for APPROVAL_REQUIRED and APPROVAL_LIMIT_REACHED: send the same request with the same token again once it is approved. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** Which approvals to read: set exactly one field. */
export type ApprovalScope =
  /** All approvals in a cluster, in a namespace or for a service account, in every state, newest first. */
  { readonly cluster: ClusterScope; readonly gateway?: never; readonly own?: never; }
  |  /** Those of all clusters that can still be approved, in no particular order. */
  { readonly cluster?: never; readonly gateway: GatewayApprovals; readonly own?: never; }
  |  /** Those that you asked for, as the principal, whatever the actor; newest first. */
  { readonly cluster?: never; readonly gateway?: never; readonly own: OwnApprovals; };

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

/** What an approver decided. */
export type ApprovalVote = {
  readonly __typename?: 'ApprovalVote';
  /** The service through which the approver voted, with a token of the approver; null without one. */
  readonly actor: Maybe<RecordedPrincipal>;
  /** The comment given with the vote; null without one, and in an audit entry once it is erased. */
  readonly comment: Maybe<Scalars['String']['output']>;
  /** Whether approvers approved a request of their own, where policy lets them (break-glass). */
  readonly ownRequest: Scalars['Boolean']['output'];
  /** The approver. */
  readonly principal: RecordedPrincipal;
  /** Time of the vote. */
  readonly time: Scalars['DateTime']['output'];
};

/** The approval to give. */
export type ApproveInput = {
  /** Id of the approval. */
  readonly approvalId: Scalars['ID']['input'];
  /** Comment, recorded in the audit trail: up to 1,024 characters. Policy can demand one, for example of who approves a request of their own. */
  readonly comment?: InputMaybe<Scalars['String']['input']>;
};

/** The service account already has an association. */
export type AssociationAlreadyExists = Refusal & {
  readonly __typename?: 'AssociationAlreadyExists';
  /** What to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** ASSOCIATION_ALREADY_EXISTS or OUTCOME_UNDETERMINED. */
  readonly code: RefusalCode;
  /** Fields in which `existing` and the request differ; empty when they are equal; null when `existing` is null. */
  readonly differences: Maybe<ReadonlyArray<Difference>>;
  /** The existing association as it was when the request was refused; null when it is not visible in EKS or you are not allowed to view it. */
  readonly existing: Maybe<AssociationSnapshot>;
  /** Who may not view the association, if `existing` is null for that reason; null otherwise. */
  readonly existingDeniedTo: Maybe<DeniedSubject>;
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /** True when EKS reports a conflict but the association is not visible: a delete may still be in progress. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** The association was modified or deleted by another operation or tool, or is not that of the declaration. */
export type AssociationChanged = Refusal & {
  readonly __typename?: 'AssociationChanged';
  /** What to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** ASSOCIATION_CHANGED, OPERATION_IN_PROGRESS, DECLARED_ELSEWHERE or OUTCOME_UNDETERMINED. */
  readonly code: RefusalCode;
  /** Fields in which `existing` and the request differ; null when `existing` is null, and for a delete. */
  readonly differences: Maybe<ReadonlyArray<Difference>>;
  /** The association as it was when the request was refused; null when it is gone, was not read, or you are not allowed to view it. */
  readonly existing: Maybe<AssociationSnapshot>;
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /** True for OPERATION_IN_PROGRESS. Otherwise, read the association again before you decide on a new request. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** An association whose state in EKS does not match the audit trail. */
export type AssociationDrift = {
  readonly __typename?: 'AssociationDrift';
  /** The association in EKS; null when it does not exist there. */
  readonly association: Maybe<PodIdentityAssociation>;
  /** ARN of the association. */
  readonly associationArn: Scalars['ID']['output'];
  /**
   * Fields in which EKS differs from the state recorded in the audit trail; empty unless `kind` is MODIFIED. `modifiedAt`: the
   * settings are as recorded, but the association was modified after the last change through the gateway.
   */
  readonly differences: ReadonlyArray<Difference>;
  /**
   * Operation id of the audit entries in which scans recorded this drift; null with the source EKS, and where none is recorded: for associations from
   * before the first complete scan of their cluster, and those of EKS add-ons.
   */
  readonly driftId: Maybe<Scalars['ID']['output']>;
  /** How EKS and the audit trail differ. */
  readonly kind: DriftKind;
  /** The last audit entry of the association; null without one, and with the source SCAN. */
  readonly lastEntry: Maybe<AuditEntry>;
  /** When a scan last read the association; null with the source EKS, which was read for this answer. */
  readonly observedAt: Maybe<Scalars['DateTime']['output']>;
};

/** A page of associations with drift. */
export type AssociationDriftConnection = {
  readonly __typename?: 'AssociationDriftConnection';
  /** What the scans know of the cluster; null with the source EKS. */
  readonly coverage: Maybe<ClusterCoverage>;
  /** The associations with drift, each with its cursor. */
  readonly edges: ReadonlyArray<AssociationDriftEdge>;
  /** The associations with drift. */
  readonly nodes: ReadonlyArray<AssociationDrift>;
  /** Information about the page. */
  readonly pageInfo: PageInfo;
};

/** An association with drift on a page. */
export type AssociationDriftEdge = {
  readonly __typename?: 'AssociationDriftEdge';
  /** Opaque cursor, valid only for the same query. */
  readonly cursor: Scalars['String']['output'];
  /** The association with drift. */
  readonly node: AssociationDrift;
};

/** Which associations to return: those that match all fields. Null means the same as an omitted field. */
export type AssociationFilter = {
  /** Account of the cluster. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** Name of the cluster. */
  readonly clusterName?: InputMaybe<Scalars['String']['input']>;
  /** The declaration that made the state of the association, or adopted it. */
  readonly declaration?: InputMaybe<Scalars['String']['input']>;
  /** Kubernetes namespace. */
  readonly namespace?: InputMaybe<Scalars['String']['input']>;
  /** Who made the state of the association. */
  readonly origin?: InputMaybe<AssociationOrigin>;
  /** Region of the cluster. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** ARN of an IAM role: associations with this role or target role. */
  readonly roleArn?: InputMaybe<Scalars['String']['input']>;
  /**
   * Name of an IAM role in any account: associations with such a role or target role. With its path, such as `pods/payments/payments-api` (`/payments-api`:
   * without a path), it is found by index in the accounts of the inventory, and only there; without a slash, any path matches.
   */
  readonly roleName?: InputMaybe<Scalars['String']['input']>;
  /** Kubernetes service account. */
  readonly serviceAccount?: InputMaybe<Scalars['String']['input']>;
};

/** The association does not exist, was deleted by another operation or tool, or you may not view it: the answers are the same. */
export type AssociationNotFound = Refusal & {
  readonly __typename?: 'AssociationNotFound';
  /** What to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** ASSOCIATION_NOT_FOUND. */
  readonly code: RefusalCode;
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /** Always false: EKS does not reuse association ids. */
  readonly retryable: Scalars['Boolean']['output'];
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

/**
 * An association as it was at a certain time: when an operation completed, or before it began. It has no `id`, so that client
 * caches don't merge it with the association as it is now.
 */
export type AssociationSnapshot = AssociationState & {
  readonly __typename?: 'AssociationSnapshot';
  /** Account of the cluster. */
  readonly accountId: Scalars['String']['output'];
  /** ARN of the association. */
  readonly associationArn: Scalars['String']['output'];
  /** Id of the association in EKS. */
  readonly associationId: Scalars['String']['output'];
  /** Name of the cluster. */
  readonly clusterName: Scalars['String']['output'];
  /** Time of creation. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Whether the session tags that EKS adds to the role session are disabled; null when EKS does not return it. */
  readonly disableSessionTags: Maybe<Scalars['Boolean']['output']>;
  /** External id for the target role's trust policy; null without a target role. */
  readonly externalId: Maybe<Scalars['String']['output']>;
  /** Time of the last modification. */
  readonly modifiedAt: Scalars['DateTime']['output'];
  /** Kubernetes namespace. */
  readonly namespace: Scalars['String']['output'];
  /** Id of the gateway operation that created the association, read from its ownership tag; null without the tag. */
  readonly operationId: Maybe<Scalars['ID']['output']>;
  /** ARN of the EKS add-on that owns the association; null without one. */
  readonly ownerArn: Maybe<Scalars['String']['output']>;
  /** IAM session policy as JSON text; null without one. */
  readonly policy: Maybe<Scalars['String']['output']>;
  /** Region of the cluster. */
  readonly region: Scalars['String']['output'];
  /** ARN of the IAM role that the pods get. */
  readonly roleArn: Scalars['String']['output'];
  /** Kubernetes service account. */
  readonly serviceAccount: Scalars['String']['output'];
  /** All tags, including the gateway's ownership tag, sorted by key. */
  readonly tags: ReadonlyArray<Tag>;
  /** ARN of the target role; null without one. */
  readonly targetRoleArn: Maybe<Scalars['String']['output']>;
};

/** The fields of an association: all fields of the EKS API, plus account and region. */
export type AssociationState = {
  /** Account of the cluster. */
  readonly accountId: Scalars['String']['output'];
  /** ARN of the association. */
  readonly associationArn: Scalars['String']['output'];
  /** Id of the association in EKS. */
  readonly associationId: Scalars['String']['output'];
  /** Name of the cluster. */
  readonly clusterName: Scalars['String']['output'];
  /** Time of creation. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Whether the session tags that EKS adds to the role session are disabled; null when EKS does not return it. */
  readonly disableSessionTags: Maybe<Scalars['Boolean']['output']>;
  /** External id for the target role's trust policy; null without a target role. */
  readonly externalId: Maybe<Scalars['String']['output']>;
  /** Time of the last modification. */
  readonly modifiedAt: Scalars['DateTime']['output'];
  /** Kubernetes namespace. */
  readonly namespace: Scalars['String']['output'];
  /** Id of the gateway operation that created the association, read from its ownership tag; null without the tag. */
  readonly operationId: Maybe<Scalars['ID']['output']>;
  /** ARN of the EKS add-on that owns the association; null without one. */
  readonly ownerArn: Maybe<Scalars['String']['output']>;
  /** IAM session policy as JSON text; null without one. */
  readonly policy: Maybe<Scalars['String']['output']>;
  /** Region of the cluster. */
  readonly region: Scalars['String']['output'];
  /** ARN of the IAM role that the pods get. */
  readonly roleArn: Scalars['String']['output'];
  /** Kubernetes service account. */
  readonly serviceAccount: Scalars['String']['output'];
  /** All tags, including the gateway's ownership tag, sorted by key. */
  readonly tags: ReadonlyArray<Tag>;
  /** ARN of the target role; null without one. */
  readonly targetRoleArn: Maybe<Scalars['String']['output']>;
};

/** The cluster that an entry is about. */
export type AuditCluster = {
  readonly __typename?: 'AuditCluster';
  /** Account of the cluster. */
  readonly accountId: Scalars['String']['output'];
  /** Name of the cluster. */
  readonly clusterName: Scalars['String']['output'];
  /** Region of the cluster. */
  readonly region: Scalars['String']['output'];
};

/**
 * An entry of the audit trail. Entries are never changed or deleted, except that operators can erase their personal data. The entry of a request to change an association that its principal may not
 * view is shown to the principal as if the association did not exist, and in full to those who may read the trail of the namespace or of the gateway.
 */
export type AuditEntry = Node & {
  readonly __typename?: 'AuditEntry';
  /** The service that acts for the principal, from the `act` claim of the token (RFC 8693); null without one. */
  readonly actor: Maybe<RecordedPrincipal>;
  /** Request id of API Gateway, `apiRequestId` in the gateway's logs. */
  readonly apiRequestId: Scalars['String']['output'];
  /** Id of the approval that the entry is about: `approval` returns it. Null for other entries. */
  readonly approvalId: Maybe<Scalars['ID']['output']>;
  /**
   * The association as it is now; null while it is not known, when it no longer exists, and when you are not allowed to view it.
   * Costs one EKS call per association.
   */
  readonly association: Maybe<PodIdentityAssociation>;
  /** ARN of the association; null while it is not known. */
  readonly associationArn: Maybe<Scalars['ID']['output']>;
  /** The association before the operation; null for a create, when it did not exist, and when you may not view it. */
  readonly before: Maybe<AssociationSnapshot>;
  /** The cluster of an entry that is about a whole cluster: of CLUSTER_GONE. Null for other entries. */
  readonly cluster: Maybe<AuditCluster>;
  /** The policy decision; null when policy was not evaluated. */
  readonly decision: Maybe<PolicyDecision>;
  /** The declaration that made the request; null without one. */
  readonly declaration: Maybe<Scalars['String']['output']>;
  /**
   * The policy decision about the delete that a request is which ends an existing association, or ends it earlier than before: for the time of the
   * expiry. Null for other requests.
   */
  readonly deleteDecision: Maybe<PolicyDecision>;
  /** Request id of the EKS call, the `requestID` in CloudTrail; null without an EKS response. */
  readonly eksRequestId: Maybe<Scalars['String']['output']>;
  /** Ids of the entries whose personal data are erased; null for other entries. */
  readonly erasedEntries: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  /** The event. */
  readonly event: AuditEvent;
  /** Fencing token of the lease under which the entry was written, counted from 1; of an approval, the number of the entry; of drift, a number that orders its entries. Else null. */
  readonly fence: Maybe<Scalars['Int']['output']>;
  /** The first 10 findings, with shortened texts; empty where the input was valid. */
  readonly findings: ReadonlyArray<InputFinding>;
  /** Id of the entry. */
  readonly id: Scalars['ID']['output'];
  /** Human-readable description of the result; null without one. */
  readonly message: Maybe<Scalars['String']['output']>;
  /** The person whom the authenticated service named; null without one, and once it is erased. */
  readonly onBehalfOf: Maybe<Scalars['String']['output']>;
  /** The operation; null for a dry run, for a read of the audit trail, for a lock, for drift and for an approval. */
  readonly operation: Maybe<Operation>;
  /** Id of the operation, the same in all entries of one operation; also the value of the association's ownership tag. That of a lock begins with `lock-`, that of drift with `drift-`, that of an approval with `approval-`, that of a repair with `repair-`, that of an erasure with `erasure-`. */
  readonly operationId: Scalars['ID']['output'];
  /** Kind of operation. */
  readonly operationKind: OperationKind;
  /** Whether operators erased the personal data of the entry: then `onBehalfOf`, `sourceAddress`, `userAgent`, `reason` and the comments of votes are null, and `[name]` stands for the person in texts. */
  readonly personalDataErased: Scalars['Boolean']['output'];
  /** The principal whose permissions were evaluated. */
  readonly principal: RecordedPrincipal;
  /** The reason given in the request; null without one. */
  readonly reason: Maybe<Scalars['String']['output']>;
  /** Code of the refusal; null when the request was not refused. */
  readonly refusalCode: Maybe<RefusalCode>;
  /** The request in canonical form; null when the input was not valid. */
  readonly request: Maybe<RecordedRequest>;
  /** Source IP address; null when not known, and once it is erased. */
  readonly sourceAddress: Maybe<Scalars['String']['output']>;
  /** The service account that the request concerns; null when the input was not valid, and when the association did not exist. */
  readonly target: Maybe<AuditTarget>;
  /** Time of the event. */
  readonly time: Scalars['DateTime']['output'];
  /** User agent; null when the client sent none, and once it is erased. */
  readonly userAgent: Maybe<Scalars['String']['output']>;
};

/** A page of audit entries. */
export type AuditEntryConnection = {
  readonly __typename?: 'AuditEntryConnection';
  /** The entries, each with its cursor. */
  readonly edges: ReadonlyArray<AuditEntryEdge>;
  /** The entries. */
  readonly nodes: ReadonlyArray<AuditEntry>;
  /**
   * The events whose entries this scope leaves out, such as DENIED for a service account: an empty page does not mean that there were no
   * such requests. They are in the scope of their principal and in that of the gateway; DENIED ones are also in that of a namespace, if
   * `events` names DENIED, and CLUSTER_GONE in that of the cluster. Empty if the scope leaves out nothing.
   */
  readonly omittedEvents: ReadonlyArray<AuditEvent>;
  /** Information about the page. */
  readonly pageInfo: PageInfo;
};

/** An audit entry on a page. */
export type AuditEntryEdge = {
  readonly __typename?: 'AuditEntryEdge';
  /** Opaque cursor, valid only for the same query. */
  readonly cursor: Scalars['String']['output'];
  /** The entry. */
  readonly node: AuditEntry;
};

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
  /** Entries of changes to the association with this ARN, with the same events as for a cluster. */
  { readonly associationArn: Scalars['ID']['input']; readonly cluster?: never; readonly gateway?: never; readonly operationId?: never; readonly principalId?: never; }
  |  /**
   * Entries of changes in a cluster, in a namespace or to a service account: INTENT, UNKNOWN, TAKEN_OVER, SUCCEEDED, REFUSED,
   * RELEASED and LATE_SUCCESS, from the time that an operation began. For a namespace, also DENIED, if `events` names it.
   */
  { readonly associationArn?: never; readonly cluster: ClusterScope; readonly gateway?: never; readonly operationId?: never; readonly principalId?: never; }
  |  /** The whole trail of the gateway. Intended for auditors. */
  { readonly associationArn?: never; readonly cluster?: never; readonly gateway: GatewayScope; readonly operationId?: never; readonly principalId?: never; }
  |  /** Entries of this operation, or of the approval with this id. */
  { readonly associationArn?: never; readonly cluster?: never; readonly gateway?: never; readonly operationId: Scalars['ID']['input']; readonly principalId?: never; }
  |  /** Entries of requests by this principal, whatever became of them. */
  { readonly associationArn?: never; readonly cluster?: never; readonly gateway?: never; readonly operationId?: never; readonly principalId: Scalars['ID']['input']; };

/** The service account that a request concerns. */
export type AuditTarget = {
  readonly __typename?: 'AuditTarget';
  /** Account of the cluster. */
  readonly accountId: Scalars['String']['output'];
  /** Name of the cluster. */
  readonly clusterName: Scalars['String']['output'];
  /** Kubernetes namespace. */
  readonly namespace: Scalars['String']['output'];
  /** Region of the cluster. */
  readonly region: Scalars['String']['output'];
  /** Kubernetes service account. */
  readonly serviceAccount: Scalars['String']['output'];
};

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

/** A role, or the roles of a path, that you may want to bind. */
export type BindableRole = {
  readonly __typename?: 'BindableRole';
  /** Who has to approve; empty unless `permission` is NEEDS_APPROVAL. */
  readonly needs: ReadonlyArray<ApprovalNeed>;
  /** What policy says of a create with it, with a reason and no other settings than the tags. */
  readonly permission: BindPermission;
  /** ARN of the role; with `*` as its name for every role of a path. */
  readonly roleArn: Scalars['String']['output'];
  /** Why the role is offered. */
  readonly source: BindableRoleSource;
  /** Why policy denies it; empty unless `permission` is DENIED. */
  readonly violations: ReadonlyArray<PolicyViolation>;
};

/** Why a role is offered. Values may be added. */
export type BindableRoleSource =
  /** The path of the role follows the naming convention. */
  | 'CONVENTION'
  /** The inventory allows the namespace to use the role. */
  | 'INVENTORY';

/** Operators have locked changes. The gateway sends no change to EKS until they lift the lock. */
export type ChangesLocked = Refusal & {
  readonly __typename?: 'ChangesLocked';
  /** Who set the lock and why, and what to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** CHANGES_LOCKED. */
  readonly code: RefusalCode;
  /** Time at which the lock was set. */
  readonly lockedAt: Scalars['DateTime']['output'];
  /** Who set the lock, as in the audit trail. */
  readonly lockedBy: Scalars['String']['output'];
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /** The reason given with the lock; null without one. */
  readonly reason: Maybe<Scalars['String']['output']>;
  /** Always true: the unchanged request can succeed once the lock is lifted. */
  readonly retryable: Scalars['Boolean']['output'];
  /** Which changes the lock stops. */
  readonly scope: LockScope;
};

/** Result of a dry run. */
export type CheckPayload = {
  readonly __typename?: 'CheckPayload';
  /** The audit entry of this dry run; its event is CHECKED. */
  readonly auditEntry: AuditEntry;
  /** The policy decision; null when the input is not valid, and when the association does not exist or you may not view it. */
  readonly decision: Maybe<PolicyDecision>;
  /** Fields in which `existing` and the request differ; null when `existing` is null, and for a delete or an adoption. */
  readonly differences: Maybe<ReadonlyArray<Difference>>;
  /** For a create the conflicting association, or the one that it would adopt; otherwise the one to update, delete or adopt; null when it does not exist or you are not allowed to view it. */
  readonly existing: Maybe<PodIdentityAssociation>;
  /** Who may not view the association, if `existing` is null for that reason; null otherwise. */
  readonly existingDeniedTo: Maybe<DeniedSubject>;
  /** True when policy allows you this dry run and denies you the request: `refusal` is what else the request would meet or, if nothing, the denial. */
  readonly onlyAsDryRun: Scalars['Boolean']['output'];
  /** The refusal that the mutation would return now; null when no refusal is expected. */
  readonly refusal: Maybe<Refusal>;
  /** Seconds after which the mutation can succeed unchanged; null unless `refusal.retryable`. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /**
   * What can keep pods from using the association although the change itself would succeed. Empty when policy does not allow the request, and
   * for a delete. Selecting this field costs up to two EKS calls, and one of IAM where the gateway is configured to read roles.
   */
  readonly warnings: ReadonlyArray<Warning>;
  /** True when the input is valid, policy allows the request and no existing association conflicts: the request would be sent to EKS, which can still reject it. For an adoption: that it would be recorded, also with `ifExists: ADOPT`. */
  readonly wouldBeAttempted: Scalars['Boolean']['output'];
};

/** The changes to check. */
export type CheckPodIdentityAssociationsInput = {
  /** The changes, 1 to 100. Those that name associations by id may do so in up to 10 clusters; creates and desired states may be in any number. */
  readonly changes: ReadonlyArray<CheckedChangeInput>;
};

/** Result of `checkPodIdentityAssociations`. */
export type CheckPodIdentityAssociationsPayload = {
  readonly __typename?: 'CheckPodIdentityAssociationsPayload';
  /** The audit entry of the check; its event is CHECKED. */
  readonly auditEntry: AuditEntry;
  /** The result of each change, in the order of the changes. */
  readonly results: ReadonlyArray<CheckedChange>;
};

/** What a change would be answered, as far as policy and what was observed can tell. */
export type CheckedChange = {
  readonly __typename?: 'CheckedChange';
  /** The change that a desired state needs by what was observed, which the other fields are about; null for other changes, and if it is not valid. */
  readonly change: Maybe<EnsureChange>;
  /** The policy decision; null when the input is not valid, when the association is not known, and when it depends on role attributes. */
  readonly decision: Maybe<PolicyDecision>;
  /**
   * Fields in which `existing` and the request differ; null when `existing` is null, and for a delete or an adoption. Of a desired state, those of
   * `EnsureCheckPayload`.
   */
  readonly differences: Maybe<ReadonlyArray<Difference>>;
  /** The association of the service account, as it was observed last; null when there is none, or you are not allowed to view it. */
  readonly existing: Maybe<AssociationSnapshot>;
  /** True when policy allows you this check and denies you the change: `refusal` is what else the change would meet or, if nothing, the denial. */
  readonly onlyAsDryRun: Scalars['Boolean']['output'];
  /**
   * The refusal that the mutation would return; null when none is foreseen, and when the decision depends on role attributes. An association that was
   * not observed yet, or that you may not view, is ASSOCIATION_NOT_FOUND. Paths of findings begin with `changes`.
   */
  readonly refusal: Maybe<Refusal>;
  /**
   * How often the association of the service account changed or may have: for `expectedRevision`. Operations in progress or known to have failed don't
   * count. 0 without a change, and also where the input is not valid or the association is not known, and unless policy allows you the change, only approvals
   * are missing, or you may view the association.
   */
  readonly revision: Scalars['Int']['output'];
  /** Roles whose tags or permissions boundary decide: they are read by the mutation and its own dry run. Empty if the decision does not depend on them. */
  readonly unknownRoles: ReadonlyArray<Scalars['String']['output']>;
  /** With NONE, that the association is not that of the declaration; else empty. */
  readonly warnings: ReadonlyArray<Warning>;
  /** True when the input is valid, policy allows the change and no observed association or lock conflicts. */
  readonly wouldBeAttempted: Scalars['Boolean']['output'];
};

/** A change to check, or a desired state: the input of its mutation. A `clientRequestToken` is not used. */
export type CheckedChangeInput =
  /** As for `adoptPodIdentityAssociation`. */
  { readonly adopt: AdoptPodIdentityAssociationInput; readonly create?: never; readonly delete?: never; readonly ensure?: never; readonly ensureNo?: never; readonly tag?: never; readonly untag?: never; readonly update?: never; }
  |  /** As for `createPodIdentityAssociation`. */
  { readonly adopt?: never; readonly create: CreatePodIdentityAssociationInput; readonly delete?: never; readonly ensure?: never; readonly ensureNo?: never; readonly tag?: never; readonly untag?: never; readonly update?: never; }
  |  /** As for `deletePodIdentityAssociation`. */
  { readonly adopt?: never; readonly create?: never; readonly delete: DeletePodIdentityAssociationInput; readonly ensure?: never; readonly ensureNo?: never; readonly tag?: never; readonly untag?: never; readonly update?: never; }
  |  /**
   * As for `ensurePodIdentityAssociation`. Unlike by its own dry run, the desired state is compared with what was observed last: an association that
   * no operation or scan of the gateway has shown yet counts as absent.
   */
  { readonly adopt?: never; readonly create?: never; readonly delete?: never; readonly ensure: EnsurePodIdentityAssociationInput; readonly ensureNo?: never; readonly tag?: never; readonly untag?: never; readonly update?: never; }
  |  /** As for `ensureNoPodIdentityAssociation`, compared as for `ensure`. */
  { readonly adopt?: never; readonly create?: never; readonly delete?: never; readonly ensure?: never; readonly ensureNo: EnsureNoPodIdentityAssociationInput; readonly tag?: never; readonly untag?: never; readonly update?: never; }
  |  /** As for `tagPodIdentityAssociation`. */
  { readonly adopt?: never; readonly create?: never; readonly delete?: never; readonly ensure?: never; readonly ensureNo?: never; readonly tag: TagPodIdentityAssociationInput; readonly untag?: never; readonly update?: never; }
  |  /** As for `untagPodIdentityAssociation`. */
  { readonly adopt?: never; readonly create?: never; readonly delete?: never; readonly ensure?: never; readonly ensureNo?: never; readonly tag?: never; readonly untag: UntagPodIdentityAssociationInput; readonly update?: never; }
  |  /** As for `updatePodIdentityAssociation`. */
  { readonly adopt?: never; readonly create?: never; readonly delete?: never; readonly ensure?: never; readonly ensureNo?: never; readonly tag?: never; readonly untag?: never; readonly update: UpdatePodIdentityAssociationInput; };

/** A cluster of the inventory. */
export type Cluster = {
  readonly __typename?: 'Cluster';
  /** Account of the cluster. */
  readonly accountId: Scalars['String']['output'];
  /** Name of the cluster. */
  readonly clusterName: Scalars['String']['output'];
  /** Environment of the cluster, e.g. `prod`. */
  readonly environment: Scalars['String']['output'];
  /** Whether you may list all associations of the cluster. */
  readonly mayList: Scalars['Boolean']['output'];
  /** Whether you may read the audit trail of the whole cluster. */
  readonly mayReadAuditTrail: Scalars['Boolean']['output'];
  /** Region of the cluster. */
  readonly region: Scalars['String']['output'];
};

/** A page of clusters. */
export type ClusterConnection = {
  readonly __typename?: 'ClusterConnection';
  /** The clusters, each with its cursor. */
  readonly edges: ReadonlyArray<ClusterEdge>;
  /** The clusters. */
  readonly nodes: ReadonlyArray<Cluster>;
  /** Information about the page. */
  readonly pageInfo: PageInfo;
};

/** What is known of the associations of a cluster. */
export type ClusterCoverage = {
  readonly __typename?: 'ClusterCoverage';
  /** Account of the cluster. */
  readonly accountId: Scalars['String']['output'];
  /** Name of the cluster. */
  readonly clusterName: Scalars['String']['output'];
  /** Why the last scan could not read the cluster, e.g. `AccessDeniedException`; null if it could, and if the cluster is gone. */
  readonly failure: Maybe<Scalars['String']['output']>;
  /** When the first complete scan of the cluster began; null if there was none. */
  readonly firstScannedAt: Maybe<Scalars['DateTime']['output']>;
  /** Since when it is certain that EKS does not have the cluster any more; null if it has it, or if that is not certain. Its associations are gone. */
  readonly goneSince: Maybe<Scalars['DateTime']['output']>;
  /** Whether the associations of the cluster are known, now or at the time `asOf`: whether a complete scan began before. If not, the page may lack some of them. */
  readonly isKnown: Scalars['Boolean']['output'];
  /** Region of the cluster. */
  readonly region: Scalars['String']['output'];
  /** When the last complete scan of the cluster began; null if there was none. */
  readonly scannedAt: Maybe<Scalars['DateTime']['output']>;
};

/** A cluster on a page. */
export type ClusterEdge = {
  readonly __typename?: 'ClusterEdge';
  /** Opaque cursor, valid only for the same query. */
  readonly cursor: Scalars['String']['output'];
  /** The cluster. */
  readonly node: Cluster;
};

/** A cluster, a namespace in it, or a service account in that namespace. */
export type ClusterScope = {
  /** Account of the cluster; defaults to the account of the deployment. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Kubernetes namespace. */
  readonly namespace?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** Kubernetes service account; requires `namespace`. */
  readonly serviceAccount?: InputMaybe<Scalars['String']['input']>;
};

/** A policy in force or no longer in force. */
export type ComparedPolicy = {
  readonly __typename?: 'ComparedPolicy';
  /** The policy that it is compared with; null without one. */
  readonly before: Maybe<Policy>;
  /** How it differs; null if the policies are compared with nothing. */
  readonly change: Maybe<PolicyChange>;
  /** The policy in force; null if it was removed. */
  readonly inForce: Maybe<Policy>;
  /** `@id` of the policy. */
  readonly policyId: Scalars['String']['output'];
};

/** A policy on a page. */
export type ComparedPolicyEdge = {
  readonly __typename?: 'ComparedPolicyEdge';
  /** Opaque cursor, valid only for the same query. */
  readonly cursor: Scalars['String']['output'];
  /** The policy. */
  readonly node: ComparedPolicy;
};

/** The parameters of the EKS API, plus the cluster's account and region, a reason, and the person on whose behalf a service acts. Null means the same as an omitted field. */
export type CreatePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /**
   * Idempotency token: 1 to 255 printable ASCII characters, case-sensitive. A repeated request with the same token and input
   * returns the first answer. When omitted, the gateway generates a token; then a retry after a lost answer is a new request.
   */
  readonly clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /**
   * Name of the declaration that makes the request: 1 to 128 characters in one line. Recorded, and kept with the association until
   * another request changes it. Grants nothing. Not part of the input that the token is bound to.
   */
  readonly declaration?: InputMaybe<Scalars['String']['input']>;
  /** Disables the session tags that EKS adds to the role session; false when omitted. */
  readonly disableSessionTags?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * The `revision` that the service account had when the request was planned, as `checkPodIdentityAssociations` returned it. The request is
   * refused with ASSOCIATION_CHANGED if it has another one: so an older plan does not undo a later deletion. Compared in dry runs, and when the
   * create begins or is repeated; while another operation on the service account is in progress, the answer is OPERATION_IN_PROGRESS.
   */
  readonly expectedRevision?: InputMaybe<Scalars['Int']['input']>;
  /**
   * When the gateway deletes the association, for temporary access: from 5 minutes to 5 years after the request. It is deleted up to some minutes later,
   * unless others changed it outside the gateway; pods keep their credentials for up to six hours more. While another operation on the service account
   * is in progress, the answer is OPERATION_IN_PROGRESS. When omitted, the association does not end by itself, and one that is adopted keeps its expiry.
   * One that is adopted and would end earlier than before needs the right to delete it at that time.
   */
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /**
   * What to do if the service account already has an association whose role, target role, session tags and session policy equal this
   * request: by default, the request is refused. An association that differs is refused in any case.
   */
  readonly ifExists?: InputMaybe<IfExists>;
  /** Kubernetes namespace, an RFC 1123 label. It need not exist yet. */
  readonly namespace: Scalars['String']['input'];
  /**
   * The person on whose behalf a service acts, up to 256 characters. If the inventory lists the name, the request must be permitted to
   * this person too. It grants no permissions: whether the person wants the request is not verified.
   */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** IAM session policy as JSON text, up to 2,048 characters. Takes effect only with `disableSessionTags: true`. */
  readonly policy?: InputMaybe<Scalars['String']['input']>;
  /** Reason, recorded in the audit trail: up to 1,024 characters. Not part of the input that the token is bound to. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** ARN of the IAM role, in the cluster's account. */
  readonly roleArn: Scalars['String']['input'];
  /** Kubernetes service account, an RFC 1123 subdomain. It need not exist yet. */
  readonly serviceAccount: Scalars['String']['input'];
  /** Tags of the association, up to 50. With 50 tags the gateway can't add its ownership tag, see OUTCOME_UNDETERMINED. */
  readonly tags?: InputMaybe<ReadonlyArray<TagInput>>;
  /** ARN of a second role, which EKS Pod Identity assumes with the credentials of `roleArn`; it may be in another account. */
  readonly targetRoleArn?: InputMaybe<Scalars['String']['input']>;
};

/** Result of a create. `status` determines which of the other fields are set. */
export type CreatePodIdentityAssociationPayload = MutationPayload & {
  readonly __typename?: 'CreatePodIdentityAssociationPayload';
  /** True when `association` already existed and was adopted, see `ifExists`; also in a replay. */
  readonly adopted: Scalars['Boolean']['output'];
  /** The created or adopted association, as EKS returned it when the operation completed, also in a replay; set if and only if `status` is SUCCEEDED. */
  readonly association: Maybe<AssociationSnapshot>;
  /** The last audit entry written by this request. All entries of an operation have the same `operationId`. */
  readonly auditEntry: AuditEntry;
  /** The token of this request, yours or a generated one; null when yours is not valid, and when a request without one is refused before it starts. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** The expiry that this request set; null without one. An association adopted without `expiresAt` keeps its expiry: `associations` shows it. */
  readonly expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** Why the request was refused; set if and only if `status` is REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** True when this is the recorded answer of an earlier request with the same token. */
  readonly replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request is sent again with the same token; set if IN_PROGRESS or `refusal.retryable`, else null. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** Status of the request; the only field that a client needs to branch on. */
  readonly status: RequestStatus;
  /** What can keep pods from using the association as intended, and what they need after the change; empty unless `status` is SUCCEEDED. */
  readonly warnings: ReadonlyArray<Warning>;
};

/** The association to delete. */
export type DeletePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the association in EKS: a letter, `-` and 17 lower-case letters or digits, e.g. `a-0123456789abcdefg`. */
  readonly associationId: Scalars['String']['input'];
  /** Idempotency token, as for a create. */
  readonly clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Name of the declaration that makes the request, as for a create. */
  readonly declaration?: InputMaybe<Scalars['String']['input']>;
  /** Optimistic concurrency check, as for an update. */
  readonly expectedModifiedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The `revision` that the service account is expected to have, as for a create. */
  readonly expectedRevision?: InputMaybe<Scalars['Int']['input']>;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
};

/** Result of a delete. `status` determines which of the other fields are set. */
export type DeletePodIdentityAssociationPayload = MutationPayload & {
  readonly __typename?: 'DeletePodIdentityAssociationPayload';
  /** The deleted association, as EKS returned it when the operation completed, also in a replay; set if and only if `status` is SUCCEEDED. */
  readonly association: Maybe<AssociationSnapshot>;
  /** The last audit entry written by this request. All entries of an operation have the same `operationId`. */
  readonly auditEntry: AuditEntry;
  /** The token of this request, yours or a generated one; null when yours is not valid, and when a request without one is refused before it starts. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why the request was refused; set if and only if `status` is REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** True when this is the recorded answer of an earlier request with the same token. */
  readonly replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request is sent again with the same token; set if IN_PROGRESS or `refusal.retryable`, else null. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** Status of the request; the only field that a client needs to branch on. */
  readonly status: RequestStatus;
  /** What can keep pods from using the association as intended, and what they need after the change; empty unless `status` is SUCCEEDED. */
  readonly warnings: ReadonlyArray<Warning>;
};

/** Who a denial is about. */
export type DeniedSubject =
  /** The principal and the person. */
  | 'BOTH'
  /** The person in `onBehalfOf`. */
  | 'ON_BEHALF_OF'
  /** The principal. */
  | 'PRINCIPAL';

/** A field in which a request and an association differ. */
export type Difference = {
  readonly __typename?: 'Difference';
  /** The existing value; null when the association has none. */
  readonly existing: Maybe<Scalars['String']['output']>;
  /** The field, e.g. `roleArn` or `tags.team`. */
  readonly field: Scalars['String']['output'];
  /** The requested value; null when the request has none. */
  readonly requested: Maybe<Scalars['String']['output']>;
};

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

/** EKS rejected the request, or the gateway could not send it. */
export type EksRefused = Refusal & {
  readonly __typename?: 'EksRefused';
  /** What to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** The code of the refusal, such as ROLE_NOT_FOUND, THROTTLED or EKS_REFUSED. */
  readonly code: RefusalCode;
  /** Message of the EKS exception. */
  readonly eksMessage: Scalars['String']['output'];
  /** Name of the EKS exception, e.g. `InvalidParameterException`. */
  readonly exception: Scalars['String']['output'];
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /** True when the unchanged request can succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** The change that a desired state needs. Values may be added. */
export type EnsureChange =
  /** The association is as desired, and is adopted, so that it becomes that of the declaration. */
  | 'ADOPT'
  /** The association is created. */
  | 'CREATE'
  /** The association is deleted. */
  | 'DELETE'
  /** Nothing: the association is as desired, or there is none as desired. */
  | 'NONE'
  /** Tags are set. */
  | 'TAG'
  /** Tags are removed. */
  | 'UNTAG'
  /** Settings or the expiry of the association are changed. */
  | 'UPDATE';

/** Result of a dry run of a desired state. */
export type EnsureCheckPayload = {
  readonly __typename?: 'EnsureCheckPayload';
  /** The change that the request would make now; null if the input is not valid. */
  readonly change: Maybe<EnsureChange>;
  /** The dry run of the change, with the refusal that the request would meet; null if nothing is to be changed. */
  readonly check: Maybe<CheckPayload>;
  /** As of `EnsurePayload`. */
  readonly differences: ReadonlyArray<Difference>;
  /** With NONE, that the association is not that of the declaration; else empty: `check` has those of the change. */
  readonly warnings: ReadonlyArray<Warning>;
};

/** A service account that is to have no association. */
export type EnsureNoPodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** As for `ensurePodIdentityAssociation`. */
  readonly attempt?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Name of the declaration whose association is deleted, as for `ensurePodIdentityAssociation`. */
  readonly declaration: Scalars['String']['input'];
  /** Kubernetes namespace, an RFC 1123 label. */
  readonly namespace: Scalars['String']['input'];
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** Kubernetes service account, an RFC 1123 subdomain. */
  readonly serviceAccount: Scalars['String']['input'];
  /** Whether to delete an association that no request of this declaration made or changed last. */
  readonly takeOver?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Result of `ensurePodIdentityAssociation` and `ensureNoPodIdentityAssociation`. `status` determines which of the other fields are set. */
export type EnsurePayload = {
  readonly __typename?: 'EnsurePayload';
  /** The association after the change, or as it was read if nothing was to be changed; null if there is none, and unless `status` is SUCCEEDED. */
  readonly association: Maybe<AssociationSnapshot>;
  /** The last audit entry written by this request; null if nothing was to be changed, also where that was not certain yet. */
  readonly auditEntry: Maybe<AuditEntry>;
  /** The change that this request made, began or was refused; null if it was refused before one was chosen. */
  readonly change: Maybe<EnsureChange>;
  /** The token of the change, which the gateway derives from the desired state and what was read; null without a change. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Where the association that was read differs from what is desired; empty where there was none. */
  readonly differences: ReadonlyArray<Difference>;
  /** When the association ends; null if it does not end by itself, and where `association` is null. */
  readonly expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** True when all is as desired. False with SUCCEEDED: something still differs, send the same request again. */
  readonly isSettled: Scalars['Boolean']['output'];
  /** Why the request was refused; set if and only if `status` is REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** Seconds to wait before the same request is sent again; set if IN_PROGRESS or `refusal.retryable`, else null. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** Status of the request. */
  readonly status: RequestStatus;
  /** As of the mutation of the change; with NONE, that the association is not that of the declaration. */
  readonly warnings: ReadonlyArray<Warning>;
};

/** The desired state of the association of a service account. Fields that are omitted are desired to be absent, except for `tags` and `expiresAt`. */
export type EnsurePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /**
   * A text of your choice, 1 to 128 characters in one line; a new one asks again for an approval that was rejected, withdrawn or expired. It is not needed
   * for anything else.
   */
  readonly attempt?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /**
   * Name of the declaration whose association this is: 1 to 128 characters in one line. An association that no request of this declaration made or changed last
   * is not changed, see DECLARED_ELSEWHERE. Grants nothing: anyone may name it.
   */
  readonly declaration: Scalars['String']['input'];
  /** Disables the session tags that EKS adds to the role session; false when omitted. */
  readonly disableSessionTags?: InputMaybe<Scalars['Boolean']['input']>;
  /** When the gateway deletes the association, as for a create. When omitted, its expiry stays as it is; null: it does not end by itself. */
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** Kubernetes namespace, an RFC 1123 label. It need not exist yet. */
  readonly namespace: Scalars['String']['input'];
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** IAM session policy as JSON text, as for a create; none when omitted. */
  readonly policy?: InputMaybe<Scalars['String']['input']>;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** ARN of the IAM role, in the cluster's account. */
  readonly roleArn: Scalars['String']['input'];
  /** Kubernetes service account, an RFC 1123 subdomain. It need not exist yet. */
  readonly serviceAccount: Scalars['String']['input'];
  /** Exactly these tags, besides those of the gateway and of AWS; also an empty list. Null: the tags stay as they are, and a create sets none. */
  readonly tags?: InputMaybe<ReadonlyArray<TagInput>>;
  /** Whether to change, or adopt, an association that no request of this declaration made or changed last. */
  readonly takeOver?: InputMaybe<Scalars['Boolean']['input']>;
  /** ARN of a second role, as for a create; none when omitted. */
  readonly targetRoleArn?: InputMaybe<Scalars['String']['input']>;
};

/** The deployment that answers. */
export type Gateway = {
  readonly __typename?: 'Gateway';
  /** Time of the deployment; null when it is not known. */
  readonly deployedAt: Maybe<Scalars['DateTime']['output']>;
  /** SHA-256 of the inventory. */
  readonly inventoryHash: Scalars['String']['output'];
  /** Address of the page; null without one. */
  readonly pageUrl: Maybe<Scalars['String']['output']>;
  /** SHA-256 of the Cedar policies and their schema. */
  readonly policySetHash: Scalars['String']['output'];
  /** The version of policies and inventory in force; null when they are those of the deployment. */
  readonly policyVersion: Maybe<PolicyVersion>;
  /** Version of the gateway. */
  readonly version: Scalars['String']['output'];
};

/** Which approvals of all clusters to read. Values may be added. */
export type GatewayApprovals =
  /** The pending ones. */
  | 'PENDING';

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

/** A violated validation rule. */
export type InputFinding = {
  readonly __typename?: 'InputFinding';
  /** How to fix it. */
  readonly advice: Scalars['String']['output'];
  /** What is wrong. */
  readonly message: Scalars['String']['output'];
  /** The field, e.g. `tags.3.key`. */
  readonly path: Scalars['String']['output'];
  /** Name of the rule. */
  readonly rule: Scalars['String']['output'];
};

/** The input is not valid. Reports all findings at once. */
export type InvalidInput = Refusal & {
  readonly __typename?: 'InvalidInput';
  /** What to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** INVALID_INPUT. */
  readonly code: RefusalCode;
  /** The first 100 findings, one per violated rule; if there are more, a last one of the rule `more-findings` has their number. */
  readonly findings: ReadonlyArray<InputFinding>;
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /** Always false. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** A lock: operators stopped changes until they lift it. */
export type Lock = {
  readonly __typename?: 'Lock';
  /** Account of the cluster; null unless `scope` is CLUSTER. */
  readonly accountId: Maybe<Scalars['String']['output']>;
  /** Name of the cluster; null unless `scope` is CLUSTER. */
  readonly clusterName: Maybe<Scalars['String']['output']>;
  /** When it was set. */
  readonly lockedAt: Scalars['DateTime']['output'];
  /** Who set it, as in the audit trail. */
  readonly lockedBy: Scalars['String']['output'];
  /** Id of the principal; null unless `scope` is PRINCIPAL. */
  readonly principalId: Maybe<Scalars['ID']['output']>;
  /** The reason given with it; null without one. */
  readonly reason: Maybe<Scalars['String']['output']>;
  /** Region of the cluster; null unless `scope` is CLUSTER. */
  readonly region: Maybe<Scalars['String']['output']>;
  /** Which changes it stops. */
  readonly scope: LockScope;
  /** Whether it also stops reads: all, those at EKS in the cluster, or those of the principal. */
  readonly stopsReads: Scalars['Boolean']['output'];
};

/** Which changes a lock stops. Values may be added. */
export type LockScope =
  /** All changes. */
  | 'ALL'
  /** Changes in one cluster. */
  | 'CLUSTER'
  /** Changes requested by one principal, by it as an actor, or on its behalf (`onBehalfOf`). */
  | 'PRINCIPAL';

/** Operations that change an association. A request may contain one mutation field. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Records an association that was created or changed outside of the gateway as it is, so that `associationDrift` compares it with this
   * state from then on. Changes nothing at EKS, also no tag. Enforces policy, is audited and idempotent like a create. An association that
   * the gateway created, changed or adopted can be adopted again, which accepts its present state. One that an EKS add-on owns is denied by
   * the shipped policies.
   */
  readonly adoptPodIdentityAssociation: AdoptPodIdentityAssociationPayload;
  /**
   * Approves a request that is held, for each need whose group you are in as policy sees it. Changes no association: the change is made when its client
   * sends the request again, and policy is evaluated again then. Repeating an approval changes nothing.
   */
  readonly approve: ApprovalPayload;
  /**
   * Creates an association, which gives the pods of a service account an IAM role. Enforces policy, writes audit entries before
   * and after the EKS call, and is idempotent per client request token.
   */
  readonly createPodIdentityAssociation: CreatePodIdentityAssociationPayload;
  /**
   * Deletes an association and returns it. Enforces policy, is audited and idempotent like a create. Running pods keep their
   * current credentials until these expire.
   */
  readonly deletePodIdentityAssociation: DeletePodIdentityAssociationPayload;
  /** Makes a service account have no association: deletes the one of its `declaration`, if there is one. Otherwise as `ensurePodIdentityAssociation`. */
  readonly ensureNoPodIdentityAssociation: EnsurePayload;
  /**
   * Makes the association of a service account as it is desired: reads what there is, and makes the change that is missing, by the mutation of that change, with
   * its policy, approvals and audit entries. One request makes at most one change: settings first, then tags. Needs no token: a repeated request reads again, and
   * no answer of an earlier one is returned. It changes only an association that a request of its `declaration` made or changed last, unless `takeOver` is true.
   */
  readonly ensurePodIdentityAssociation: EnsurePayload;
  /**
   * Rejects a request that is held, for good: only a request with a new `clientRequestToken` asks again. A principal that may approve for
   * any of the needs may reject. Repeating a rejection changes nothing.
   */
  readonly reject: ApprovalPayload;
  /**
   * Sets tags of an association: adds those whose keys it does not have, and replaces the values of the others. Enforces policy on the tags after the
   * change, is audited and idempotent like an update. Declaration, origin and `modifiedAt` of the association stay as they are.
   */
  readonly tagPodIdentityAssociation: TagPodIdentityAssociationPayload;
  /** Removes tags of an association; a key that it does not have is ignored, as by EKS. Otherwise as `tagPodIdentityAssociation`. */
  readonly untagPodIdentityAssociation: UntagPodIdentityAssociationPayload;
  /**
   * Changes the role, target role, session tags setting or session policy of an association. Enforces policy, is audited and
   * idempotent like a create. Cluster, namespace and service account can't be changed, as in the EKS API; tags by `tagPodIdentityAssociation`.
   */
  readonly updatePodIdentityAssociation: UpdatePodIdentityAssociationPayload;
  /**
   * Withdraws a request of yours that is held, or approved and not used: final for its `clientRequestToken`. Only who asked can, as the same principal through
   * the same actor. A change that began before can't be withdrawn. Repeating a withdrawal changes nothing.
   */
  readonly withdrawApproval: ApprovalPayload;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationAdoptPodIdentityAssociationArgs = {
  input: AdoptPodIdentityAssociationInput;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationApproveArgs = {
  input: ApproveInput;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationCreatePodIdentityAssociationArgs = {
  input: CreatePodIdentityAssociationInput;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationDeletePodIdentityAssociationArgs = {
  input: DeletePodIdentityAssociationInput;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationEnsureNoPodIdentityAssociationArgs = {
  input: EnsureNoPodIdentityAssociationInput;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationEnsurePodIdentityAssociationArgs = {
  input: EnsurePodIdentityAssociationInput;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationRejectArgs = {
  input: RejectInput;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationTagPodIdentityAssociationArgs = {
  input: TagPodIdentityAssociationInput;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationUntagPodIdentityAssociationArgs = {
  input: UntagPodIdentityAssociationInput;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationUpdatePodIdentityAssociationArgs = {
  input: UpdatePodIdentityAssociationInput;
};


/** Operations that change an association. A request may contain one mutation field. */
export type MutationWithdrawApprovalArgs = {
  input: WithdrawApprovalInput;
};

/** Result of a mutation. `status` determines which of the other fields are set. */
export type MutationPayload = {
  /** The association as EKS returned it when the operation completed, also in a replay; set if and only if `status` is SUCCEEDED. */
  readonly association: Maybe<AssociationSnapshot>;
  /** The last audit entry written by this request. All entries of an operation have the same `operationId`. */
  readonly auditEntry: AuditEntry;
  /** The token of this request, yours or a generated one; null when yours is not valid, and when a request without one is refused before it starts. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why the request was refused; set if and only if `status` is REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** True when this is the recorded answer of an earlier request with the same token. */
  readonly replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request is sent again with the same token; set if IN_PROGRESS or `refusal.retryable`, else null. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** Status of the request; the only field that a client needs to branch on. */
  readonly status: RequestStatus;
  /** What can keep pods from using the association as intended, and what they need after the change; empty unless `status` is SUCCEEDED. */
  readonly warnings: ReadonlyArray<Warning>;
};

/** A namespace of the inventory, or all namespaces with a prefix. */
export type Namespace = {
  readonly __typename?: 'Namespace';
  /** Whether you may list its associations. */
  readonly mayList: Scalars['Boolean']['output'];
  /** Whether you may read its audit trail. */
  readonly mayReadAuditTrail: Scalars['Boolean']['output'];
  /** Name of the namespace, or a prefix and `*` for all namespaces that begin with it and are not listed themselves. */
  readonly name: Scalars['String']['output'];
  /** The groups that own it. */
  readonly owners: ReadonlyArray<Scalars['String']['output']>;
  /** Whether it is a system namespace of the cluster. */
  readonly system: Scalars['Boolean']['output'];
};

/** A page of namespaces. */
export type NamespaceConnection = {
  readonly __typename?: 'NamespaceConnection';
  /** The namespaces, each with its cursor. */
  readonly edges: ReadonlyArray<NamespaceEdge>;
  /** The namespaces. */
  readonly nodes: ReadonlyArray<Namespace>;
  /** Information about the page. */
  readonly pageInfo: PageInfo;
};

/** A namespace on a page. */
export type NamespaceEdge = {
  readonly __typename?: 'NamespaceEdge';
  /** Opaque cursor, valid only for the same query. */
  readonly cursor: Scalars['String']['output'];
  /** The namespace. */
  readonly node: Namespace;
};

/** An object that `node` can read again by its id. */
export type Node = {
  /** Globally unique id: usable as a cache key. */
  readonly id: Scalars['ID']['output'];
};

/** An association as it was seen, now or at the time `asOf`. It has no `id`, so that client caches don't merge it with the association as it is now. */
export type ObservedAssociation = {
  readonly __typename?: 'ObservedAssociation';
  /** Account of the cluster. */
  readonly accountId: Scalars['String']['output'];
  /** ARN of the association. */
  readonly associationArn: Scalars['String']['output'];
  /** Id of the association in EKS. */
  readonly associationId: Scalars['String']['output'];
  /** Name of the cluster. */
  readonly clusterName: Scalars['String']['output'];
  /** Time of creation. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** The declaration whose operation made this state, or adopted it; null without one, and if others made it. */
  readonly declaration: Maybe<Scalars['String']['output']>;
  /** Whether the session tags that EKS adds to the role session are disabled; null when EKS does not return it. */
  readonly disableSessionTags: Maybe<Scalars['Boolean']['output']>;
  /** When the gateway deletes the association; null if it does not end by itself, and always with `asOf`. */
  readonly expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** External id for the target role's trust policy; null without a target role. */
  readonly externalId: Maybe<Scalars['String']['output']>;
  /** The first time at which this state was seen: the outcome of an operation, or an EKS read. */
  readonly firstSeenAt: Scalars['DateTime']['output'];
  /** Time of the last modification, as of then. A change of tags may not move it. */
  readonly modifiedAt: Scalars['DateTime']['output'];
  /** Kubernetes namespace. */
  readonly namespace: Scalars['String']['output'];
  /** The last time at which this state was seen. */
  readonly observedAt: Scalars['DateTime']['output'];
  /** The operation that made this state, or adopted it; null if others made it, and while the outcome of the operation is not recorded. */
  readonly operationId: Maybe<Scalars['ID']['output']>;
  /** Who made this state. */
  readonly origin: AssociationOrigin;
  /** ARN of the EKS add-on that owns the association; null without one. */
  readonly ownerArn: Maybe<Scalars['String']['output']>;
  /** IAM session policy as JSON text; null without one. */
  readonly policy: Maybe<Scalars['String']['output']>;
  /** Region of the cluster. */
  readonly region: Scalars['String']['output'];
  /** ARN of the IAM role that the pods get. */
  readonly roleArn: Scalars['String']['output'];
  /** The first time after `observedAt` at which the service account was seen otherwise; null if it was not, always without `asOf`. */
  readonly seenOtherwiseAfter: Maybe<Scalars['DateTime']['output']>;
  /**
   * The last time before `firstSeenAt` at which the service account was seen in another state, or without an association; null if that is not known, as
   * of what was there before the first scan.
   */
  readonly seenOtherwiseBefore: Maybe<Scalars['DateTime']['output']>;
  /** Kubernetes service account. */
  readonly serviceAccount: Scalars['String']['output'];
  /** All tags, including the gateway's ownership tag, sorted by key. */
  readonly tags: ReadonlyArray<Tag>;
  /** ARN of the target role; null without one. */
  readonly targetRoleArn: Maybe<Scalars['String']['output']>;
  /**
   * From when on it is not certain that the association was in force as shown, with the time `asOf` in between: around a deletion, after an update whose answer
   * was lost, and where two changes have the same `modifiedAt`. Null if it is certain, always without `asOf`.
   */
  readonly uncertainFrom: Maybe<Scalars['DateTime']['output']>;
  /** Until when it is not certain; null if it is certain, and if nothing later shows what was in force. */
  readonly uncertainUntil: Maybe<Scalars['DateTime']['output']>;
  /**
   * The changes of it that policy lets you make now, as a dry run would tell: for the first 50 associations of a request, null for others. Makes no call to
   * EKS or IAM, and does not know locks.
   */
  readonly viewerMay: Maybe<ViewerRights>;
};

/** A page of associations as they were seen. */
export type ObservedAssociationConnection = {
  readonly __typename?: 'ObservedAssociationConnection';
  /**
   * What is known of the clusters that this page covers, as far as you may list associations in them: all pages together name every such cluster that
   * matches the filter. At most 50 clusters, or 300 with a role in the filter.
   */
  readonly coverage: ReadonlyArray<ClusterCoverage>;
  /** The associations, each with its cursor. */
  readonly edges: ReadonlyArray<ObservedAssociationEdge>;
  /** The associations. */
  readonly nodes: ReadonlyArray<ObservedAssociation>;
  /** Information about the page. */
  readonly pageInfo: PageInfo;
};

/** An association on a page. */
export type ObservedAssociationEdge = {
  readonly __typename?: 'ObservedAssociationEdge';
  /** Opaque cursor, valid only for the same query. */
  readonly cursor: Scalars['String']['output'];
  /** The association. */
  readonly node: ObservedAssociation;
};

/** An operation that is not completed yet. */
export type OpenOperation = {
  readonly __typename?: 'OpenOperation';
  /** How often the reconciler has examined it since a request worked on it last. */
  readonly attempts: Scalars['Int']['output'];
  /** Time from which on it can no longer take effect at EKS. */
  readonly inDoubtUntil: Scalars['DateTime']['output'];
  /** Kind of the operation. */
  readonly kind: OperationKind;
  /** Human-readable explanation of why its outcome is not known yet; null before the reconciler has examined it. */
  readonly message: Maybe<Scalars['String']['output']>;
  /** Time from which on the reconciler examines it again; null before the first time. */
  readonly nextAttemptAt: Maybe<Scalars['DateTime']['output']>;
  /** Id of the operation; `operation` returns its audit entries. */
  readonly operationId: Scalars['ID']['output'];
  /** Why it can't be examined until operators act; null if it can. */
  readonly parked: Maybe<ParkedReason>;
  /** Time at which it started. */
  readonly startedAt: Scalars['DateTime']['output'];
};

/**
 * An operation: one attempt to change an association under one client request token, or a request that was refused before it
 * began. What it says follows from the entries of the operation that you may read.
 */
export type Operation = Node & {
  readonly __typename?: 'Operation';
  /** Id of the approval that the operation used; null without one. */
  readonly approvalId: Maybe<Scalars['ID']['output']>;
  /** The association as it is now, as in `AuditEntry.association`. */
  readonly association: Maybe<PodIdentityAssociation>;
  /** ARN of the association; null while it is not known. */
  readonly associationArn: Maybe<Scalars['ID']['output']>;
  /** Time of the entry that closed the operation; null while it is IN_PROGRESS. */
  readonly completedAt: Maybe<Scalars['DateTime']['output']>;
  /**
   * The entries of the operation that you may read, oldest first; of its first 100 entries. Only a token that is sent very often
   * has more: read them with `auditTrail(scope: {operationId: …})`.
   */
  readonly entries: ReadonlyArray<AuditEntry>;
  /** Id of the operation; also the value of the association's ownership tag. */
  readonly id: Scalars['ID']['output'];
  /** Kind of operation. */
  readonly kind: OperationKind;
  /** Human-readable description of the result; null without one. */
  readonly message: Maybe<Scalars['String']['output']>;
  /** Code of the refusal; null when the operation was not refused. */
  readonly refusalCode: Maybe<RefusalCode>;
  /** Seconds to wait before asking again; null unless `status` is IN_PROGRESS. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** Time of the first entry. */
  readonly startedAt: Scalars['DateTime']['output'];
  /** Status of the operation. */
  readonly status: OperationStatus;
  /** The service account that the operation concerns; null when the input was not valid. */
  readonly target: Maybe<AuditTarget>;
};

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

/** Information about a page. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Pass it as `after` to read the next page; null when the page is empty and no items follow. */
  readonly endCursor: Maybe<Scalars['String']['output']>;
  /** Whether more items follow. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Always false: only forward pagination is supported. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first item on the page; null when the page is empty. */
  readonly startCursor: Maybe<Scalars['String']['output']>;
};

/** Why the reconciler can't examine an operation. Values may be added. */
export type ParkedReason =
  /** The inventory no longer has the account or region of its cluster. */
  | 'CLUSTER_NOT_SERVED'
  /** Its INTENT entry is missing, or another version of the gateway wrote it in another format. */
  | 'INTENT_UNREADABLE';

/** An EKS Pod Identity association as it is now, read from EKS for this request. */
export type PodIdentityAssociation = AssociationState & Node & {
  readonly __typename?: 'PodIdentityAssociation';
  /** Account of the cluster. */
  readonly accountId: Scalars['String']['output'];
  /** ARN of the association. */
  readonly associationArn: Scalars['String']['output'];
  /** Id of the association in EKS. */
  readonly associationId: Scalars['String']['output'];
  /** Audit entries of changes to this association, newest first; null when you are not allowed to read the audit trail of its namespace. */
  readonly auditTrail: Maybe<AuditEntryConnection>;
  /** Name of the cluster. */
  readonly clusterName: Scalars['String']['output'];
  /** Time of creation. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Whether the session tags that EKS adds to the role session are disabled; null when EKS does not return it. */
  readonly disableSessionTags: Maybe<Scalars['Boolean']['output']>;
  /** External id for the target role's trust policy; null without a target role. */
  readonly externalId: Maybe<Scalars['String']['output']>;
  /** The association's ARN: globally unique, usable as a cache key. */
  readonly id: Scalars['ID']['output'];
  /** Time of the last modification. */
  readonly modifiedAt: Scalars['DateTime']['output'];
  /** Kubernetes namespace. */
  readonly namespace: Scalars['String']['output'];
  /** Id of the gateway operation that created the association, read from its ownership tag; null without the tag. */
  readonly operationId: Maybe<Scalars['ID']['output']>;
  /** ARN of the EKS add-on that owns the association; null without one. */
  readonly ownerArn: Maybe<Scalars['String']['output']>;
  /** IAM session policy as JSON text; null without one. */
  readonly policy: Maybe<Scalars['String']['output']>;
  /** Region of the cluster. */
  readonly region: Scalars['String']['output'];
  /** ARN of the IAM role that the pods get. */
  readonly roleArn: Scalars['String']['output'];
  /** Kubernetes service account. */
  readonly serviceAccount: Scalars['String']['output'];
  /** All tags, including the gateway's ownership tag, sorted by key. */
  readonly tags: ReadonlyArray<Tag>;
  /** ARN of the target role; null without one. */
  readonly targetRoleArn: Maybe<Scalars['String']['output']>;
};


/** An EKS Pod Identity association as it is now, read from EKS for this request. */
export type PodIdentityAssociationAuditTrailArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of associations. */
export type PodIdentityAssociationConnection = {
  readonly __typename?: 'PodIdentityAssociationConnection';
  /** The associations, each with its cursor. */
  readonly edges: ReadonlyArray<PodIdentityAssociationEdge>;
  /** The associations. */
  readonly nodes: ReadonlyArray<PodIdentityAssociation>;
  /** Information about the page. */
  readonly pageInfo: PageInfo;
};

/** An association on a page. */
export type PodIdentityAssociationEdge = {
  readonly __typename?: 'PodIdentityAssociationEdge';
  /** Opaque cursor, valid only for the same query. */
  readonly cursor: Scalars['String']['output'];
  /** The association. */
  readonly node: PodIdentityAssociation;
};

/** A Cedar policy. */
export type Policy = {
  readonly __typename?: 'Policy';
  /** Its annotations besides `@id`, such as `message`, `advice`, `approvers` and `count`. */
  readonly annotations: ReadonlyArray<PolicyAnnotation>;
  /** What it does where it applies. */
  readonly effect: PolicyEffect;
  /** Name of its file. */
  readonly file: Scalars['String']['output'];
  /** `@id` of the policy. */
  readonly policyId: Scalars['String']['output'];
  /** Its text, with the annotations. */
  readonly text: Scalars['String']['output'];
};

/** An annotation of a policy. */
export type PolicyAnnotation = {
  readonly __typename?: 'PolicyAnnotation';
  /** Its name, without the `@`. */
  readonly name: Scalars['String']['output'];
  /** Its value. */
  readonly value: Scalars['String']['output'];
};

/** What the policies in force are compared with. */
export type PolicyBaseline =
  /** The policies of the deployment. */
  | 'PACKAGE'
  /** The published version before the one in force. */
  | 'PREVIOUS_VERSION';

/** How a policy in force differs from the one that it is compared with. */
export type PolicyChange =
  /** There was none with this `@id`. */
  | 'ADDED'
  /** Its text differs. */
  | 'CHANGED'
  /** It is not in force any more. */
  | 'REMOVED'
  /** Its text is the same. */
  | 'UNCHANGED';

/** A page of policies. */
export type PolicyConnection = {
  readonly __typename?: 'PolicyConnection';
  /** What they are compared with; null if there is nothing, or it can't be read any more. */
  readonly comparedWith: Maybe<PolicySet>;
  /** The policies, each with its cursor. */
  readonly edges: ReadonlyArray<ComparedPolicyEdge>;
  /** The policies in force. */
  readonly inForce: PolicySet;
  /** The policies. */
  readonly nodes: ReadonlyArray<ComparedPolicy>;
  /** Information about the page. */
  readonly pageInfo: PageInfo;
};

/** A policy decision and its reasons. */
export type PolicyDecision = {
  readonly __typename?: 'PolicyDecision';
  /** Whether policy allows the request. */
  readonly allowed: Scalars['Boolean']['output'];
  /** Id of the approval that was used; null without one. */
  readonly approvalId: Maybe<Scalars['ID']['output']>;
  /** SHA-256 of the inventory. */
  readonly inventoryHash: Scalars['String']['output'];
  /**
   * The approvals that policy asks for. If `allowed` is false, they are the only obstacle; if it is true, they were given. Empty where none is needed, and
   * where the request is denied anyway.
   */
  readonly needs: ReadonlyArray<ApprovalNeed>;
  /** Of a dry run: true when policy allows it and denies the request itself. */
  readonly onlyAsDryRun: Scalars['Boolean']['output'];
  /** `@id`s of the policies that permit the request, also where it needs approvals; empty for a denial, and in decisions of earlier versions that needed approvals. */
  readonly permittedBy: ReadonlyArray<Scalars['String']['output']>;
  /** `@id`s of the policies that determined the decision. */
  readonly policyIds: ReadonlyArray<Scalars['String']['output']>;
  /** SHA-256 of the Cedar policies and their schema. */
  readonly policySetHash: Scalars['String']['output'];
  /** Reasons for a denial; empty when allowed. */
  readonly violations: ReadonlyArray<PolicyViolation>;
};

/** The request was denied by policy. Nothing was changed in EKS. */
export type PolicyDenied = Refusal & {
  readonly __typename?: 'PolicyDenied';
  /** What to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** POLICY_DENIED or POLICY_EVALUATION_FAILED. */
  readonly code: RefusalCode;
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /**
   * The groups that own the namespace of the request: their members may make such requests, or can give access. Empty if the
   * namespace has no owners or the cluster is not registered.
   */
  readonly owners: ReadonlyArray<Scalars['String']['output']>;
  /** True only for POLICY_EVALUATION_FAILED and ROLE_NOT_FOUND. Denials are not recorded under the token: it can be used again once policy allows the request. */
  readonly retryable: Scalars['Boolean']['output'];
  /** All reasons for the denial. */
  readonly violations: ReadonlyArray<PolicyViolation>;
};

/** What a policy does where it applies. */
export type PolicyEffect =
  /** It forbids the request. */
  | 'FORBID'
  /** It permits the request, unless another policy forbids it. */
  | 'PERMIT';

/** A published version of the policies, or those of the deployment. */
export type PolicySet = {
  readonly __typename?: 'PolicySet';
  /** SHA-256 of the policies and their schema. */
  readonly policySetHash: Scalars['String']['output'];
  /** When the version was published; null for the policies of the deployment. */
  readonly publishedAt: Maybe<Scalars['DateTime']['output']>;
  /** Who published the version; null for the policies of the deployment. */
  readonly publishedBy: Maybe<Scalars['String']['output']>;
  /** The reason given with the version; null without one. */
  readonly reason: Maybe<Scalars['String']['output']>;
  /** Number of the version; null for the policies of the deployment. */
  readonly version: Maybe<Scalars['Int']['output']>;
};

/** A published version of policies and inventory, which puts them in force without a deployment. */
export type PolicyVersion = {
  readonly __typename?: 'PolicyVersion';
  /** Its number; each version has a higher one than those before it. */
  readonly number: Scalars['Int']['output'];
  /** When it was published. */
  readonly publishedAt: Scalars['DateTime']['output'];
};

/** A reason for a denial. */
export type PolicyViolation = {
  readonly __typename?: 'PolicyViolation';
  /** What to change or whom to contact. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** Who is denied, if the request was authorized for the principal and for the person in `onBehalfOf`; null otherwise. */
  readonly deniedTo: Maybe<DeniedSubject>;
  /** What is not allowed. */
  readonly message: Scalars['String']['output'];
  /**
   * `@id` of the policy, or one of `default-deny`, `cluster-not-registered`, `evaluation-failed`, `role-not-found`, `role-not-read`,
   * `session-policy-not-read`.
   */
  readonly policyId: Scalars['String']['output'];
  /** Key of a tag that the policy names (`@tag`): adding it, or giving it another value, can lift the denial. Null for other reasons. */
  readonly tagKey: Maybe<Scalars['String']['output']>;
};

/** An authenticated identity. */
export type Principal = {
  readonly __typename?: 'Principal';
  /** The service that acts for this principal, from the `act` claim of the token (RFC 8693); null without one. */
  readonly actor: Maybe<RecordedPrincipal>;
  /** Groups from the token's claims and the inventory. */
  readonly groups: ReadonlyArray<Scalars['String']['output']>;
  /** `<issuer>#<subject>` for a JWT; `iam:<account>:…` for a request signed with AWS credentials, e.g. `iam:<account>:role/<name>`. */
  readonly id: Scalars['ID']['output'];
  /** Whether the principal is a person or a workload. */
  readonly kind: PrincipalKind;
  /** Name of the IAM role session, chosen by the client: recorded, but not used for decisions; null without one. */
  readonly sessionName: Maybe<Scalars['String']['output']>;
};

/** Kind of principal. */
export type PrincipalKind =
  /** A workload: authenticated by an IAM role session or a JWT issued to it. */
  | 'SERVICE'
  /** A person: authenticated by a JWT, an IAM Identity Center session or an IAM user's signature. */
  | 'USER';

/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * An approval: what was asked for, who has to approve it and who has. Null when it does not exist, or when you may not see it: you see the approvals of
   * your own requests, those that you may give, and those in a namespace whose audit trail you may read. Writes nothing: poll it while a request is held.
   */
  readonly approval: Maybe<Approval>;
  /**
   * The approvals that you may see, see `approval`. A page examines up to 200 approvals, so it can have fewer items than `first`, or none,
   * although more follow: check `hasNextPage`. Those of a cluster and your own are sorted by `requestedAt`, newest first; those of all clusters are not. An approval that was asked for or decided within the last second may be missing or shown as before.
   */
  readonly approvals: Maybe<ApprovalConnection>;
  /**
   * Associations that were created, modified or deleted outside the gateway. A page compares up to `first` associations, so it can have fewer
   * items, or none, although more follow: check `hasNextPage`. Requires permission to list the associations and to read the audit trail;
   * associations that you may not view are left out.
   */
  readonly associationDrift: Maybe<AssociationDriftConnection>;
  /**
   * The associations of all clusters, as the scans and the operations of the gateway saw them last, or as of a time: a page costs no EKS call. Today's
   * policies decide which of them you may view, also in the past. A page examines up to 1,000 service accounts (200 with `asOf`), so it can have
   * fewer items than `first`, or none, although more follow: check `hasNextPage`. Clusters without `isKnown` in `coverage` are incomplete.
   */
  readonly associations: Maybe<ObservedAssociationConnection>;
  /** An audit entry; null when it does not exist or you are not allowed to read it. */
  readonly auditEntry: Maybe<AuditEntry>;
  /**
   * The audit trail, newest first. A page can be shorter than `first`, or empty, although more entries follow: check
   * `hasNextPage`. An entry written within the last second may be missing. At most 1,000 entries are examined for a page,
   * whatever the filters; with filters that few entries match, expect short pages.
   */
  readonly auditTrail: Maybe<AuditEntryConnection>;
  /**
   * Roles that policy would let you bind to a service account, as far as they are known in advance: roles that the inventory
   * allows the namespace to use, up to 50 of them at a time, and before the first of them the paths of the naming convention, where a role named
   * `<namespace>-<serviceAccount>` stands for all. With `includeDenied`, also those that policy denies, each with what is missing, if a permit applies and you may
   * list the associations of the namespace. Reads no role, writes no audit entry; `checkCreatePodIdentityAssociation` judges one role completely.
   */
  readonly bindableRoles: Maybe<ReadonlyArray<BindableRole>>;
  /**
   * Dry run of `adoptPodIdentityAssociation`; adds a CHECKED entry to the audit trail. The message of the entry says whether policy would let
   * you create the association.
   */
  readonly checkAdoptPodIdentityAssociation: Maybe<CheckPayload>;
  /** Dry run of `createPodIdentityAssociation`. Creates nothing; adds a CHECKED entry to the audit trail. */
  readonly checkCreatePodIdentityAssociation: Maybe<CheckPayload>;
  /** Dry run of `deletePodIdentityAssociation`. Deletes nothing; adds a CHECKED entry to the audit trail. */
  readonly checkDeletePodIdentityAssociation: Maybe<CheckPayload>;
  /** Dry run of `ensureNoPodIdentityAssociation`; otherwise as `checkEnsurePodIdentityAssociation`. */
  readonly checkEnsureNoPodIdentityAssociation: Maybe<EnsureCheckPayload>;
  /** Dry run of `ensurePodIdentityAssociation`: the change that it would make now. Adds a CHECKED entry to the audit trail, unless nothing is to be changed. */
  readonly checkEnsurePodIdentityAssociation: Maybe<EnsureCheckPayload>;
  /**
   * Checks up to 100 changes or desired states against policy and what was observed of their associations, for a plan: makes no call to EKS or
   * IAM, so a change can still be refused for what only these know. A change of an association is checked with the tags that those before it leave,
   * except that those of desired states don't count. Adds one CHECKED entry to the audit trail, which counts the results.
   */
  readonly checkPodIdentityAssociations: Maybe<CheckPodIdentityAssociationsPayload>;
  /** Dry run of `tagPodIdentityAssociation`. Changes nothing; adds a CHECKED entry to the audit trail. */
  readonly checkTagPodIdentityAssociation: Maybe<CheckPayload>;
  /** Dry run of `untagPodIdentityAssociation`. Changes nothing; adds a CHECKED entry to the audit trail. */
  readonly checkUntagPodIdentityAssociation: Maybe<CheckPayload>;
  /** Dry run of `updatePodIdentityAssociation`. Changes nothing; adds a CHECKED entry to the audit trail. */
  readonly checkUpdatePodIdentityAssociation: Maybe<CheckPayload>;
  /**
   * The clusters that the gateway serves, as far as you may list associations or read the audit trail in them: of the whole
   * cluster, of a namespace that one of your groups owns, or of one of the first 20 other namespaces in the inventory. A page ends
   * after 2,000 evaluations of policy, so it can have fewer items than `first`, or none, although more follow: check `hasNextPage`.
   */
  readonly clusters: Maybe<ClusterConnection>;
  /** The deployment that answers. */
  readonly gateway: Gateway;
  /** The locks in force, in the order in which they were set. Requires permission to read the whole audit trail. */
  readonly locks: Maybe<ReadonlyArray<Lock>>;
  /**
   * The namespaces of a cluster that the inventory lists, as far as you may list their associations or read their audit trail. A
   * page examines up to 200 namespaces, so it can have fewer items than `first`, or none, although more follow: check `hasNextPage`.
   */
  readonly namespaces: Maybe<NamespaceConnection>;
  /** An association (by its ARN), an audit entry, an operation or an approval; null when it does not exist or you are not allowed to read it. */
  readonly node: Maybe<Node>;
  /**
   * Operations that their requests abandoned and the reconciler has not completed yet, least recently examined first. Requires permission to
   * read the whole audit trail.
   */
  readonly openOperations: Maybe<ReadonlyArray<OpenOperation>>;
  /**
   * An operation and its status, e.g. to follow an operation IN_PROGRESS without sending its mutation again; null when it does
   * not exist or you are not allowed to read its entries.
   */
  readonly operation: Maybe<Operation>;
  /** An association, read from EKS; null when it does not exist or you are not allowed to view it. */
  readonly podIdentityAssociation: Maybe<PodIdentityAssociation>;
  /**
   * The associations of a cluster, a namespace or a service account, in the order in which EKS lists them. Owners of a
   * namespace must pass `namespace`. The list operation of EKS does not return role, tags, times and settings: selecting one of
   * these fields costs one EKS call per association.
   */
  readonly podIdentityAssociations: Maybe<PodIdentityAssociationConnection>;
  /**
   * The policies in force, in the order of their files, each compared with `comparedWith`; then the policies that only `comparedWith` has. Requires permission
   * to read the whole audit trail.
   */
  readonly policies: Maybe<PolicyConnection>;
  /**
   * A policy in force, e.g. one that denied a request. Null unless its author shows it to everyone (`@readers("everyone")`) or you may read the whole
   * audit trail; null also if it does not exist, and if other policies than those of `policySetHash` are in force.
   */
  readonly policy: Maybe<Policy>;
  /** The authenticated principal. */
  readonly viewer: Principal;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryApprovalArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryApprovalsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  scope?: InputMaybe<ApprovalScope>;
  state?: InputMaybe<ApprovalState>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryAssociationDriftArgs = {
  accountId?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  clusterName: Scalars['String']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  namespace?: InputMaybe<Scalars['String']['input']>;
  region?: InputMaybe<Scalars['String']['input']>;
  source?: InputMaybe<DriftSource>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryAssociationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  asOf?: InputMaybe<Scalars['DateTime']['input']>;
  filter?: InputMaybe<AssociationFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryAuditEntryArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryAuditTrailArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  events?: InputMaybe<ReadonlyArray<AuditEvent>>;
  first?: InputMaybe<Scalars['Int']['input']>;
  operationKinds?: InputMaybe<ReadonlyArray<OperationKind>>;
  policyId?: InputMaybe<Scalars['String']['input']>;
  refusalCodes?: InputMaybe<ReadonlyArray<RefusalCode>>;
  roleArn?: InputMaybe<Scalars['String']['input']>;
  scope: AuditScope;
  since?: InputMaybe<Scalars['DateTime']['input']>;
  until?: InputMaybe<Scalars['DateTime']['input']>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryBindableRolesArgs = {
  accountId?: InputMaybe<Scalars['String']['input']>;
  afterRoleArn?: InputMaybe<Scalars['String']['input']>;
  clusterName: Scalars['String']['input'];
  includeDenied?: InputMaybe<Scalars['Boolean']['input']>;
  namespace: Scalars['String']['input'];
  onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  region?: InputMaybe<Scalars['String']['input']>;
  serviceAccount: Scalars['String']['input'];
  tags?: InputMaybe<ReadonlyArray<TagInput>>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryCheckAdoptPodIdentityAssociationArgs = {
  input: AdoptPodIdentityAssociationInput;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryCheckCreatePodIdentityAssociationArgs = {
  input: CreatePodIdentityAssociationInput;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryCheckDeletePodIdentityAssociationArgs = {
  input: DeletePodIdentityAssociationInput;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryCheckEnsureNoPodIdentityAssociationArgs = {
  input: EnsureNoPodIdentityAssociationInput;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryCheckEnsurePodIdentityAssociationArgs = {
  input: EnsurePodIdentityAssociationInput;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryCheckPodIdentityAssociationsArgs = {
  input: CheckPodIdentityAssociationsInput;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryCheckTagPodIdentityAssociationArgs = {
  input: TagPodIdentityAssociationInput;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryCheckUntagPodIdentityAssociationArgs = {
  input: UntagPodIdentityAssociationInput;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryCheckUpdatePodIdentityAssociationArgs = {
  input: UpdatePodIdentityAssociationInput;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryClustersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryNamespacesArgs = {
  accountId?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  clusterName: Scalars['String']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  region?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryOpenOperationsArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryOperationArgs = {
  id: Scalars['ID']['input'];
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryPodIdentityAssociationArgs = {
  accountId?: InputMaybe<Scalars['String']['input']>;
  associationId: Scalars['String']['input'];
  clusterName: Scalars['String']['input'];
  region?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryPodIdentityAssociationsArgs = {
  accountId?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  clusterName: Scalars['String']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  namespace?: InputMaybe<Scalars['String']['input']>;
  region?: InputMaybe<Scalars['String']['input']>;
  roleArn?: InputMaybe<Scalars['String']['input']>;
  serviceAccount?: InputMaybe<Scalars['String']['input']>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryPoliciesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  comparedWith?: InputMaybe<PolicyBaseline>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * Read operations and dry runs. They never change an association. A field that fails, for example because policy denies it, is null
 * and has an entry in `errors`; the other fields of the request are answered. A request may contain one dry run.
 */
export type QueryPolicyArgs = {
  policyId: Scalars['String']['input'];
  policySetHash?: InputMaybe<Scalars['String']['input']>;
};

/** A principal as an audit entry records it. It has no `id` field, so that caches of clients do not merge it with the live `Principal`. */
export type RecordedPrincipal = {
  readonly __typename?: 'RecordedPrincipal';
  /** The principal's groups that a policy names or that own a namespace: only these can change a decision. */
  readonly groups: ReadonlyArray<Scalars['String']['output']>;
  /** Whether the principal is a person or a workload. */
  readonly kind: PrincipalKind;
  /** The number of other groups. */
  readonly otherGroupsCount: Scalars['Int']['output'];
  /** SHA-256 over the JSON array of the names of the other groups, sorted by UTF-16 code units; null without other groups. */
  readonly otherGroupsHash: Maybe<Scalars['String']['output']>;
  /** The `id` of the principal. */
  readonly principalId: Scalars['ID']['output'];
  /** Name of the IAM role session, chosen by the client: recorded, but not used for decisions; null without one. */
  readonly sessionName: Maybe<Scalars['String']['output']>;
};

/** A request in canonical form. For an update, only the changes. */
export type RecordedRequest = {
  readonly __typename?: 'RecordedRequest';
  /** Id of the association to update, delete or adopt; null for a create. */
  readonly associationId: Maybe<Scalars['String']['output']>;
  /** The fields that an update changes, also `expiresAt`: one of them that is null is cleared. Empty for a create and a delete. */
  readonly changes: ReadonlyArray<Scalars['String']['output']>;
  /** Requested session tags setting; null when an update does not change it, and for a delete. */
  readonly disableSessionTags: Maybe<Scalars['Boolean']['output']>;
  /** The `modifiedAt` of the association that an update, delete or adoption expects; null: any. */
  readonly expectedModifiedAt: Maybe<Scalars['DateTime']['output']>;
  /** The revision of the service account that the request expects; null: any. */
  readonly expectedRevision: Maybe<Scalars['Int']['output']>;
  /** The tags that a change of tags expects, sorted by key; null: any. */
  readonly expectedTags: Maybe<ReadonlyArray<Tag>>;
  /** The expiry that a create or update set, or that a delete of the gateway carried out; null without one, and where an update clears it. */
  readonly expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** What a create does about an equal association: ADOPT; null: it refuses the request. */
  readonly ifExists: Maybe<IfExists>;
  /** Requested IAM session policy; null when the request has none or clears it. */
  readonly policy: Maybe<Scalars['String']['output']>;
  /** Requested role; null when an update does not change it, and for a delete. */
  readonly roleArn: Maybe<Scalars['String']['output']>;
  /** Keys of the tags that `untagPodIdentityAssociation` removes, sorted; empty for others. */
  readonly tagKeys: ReadonlyArray<Scalars['String']['output']>;
  /** Tags that a create or `tagPodIdentityAssociation` requests, sorted by key; empty for others. */
  readonly tags: ReadonlyArray<Tag>;
  /** Requested target role; null when the request has none or clears it. */
  readonly targetRoleArn: Maybe<Scalars['String']['output']>;
};

/** Why a request was refused. These four fields are enough for a client; the implementing types add details. */
export type Refusal = {
  /** What to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** Stable, machine-readable code. Codes may be added. */
  readonly code: RefusalCode;
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /** True when the unchanged request can succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

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
  /** The association was made or changed last by a request of another declaration, or without one, or outside the gateway; and the desired state does not take it over (`takeOver`). */
  | 'DECLARED_ELSEWHERE'
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
  /** An update would need approvals, and the association is already as it asks. No approver was asked, and nothing was sent to EKS. */
  | 'NOTHING_TO_CHANGE'
  /** Another operation on the service account is in progress or has just ended, and the request is a desired state, changes tags, or has an `expectedRevision` or `expiresAt`. Nothing was begun. */
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

/** The approval to reject. */
export type RejectInput = {
  /** Id of the approval. */
  readonly approvalId: Scalars['ID']['input'];
  /** Comment, recorded in the audit trail and shown with the approval: up to 1,024 characters. */
  readonly comment?: InputMaybe<Scalars['String']['input']>;
};

/** Status of a request. Values may be added: treat unknown values as IN_PROGRESS. */
export type RequestStatus =
  /** The request is in progress, or in doubt: the effect of the EKS call is not known yet. Send the same request with the same token again. */
  | 'IN_PROGRESS'
  /**
   * The change is not done and will not be done by this request; with the code OUTCOME_UNDETERMINED, it may have been done and then
   * replaced by others.
   */
  | 'REFUSED'
  /** The change is done. */
  | 'SUCCEEDED';

/** How many associations use a role. */
export type RoleUse = {
  readonly __typename?: 'RoleUse';
  /** The number of those that were counted. */
  readonly count: Scalars['Int']['output'];
  /** Whether there are no others that you may view; at most 100 are counted. */
  readonly isComplete: Scalars['Boolean']['output'];
};

/** A tag. */
export type Tag = {
  readonly __typename?: 'Tag';
  /** Key. */
  readonly key: Scalars['String']['output'];
  /** Value; can be empty. */
  readonly value: Scalars['String']['output'];
};

/** A tag to set. */
export type TagInput = {
  /** Key: 1 to 128 characters. */
  readonly key: Scalars['String']['input'];
  /** Value: up to 256 characters; empty when omitted. */
  readonly value?: InputMaybe<Scalars['String']['input']>;
};

/** Input of `tagPodIdentityAssociation`. */
export type TagPodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the association in EKS: a letter, `-` and 17 lower-case letters or digits, e.g. `a-0123456789abcdefg`. */
  readonly associationId: Scalars['String']['input'];
  /** Idempotency token, as for a create. */
  readonly clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Name of the declaration that makes the request, as for a create. */
  readonly declaration?: InputMaybe<Scalars['String']['input']>;
  /** Optimistic concurrency check, as for an update. */
  readonly expectedModifiedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The `revision` that the service account is expected to have, as for a create. */
  readonly expectedRevision?: InputMaybe<Scalars['Int']['input']>;
  /**
   * All tags that the association is expected to have, without those of the gateway and of AWS; null: any. Other tags are refused with ASSOCIATION_CHANGED, which is the
   * final answer of the token. Compared in the write that begins the operation: no other change of tags through the gateway passes between the comparison
   * and the EKS call. A change by others at that time is not detected.
   */
  readonly expectedTags?: InputMaybe<ReadonlyArray<TagInput>>;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** The tags to set: 1 to 50, each key once. The association may have up to 50 tags then, with the gateway's own. */
  readonly tags: ReadonlyArray<TagInput>;
};

/** Result of a change of tags. `status` determines which of the other fields are set. */
export type TagPodIdentityAssociationPayload = MutationPayload & {
  readonly __typename?: 'TagPodIdentityAssociationPayload';
  /** The association with its tags after the change, when the operation completed, also in a replay; set if and only if `status` is SUCCEEDED. */
  readonly association: Maybe<AssociationSnapshot>;
  /** The last audit entry written by this request. All entries of an operation have the same `operationId`. */
  readonly auditEntry: AuditEntry;
  /** The token of this request, yours or a generated one; null when yours is not valid, and when a request without one is refused before it starts. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why the request was refused; set if and only if `status` is REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** True when this is the recorded answer of an earlier request with the same token. */
  readonly replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request is sent again with the same token; set if IN_PROGRESS or `refusal.retryable`, else null. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** Status of the request; the only field that a client needs to branch on. */
  readonly status: RequestStatus;
  /** Empty: a change of tags changes nothing for pods. */
  readonly warnings: ReadonlyArray<Warning>;
};

/** The token was used by the same principal for a request with different input. */
export type TokenReused = Refusal & {
  readonly __typename?: 'TokenReused';
  /** What to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** TOKEN_REUSED_WITH_DIFFERENT_INPUT. */
  readonly code: RefusalCode;
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /** Operation id of the earlier request. */
  readonly originalOperationId: Scalars['ID']['output'];
  /** Always false. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** Input of `untagPodIdentityAssociation`. */
export type UntagPodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the association in EKS: a letter, `-` and 17 lower-case letters or digits, e.g. `a-0123456789abcdefg`. */
  readonly associationId: Scalars['String']['input'];
  /** Idempotency token, as for a create. */
  readonly clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Name of the declaration that makes the request, as for a create. */
  readonly declaration?: InputMaybe<Scalars['String']['input']>;
  /** Optimistic concurrency check, as for an update. */
  readonly expectedModifiedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The `revision` that the service account is expected to have, as for a create. */
  readonly expectedRevision?: InputMaybe<Scalars['Int']['input']>;
  /**
   * All tags that the association is expected to have, without those of the gateway and of AWS; null: any. Other tags are refused with ASSOCIATION_CHANGED, which is the
   * final answer of the token. Compared in the write that begins the operation: no other change of tags through the gateway passes between the comparison
   * and the EKS call. A change by others at that time is not detected.
   */
  readonly expectedTags?: InputMaybe<ReadonlyArray<TagInput>>;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** Keys of the tags to remove: 1 to 50, each once. */
  readonly tagKeys: ReadonlyArray<Scalars['String']['input']>;
};

/** Result of a removal of tags. `status` determines which of the other fields are set. */
export type UntagPodIdentityAssociationPayload = MutationPayload & {
  readonly __typename?: 'UntagPodIdentityAssociationPayload';
  /** The association with its tags after the change, when the operation completed, also in a replay; set if and only if `status` is SUCCEEDED. */
  readonly association: Maybe<AssociationSnapshot>;
  /** The last audit entry written by this request. All entries of an operation have the same `operationId`. */
  readonly auditEntry: AuditEntry;
  /** The token of this request, yours or a generated one; null when yours is not valid, and when a request without one is refused before it starts. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why the request was refused; set if and only if `status` is REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** True when this is the recorded answer of an earlier request with the same token. */
  readonly replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request is sent again with the same token; set if IN_PROGRESS or `refusal.retryable`, else null. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** Status of the request; the only field that a client needs to branch on. */
  readonly status: RequestStatus;
  /** Empty: a removal of tags changes nothing for pods. */
  readonly warnings: ReadonlyArray<Warning>;
};

/**
 * A change to an association. Omitted fields keep their value. At least one of roleArn, targetRoleArn, disableSessionTags,
 * policy and expiresAt is required.
 */
export type UpdatePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** Id of the association in EKS: a letter, `-` and 17 lower-case letters or digits, e.g. `a-0123456789abcdefg`. */
  readonly associationId: Scalars['String']['input'];
  /** Idempotency token, as for a create. */
  readonly clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Name of the declaration that makes the request, as for a create. */
  readonly declaration?: InputMaybe<Scalars['String']['input']>;
  /** Disables or enables the session tags that EKS adds to the role session. */
  readonly disableSessionTags?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * Optimistic concurrency check: the request is refused with ASSOCIATION_CHANGED if the association's `modifiedAt` differs. Every
   * request with the token compares it before it begins or repeats the change, and the refusal is the final answer of the token.
   * EKS has no conditional change, so a change by others, also through the gateway, between the comparison and the EKS call is not detected.
   */
  readonly expectedModifiedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /**
   * The `revision` that the service account had when the request was planned, as for a create: also a change of the expiry alone moves it, which leaves
   * `modifiedAt` as it is.
   */
  readonly expectedRevision?: InputMaybe<Scalars['Int']['input']>;
  /**
   * When the gateway deletes the association, as for a create: it replaces an earlier `expiresAt`; null clears it. Alone, it sends nothing to EKS; then
   * the association must be as an operation of the gateway left or adopted it, else the answer is ASSOCIATION_NOT_CONFIRMED. If the association would end
   * earlier than before, you need the right to delete it at that time.
   */
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** New IAM session policy as JSON text, up to 2,048 characters; null clears it. */
  readonly policy?: InputMaybe<Scalars['String']['input']>;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** ARN of the new IAM role, in the cluster's account. The role can't be cleared. */
  readonly roleArn?: InputMaybe<Scalars['String']['input']>;
  /** ARN of the new target role; null clears it. */
  readonly targetRoleArn?: InputMaybe<Scalars['String']['input']>;
};

/** Result of an update. `status` determines which of the other fields are set. */
export type UpdatePodIdentityAssociationPayload = MutationPayload & {
  readonly __typename?: 'UpdatePodIdentityAssociationPayload';
  /** The association after the update, as EKS returned it when the operation completed, also in a replay; set if and only if `status` is SUCCEEDED. */
  readonly association: Maybe<AssociationSnapshot>;
  /** The last audit entry written by this request. All entries of an operation have the same `operationId`. */
  readonly auditEntry: AuditEntry;
  /** The token of this request, yours or a generated one; null when yours is not valid, and when a request without one is refused before it starts. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** The expiry that this request set; null if it cleared the expiry or left it as it is: `associations` shows the present one. */
  readonly expiresAt: Maybe<Scalars['DateTime']['output']>;
  /** Why the request was refused; set if and only if `status` is REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** True when this is the recorded answer of an earlier request with the same token. */
  readonly replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request is sent again with the same token; set if IN_PROGRESS or `refusal.retryable`, else null. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** Status of the request; the only field that a client needs to branch on. */
  readonly status: RequestStatus;
  /** What can keep pods from using the association as intended, and what they need after the change; empty unless `status` is SUCCEEDED. */
  readonly warnings: ReadonlyArray<Warning>;
};

/**
 * The changes of an association that policy lets you make, if only with a reason, after approvals or with role attributes, which only the change itself
 * reads. Each change is judged when it is sent.
 */
export type ViewerRights = {
  readonly __typename?: 'ViewerRights';
  /** Whether policy lets you delete it. */
  readonly delete: Scalars['Boolean']['output'];
  /**
   * Whether policy lets you update it at best. False: no permit applies, or a rule forbids each update of it, whatever it sets. True: none does so by
   * itself. What an update sets can still be forbidden, and rules together can leave nothing that it can set.
   */
  readonly update: Scalars['Boolean']['output'];
};

/** Why a vote does not count any more. Values may be added. */
export type VoidReason =
  /** Policy now compares a group that was not recorded with the vote, and could decide otherwise. */
  | 'GROUP_NOT_RECORDED'
  /** Policy does not permit the vote any more. */
  | 'POLICY_DENIED'
  /** The approver, or the service through which they voted, was locked since, even if the lock was lifted. */
  | 'VOTER_LOCKED';

/** A vote that was found not to count any more when the request was sent again. */
export type VoidedVote = {
  readonly __typename?: 'VoidedVote';
  /** The service through which the approver voted; null without one. */
  readonly actor: Maybe<RecordedPrincipal>;
  /** The approver. */
  readonly principal: RecordedPrincipal;
  /** Why it does not count any more. */
  readonly reason: VoidReason;
  /** Time of the vote. */
  readonly time: Scalars['DateTime']['output'];
  /** When that was found. */
  readonly voidedAt: Scalars['DateTime']['output'];
};

/** A vote was not counted, or an approval was not withdrawn. Nothing was changed. */
export type VoteRefused = Refusal & {
  readonly __typename?: 'VoteRefused';
  /** What to do next. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** APPROVAL_NOT_FOUND, APPROVAL_NOT_PENDING or, of a withdrawal, APPROVAL_LIMIT_REACHED. */
  readonly code: RefusalCode;
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
  /** True for APPROVAL_LIMIT_REACHED. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** A problem that does not stop a change, but can keep pods from using the association as intended. */
export type Warning = {
  readonly __typename?: 'Warning';
  /** What to do next. */
  readonly advice: Scalars['String']['output'];
  /** Stable, machine-readable code. Codes may be added. */
  readonly code: WarningCode;
  /** Human-readable explanation. */
  readonly message: Scalars['String']['output'];
};

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
  /** The association is as desired, and not that of the declaration: a request of another declaration or without one, or something outside the gateway, made or changed it last. */
  | 'NOT_OWN'
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

/** The approval to withdraw. */
export type WithdrawApprovalInput = {
  /** Id of the approval. */
  readonly approvalId: Scalars['ID']['input'];
};
