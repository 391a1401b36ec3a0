export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant: RFC 3339, in UTC, e.g. `2026-11-24T10:00:00.000Z`. */
  DateTime: { input: string; output: string; }
};

/** An association holds the service account. */
export type AssociationAlreadyExists = Refusal & {
  readonly __typename?: 'AssociationAlreadyExists';
  /** What to do about it. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** ASSOCIATION_ALREADY_EXISTS or OUTCOME_UNDETERMINED. */
  readonly code: RefusalCode;
  /** Where it differs from what was asked for; empty where nothing does; null when `existing` is. */
  readonly differences: Maybe<ReadonlyArray<Difference>>;
  /** The association; null when EKS does not show it, or you may not view it. */
  readonly existing: Maybe<PodIdentityAssociation>;
  /** What is the matter, in a sentence for people. */
  readonly message: Scalars['String']['output'];
  /** True when EKS names an association but shows none: a delete may be settling. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** Somebody else changed the association. */
export type AssociationChanged = Refusal & {
  readonly __typename?: 'AssociationChanged';
  /** What to do about it. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** ASSOCIATION_CHANGED. */
  readonly code: RefusalCode;
  /** Where it differs from what was asked for; null when `existing` is, and for a delete. */
  readonly differences: Maybe<ReadonlyArray<Difference>>;
  /** The association as it is now; null when you may not view it. */
  readonly existing: Maybe<PodIdentityAssociation>;
  /** What is the matter, in a sentence for people. */
  readonly message: Scalars['String']['output'];
  /** Always false: read it again, and decide anew. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** An association that the gateway's trail does not explain. */
export type AssociationDrift = {
  readonly __typename?: 'AssociationDrift';
  /** The association at EKS; null when it was deleted. */
  readonly association: Maybe<PodIdentityAssociation>;
  /** Its ARN. */
  readonly associationArn: Scalars['ID']['output'];
  /** Where EKS differs from what the trail says it should be; empty unless MODIFIED. */
  readonly differences: ReadonlyArray<Difference>;
  /** Why it is here. */
  readonly kind: DriftKind;
  /** The last entry of the trail on it; null when there is none. */
  readonly lastEntry: Maybe<AuditEntry>;
};

/** There is no such association, or somebody else deleted it. */
export type AssociationNotFound = Refusal & {
  readonly __typename?: 'AssociationNotFound';
  /** What to do about it. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** ASSOCIATION_NOT_FOUND. */
  readonly code: RefusalCode;
  /** What is the matter, in a sentence for people. */
  readonly message: Scalars['String']['output'];
  /** Always false: ids of associations are not used again. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** A line of the audit trail. Written once, never changed. */
export type AuditEntry = {
  readonly __typename?: 'AuditEntry';
  /** The service that a delegated token names (RFC 8693 `act`); null without one. */
  readonly actor: Maybe<Principal>;
  /** API Gateway's id of the request, by which the gateway's logs find it. */
  readonly apiRequestId: Scalars['String']['output'];
  /** ARN of the association, once it is known. */
  readonly associationArn: Maybe<Scalars['ID']['output']>;
  /** The association as it was before; null for a create, and where there was none. */
  readonly before: Maybe<PodIdentityAssociation>;
  /** What policy said; null when it was not asked. */
  readonly decision: Maybe<PolicyDecision>;
  /** EKS's id of its answer, by which CloudTrail finds the call; null when there was none. */
  readonly eksRequestId: Maybe<Scalars['String']['output']>;
  /** What happened. */
  readonly event: AuditEvent;
  /** Which holder of the token wrote it, counted from 1; null where no token was held. */
  readonly fence: Maybe<Scalars['Int']['output']>;
  /** The broken rules; empty unless INVALID. */
  readonly findings: ReadonlyArray<InputFinding>;
  /** Its id. */
  readonly id: Scalars['ID']['output'];
  /** What was learned or answered, in a sentence. */
  readonly message: Maybe<Scalars['String']['output']>;
  /** The person whom a service named, without proof; null without one. */
  readonly onBehalfOf: Maybe<Scalars['String']['output']>;
  /** What was asked for. */
  readonly operation: OperationKind;
  /** All entries of the operation, oldest first, this one among them. */
  readonly operationEntries: ReadonlyArray<AuditEntry>;
  /** Joins all entries of one operation; the association bears it as a tag. */
  readonly operationId: Scalars['ID']['output'];
  /** Whose rights decided. */
  readonly principal: Principal;
  /** The caller's reason; null when none was given. */
  readonly reason: Maybe<Scalars['String']['output']>;
  /** Set when something was refused. */
  readonly refusalCode: Maybe<RefusalCode>;
  /** What was asked for, in canonical form; null when the input was not valid. */
  readonly request: Maybe<RecordedRequest>;
  /** The caller's network address; null when not known. */
  readonly sourceAddress: Maybe<Scalars['String']['output']>;
  /** What it is about; null when the input was not valid. */
  readonly target: Maybe<AuditTarget>;
  /** When it happened. */
  readonly time: Scalars['DateTime']['output'];
  /** The caller's user agent; null when it sent none. */
  readonly userAgent: Maybe<Scalars['String']['output']>;
};

/** A page of audit entries. */
export type AuditEntryConnection = {
  readonly __typename?: 'AuditEntryConnection';
  /** The entries, each with its cursor. */
  readonly edges: ReadonlyArray<AuditEntryEdge>;
  /** The entries. */
  readonly nodes: ReadonlyArray<AuditEntry>;
  /** Whether more follows, and from where. */
  readonly pageInfo: PageInfo;
};

/** An audit entry on a page. */
export type AuditEntryEdge = {
  readonly __typename?: 'AuditEntryEdge';
  /** Its position: opaque, and of this query alone. */
  readonly cursor: Scalars['String']['output'];
  /** The entry. */
  readonly node: AuditEntry;
};

/** What happened. More values may come. */
export type AuditEvent =
  /** It was asked what the answer would be; nothing was done. */
  | 'CHECKED'
  /** A request met its token held by another one. */
  | 'CONTENDED'
  /** Policy denied it; nothing was done. */
  | 'DENIED'
  /** Allowed and recorded; EKS is about to be asked. */
  | 'INTENT'
  /** The input broke rules; nothing was done. */
  | 'INVALID'
  /** A holder learned, after it had been overtaken, that EKS had created the association. */
  | 'LATE_SUCCESS'
  /** Certainly not done, and the token keeps that answer. Closes the operation. */
  | 'REFUSED'
  /** Not done, and the token is free for another try. Closes the operation. */
  | 'RELEASED'
  /** The token's recorded answer was given again. */
  | 'REPLAYED'
  /** Done. Closes the operation. */
  | 'SUCCEEDED'
  /** The holder's time ran out; another request, or the reconciler, took the operation over. */
  | 'TAKEN_OVER'
  /** A request came with a token that belongs to other input. */
  | 'TOKEN_REUSED'
  /** What EKS did is not known yet. Closes nothing. */
  | 'UNKNOWN';

/** Exactly one way into the trail. */
export type AuditScope =
  /** Everything: true. For auditors. */
  { readonly all: Scalars['Boolean']['input']; readonly associationArn?: never; readonly cluster?: never; readonly operationId?: never; readonly principalId?: never; }
  |  /** An association, by ARN: what came of operations on it. */
  { readonly all?: never; readonly associationArn: Scalars['ID']['input']; readonly cluster?: never; readonly operationId?: never; readonly principalId?: never; }
  |  /** A cluster, or less of it. */
  { readonly all?: never; readonly associationArn?: never; readonly cluster: ClusterScope; readonly operationId?: never; readonly principalId?: never; }
  |  /** An operation, by id. */
  { readonly all?: never; readonly associationArn?: never; readonly cluster?: never; readonly operationId: Scalars['ID']['input']; readonly principalId?: never; }
  |  /** A principal, by id: what it asked for. */
  { readonly all?: never; readonly associationArn?: never; readonly cluster?: never; readonly operationId?: never; readonly principalId: Scalars['ID']['input']; };

/** What an entry is about. */
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

/** What a mutation would answer now. */
export type CheckPayload = {
  readonly __typename?: 'CheckPayload';
  /** The entry, CHECKED, that this question added to the trail. */
  readonly auditEntry: AuditEntry;
  /** The policy decision; null when the input is not valid or there is no such association. */
  readonly decision: Maybe<PolicyDecision>;
  /** Where `existing` differs from what is asked for; null when `existing` is, and for a delete. */
  readonly differences: Maybe<ReadonlyArray<Difference>>;
  /** The association that it is about: the one in the way of a create, the one that would be updated or deleted; null when there is none, or you may not view it. */
  readonly existing: Maybe<PodIdentityAssociation>;
  /** The refusal that it would meet; null where none is in sight. */
  readonly refusal: Maybe<Refusal>;
  /** True when the input is valid, policy allows it and no association stands in the way. EKS can still refuse. */
  readonly wouldBeAttempted: Scalars['Boolean']['output'];
};

/** A cluster, a namespace of it, or a service account of that. */
export type ClusterScope = {
  /** Account of the cluster; the deployment's when left out. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Kubernetes namespace. */
  readonly namespace?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; the deployment's when left out. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** Kubernetes service account; needs `namespace`. */
  readonly serviceAccount?: InputMaybe<Scalars['String']['input']>;
};

/** What EKS takes, with where, why and for whom. To leave a field out and to give null mean the same. */
export type CreatePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; the deployment's when left out. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /**
   * Your name for this request: 1 to 255 printable ASCII characters, case-sensitive. Sent again with the same input, it gets the
   * first answer again. When left out the gateway makes one, which can't help if you never get the answer.
   */
  readonly clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Whether EKS leaves its session tags out; false when left out. */
  readonly disableSessionTags?: InputMaybe<Scalars['Boolean']['input']>;
  /** Kubernetes namespace, an RFC 1123 label. It need not exist yet. */
  readonly namespace: Scalars['String']['input'];
  /** The person for whom a service asks, up to 256 characters. Recorded as the service's claim; gives no rights. */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** IAM session policy as JSON text, up to 2,048 characters. Takes effect only with `disableSessionTags: true`. */
  readonly policy?: InputMaybe<Scalars['String']['input']>;
  /** Why you ask, for the trail: up to 1,024 characters. Does not make it another request. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; the deployment's when left out. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** ARN of the IAM role, in the cluster's account. */
  readonly roleArn: Scalars['String']['input'];
  /** Kubernetes service account, an RFC 1123 subdomain. It need not exist yet. */
  readonly serviceAccount: Scalars['String']['input'];
  /** Tags of the association, up to 50. Up to 49 leave room for the tag by which the gateway proves what it made. */
  readonly tags?: InputMaybe<ReadonlyArray<TagInput>>;
  /** ARN of a second role that `roleArn` assumes; it may be in another account. */
  readonly targetRoleArn?: InputMaybe<Scalars['String']['input']>;
};

/** The answer to a create. `status` says which of the other fields are set. */
export type CreatePodIdentityAssociationPayload = {
  readonly __typename?: 'CreatePodIdentityAssociationPayload';
  /** The association as EKS gave it; set exactly when SUCCEEDED. */
  readonly association: Maybe<PodIdentityAssociation>;
  /** The last entry that this request added to the trail. Its `operationId` joins all entries of the operation. */
  readonly auditEntry: AuditEntry;
  /** The token of this request: yours, or the one made for it; null when yours was not valid. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why nothing was created; set exactly when REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** True when the answer was read back from the record of this token, and nothing was done. */
  readonly replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request with the same token can bring more; null where waiting brings nothing. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** How the request stands; all that a client has to branch on. */
  readonly status: RequestStatus;
};

/** What to delete. */
export type DeletePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; the deployment's when left out. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** EKS's id of the association: `a-` and 17 characters. */
  readonly associationId: Scalars['String']['input'];
  /** Your name for this request, as for a create. */
  readonly clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Refuse to delete it if its modifiedAt is another by now; see the same field of an update. */
  readonly expectedModifiedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The person for whom a service asks, as for a create. */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** Why you ask, for the trail: up to 1,024 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; the deployment's when left out. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
};

/** The answer to a delete. `status` says which of the other fields are set. */
export type DeletePodIdentityAssociationPayload = {
  readonly __typename?: 'DeletePodIdentityAssociationPayload';
  /** The association that was deleted; set exactly when SUCCEEDED. */
  readonly association: Maybe<PodIdentityAssociation>;
  /** The last entry that this request added to the trail. Its `operationId` joins all entries of the operation. */
  readonly auditEntry: AuditEntry;
  /** The token of this request: yours, or the one made for it; null when yours was not valid. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why nothing was done; set exactly when REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** True when the answer was read back from the record of this token, and nothing was done. */
  readonly replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request with the same token can bring more; null where waiting brings nothing. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** How the request stands; all that a client has to branch on. */
  readonly status: RequestStatus;
};

/** A field in which the request and the association differ. */
export type Difference = {
  readonly __typename?: 'Difference';
  /** What is there; null when nothing is. */
  readonly existing: Maybe<Scalars['String']['output']>;
  /** The field, e.g. `roleArn` or `tags.team`. */
  readonly field: Scalars['String']['output'];
  /** What was asked for; null when nothing was. */
  readonly requested: Maybe<Scalars['String']['output']>;
};

/** Ways in which EKS and the trail can differ. More may come. */
export type DriftKind =
  /** The trail says that it should be there, and it is not. */
  | 'DELETED'
  /** It bears a tag of the gateway that leads to no operation which made it. */
  | 'FORGED_TAG'
  /** It is not what the last operation on it made of it. */
  | 'MODIFIED'
  /** It bears no tag of the gateway. */
  | 'UNMANAGED';

/** EKS said no, or could not be asked. */
export type EksRefused = Refusal & {
  readonly __typename?: 'EksRefused';
  /** What to do about it. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** One of the codes of EKS's refusals. */
  readonly code: RefusalCode;
  /** EKS's own words. */
  readonly eksMessage: Scalars['String']['output'];
  /** EKS's exception, e.g. `InvalidParameterException`. */
  readonly exception: Scalars['String']['output'];
  /** What is the matter, in a sentence for people. */
  readonly message: Scalars['String']['output'];
  /** True when EKS may say yes to the same request later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** A rule that the input breaks. */
export type InputFinding = {
  readonly __typename?: 'InputFinding';
  /** How to mend it. */
  readonly advice: Scalars['String']['output'];
  /** What is wrong. */
  readonly message: Scalars['String']['output'];
  /** The field, e.g. `tags.3.key`. */
  readonly path: Scalars['String']['output'];
  /** The rule's name. */
  readonly rule: Scalars['String']['output'];
};

/** Everything that is wrong with the input, at once. */
export type InvalidInput = Refusal & {
  readonly __typename?: 'InvalidInput';
  /** What to do about it. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** INVALID_INPUT. */
  readonly code: RefusalCode;
  /** The broken rules. */
  readonly findings: ReadonlyArray<InputFinding>;
  /** What is the matter, in a sentence for people. */
  readonly message: Scalars['String']['output'];
  /** Always false. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** What can be changed. A request may name one of these fields, once. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /**
   * Lets the pods of a service account take on an IAM role. Checked against policy first; recorded in the trail before and
   * after; done once for a token, however often it is sent.
   */
  readonly createPodIdentityAssociation: CreatePodIdentityAssociationPayload;
  /**
   * Deletes an association, on the same terms as a create: as policy allows, recorded, once for a token. Answers what was
   * deleted. Pods that run keep the credentials that they have until these expire.
   */
  readonly deletePodIdentityAssociation: DeletePodIdentityAssociationPayload;
  /**
   * Changes role, target role, session tags or session policy of an association, on the same terms as a create: as policy
   * allows, recorded, once for a token. Cluster, namespace, service account and tags stay, as at EKS.
   */
  readonly updatePodIdentityAssociation: UpdatePodIdentityAssociationPayload;
};


/** What can be changed. A request may name one of these fields, once. */
export type MutationCreatePodIdentityAssociationArgs = {
  input: CreatePodIdentityAssociationInput;
};


/** What can be changed. A request may name one of these fields, once. */
export type MutationDeletePodIdentityAssociationArgs = {
  input: DeletePodIdentityAssociationInput;
};


/** What can be changed. A request may name one of these fields, once. */
export type MutationUpdatePodIdentityAssociationArgs = {
  input: UpdatePodIdentityAssociationInput;
};

/** What was asked for. */
export type OperationKind =
  /** `createPodIdentityAssociation`. */
  | 'CREATE_POD_IDENTITY_ASSOCIATION'
  /** `deletePodIdentityAssociation`. */
  | 'DELETE_POD_IDENTITY_ASSOCIATION'
  /** `updatePodIdentityAssociation`. */
  | 'UPDATE_POD_IDENTITY_ASSOCIATION';

/** Where a page ends. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Pass it as `after` for the next page; null when nothing follows an empty page. */
  readonly endCursor: Maybe<Scalars['String']['output']>;
  /** Whether more follows. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Always false: pages go forward only. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first on the page; null when the page is empty. */
  readonly startCursor: Maybe<Scalars['String']['output']>;
};

/** An EKS Pod Identity association: all that EKS tells, with its account and region. */
export type PodIdentityAssociation = {
  readonly __typename?: 'PodIdentityAssociation';
  /** Account of the cluster. */
  readonly accountId: Scalars['String']['output'];
  /** Its ARN. */
  readonly associationArn: Scalars['String']['output'];
  /** EKS's id of it. */
  readonly associationId: Scalars['String']['output'];
  /** What the trail holds of it, newest first; null when you may not read the trail of its namespace. */
  readonly auditTrail: Maybe<AuditEntryConnection>;
  /** Name of the cluster. */
  readonly clusterName: Scalars['String']['output'];
  /** When it was created. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Whether EKS leaves its session tags out; null when EKS does not say. */
  readonly disableSessionTags: Maybe<Scalars['Boolean']['output']>;
  /** External id to demand in the second role's trust policy; null when there is no second role. */
  readonly externalId: Maybe<Scalars['String']['output']>;
  /** Its ARN, which no other object of the graph has: a key for client caches. */
  readonly id: Scalars['ID']['output'];
  /** When it was last modified. */
  readonly modifiedAt: Scalars['DateTime']['output'];
  /** Kubernetes namespace. */
  readonly namespace: Scalars['String']['output'];
  /** The operation of the gateway that made it, by its tag; null when it bears none. */
  readonly operationId: Maybe<Scalars['ID']['output']>;
  /** The EKS add-on that owns it; null when none does. */
  readonly ownerArn: Maybe<Scalars['String']['output']>;
  /** IAM session policy as JSON text; null when there is none. */
  readonly policy: Maybe<Scalars['String']['output']>;
  /** Region of the cluster. */
  readonly region: Scalars['String']['output'];
  /** IAM role that its pods get. */
  readonly roleArn: Scalars['String']['output'];
  /** Kubernetes service account. */
  readonly serviceAccount: Scalars['String']['output'];
  /** All its tags, the gateway's own among them, sorted by key. */
  readonly tags: ReadonlyArray<Tag>;
  /** Second role that `roleArn` assumes; null when there is none. */
  readonly targetRoleArn: Maybe<Scalars['String']['output']>;
};


/** An EKS Pod Identity association: all that EKS tells, with its account and region. */
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
  /** Whether more follows, and from where. */
  readonly pageInfo: PageInfo;
};

/** An association on a page. */
export type PodIdentityAssociationEdge = {
  readonly __typename?: 'PodIdentityAssociationEdge';
  /** Its position: opaque, and of this query alone. */
  readonly cursor: Scalars['String']['output'];
  /** The association. */
  readonly node: PodIdentityAssociation;
};

/** Why something was allowed or denied. */
export type PolicyDecision = {
  readonly __typename?: 'PolicyDecision';
  /** The result. */
  readonly allowed: Scalars['Boolean']['output'];
  /** SHA-256 of the inventory. */
  readonly inventoryHash: Scalars['String']['output'];
  /** `@id`s of the policies that decided. */
  readonly policyIds: ReadonlyArray<Scalars['String']['output']>;
  /** SHA-256 of the policies and their schema. */
  readonly policySetHash: Scalars['String']['output'];
  /** The reasons of a denial; empty when allowed. */
  readonly violations: ReadonlyArray<PolicyViolation>;
};

/** Denied by policy. EKS was not asked. */
export type PolicyDenied = Refusal & {
  readonly __typename?: 'PolicyDenied';
  /** What to do about it. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** POLICY_DENIED or POLICY_EVALUATION_FAILED. */
  readonly code: RefusalCode;
  /** What is the matter, in a sentence for people. */
  readonly message: Scalars['String']['output'];
  /** True only for POLICY_EVALUATION_FAILED. A denial is not remembered: once policy allows it, the same token succeeds. */
  readonly retryable: Scalars['Boolean']['output'];
  /** All reasons, not only the first. */
  readonly violations: ReadonlyArray<PolicyViolation>;
};

/** A reason for a denial. */
export type PolicyViolation = {
  readonly __typename?: 'PolicyViolation';
  /** What to change, or whom to ask. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** What is not allowed. */
  readonly message: Scalars['String']['output'];
  /** `@id` of the policy; or `default-deny`, `cluster-not-registered`, `evaluation-failed`. */
  readonly policyId: Scalars['String']['output'];
};

/** Who is authenticated. */
export type Principal = {
  readonly __typename?: 'Principal';
  /** Its groups, from the token's claims or the inventory. */
  readonly groups: ReadonlyArray<Scalars['String']['output']>;
  /** `<issuer>#<subject>` by JWT; `iam:<account>:role/<name>` and the like by SigV4. */
  readonly id: Scalars['ID']['output'];
  /** A person or a workload. */
  readonly kind: PrincipalKind;
  /** Name of the IAM role session: recorded, and no part of any decision, because its caller chose it; null without one. */
  readonly sessionName: Maybe<Scalars['String']['output']>;
};

/** Kinds of principal. */
export type PrincipalKind =
  /** A workload: by IAM role, or a JWT of its own. */
  | 'SERVICE'
  /** A person: by JWT, or a role session of IAM Identity Center. */
  | 'USER';

/** What can be read. Nothing here changes anything. */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * The associations of a cluster that the gateway's trail does not explain: made, changed or deleted by somebody else. Costs EKS
   * a call for each association; deletions are looked for in the trail of the last 90 days. You must be allowed to list the
   * associations and to read the trail.
   */
  readonly associationDrift: ReadonlyArray<AssociationDrift>;
  /** An entry of the audit trail; null when there is none, or when you may not read it. */
  readonly auditEntry: Maybe<AuditEntry>;
  /**
   * The audit trail, newest first. A page can be shorter than `first`, or empty, though more follows: `hasNextPage` says so.
   * An entry that was written in the last second may be missing.
   */
  readonly auditTrail: AuditEntryConnection;
  /** What createPodIdentityAssociation would answer now. Nothing is created; the question is recorded. */
  readonly checkCreatePodIdentityAssociation: CheckPayload;
  /** What deletePodIdentityAssociation would answer now. Nothing is deleted; the question is recorded. */
  readonly checkDeletePodIdentityAssociation: CheckPayload;
  /** What updatePodIdentityAssociation would answer now. Nothing is changed; the question is recorded. */
  readonly checkUpdatePodIdentityAssociation: CheckPayload;
  /** An association, read from EKS; null when there is none, or when you may not view it. */
  readonly podIdentityAssociation: Maybe<PodIdentityAssociation>;
  /**
   * The associations of a cluster, of a namespace of it, or of one service account, in the order of EKS. The owners of a
   * namespace must name it. Fields that EKS's list does not have (role, tags, times, settings) cost it a call for each
   * association: select them only where you need them.
   */
  readonly podIdentityAssociations: PodIdentityAssociationConnection;
  /** The principal that the gateway takes you for. */
  readonly viewer: Principal;
};


/** What can be read. Nothing here changes anything. */
export type QueryAssociationDriftArgs = {
  accountId?: InputMaybe<Scalars['String']['input']>;
  clusterName: Scalars['String']['input'];
  namespace?: InputMaybe<Scalars['String']['input']>;
  region?: InputMaybe<Scalars['String']['input']>;
};


/** What can be read. Nothing here changes anything. */
export type QueryAuditEntryArgs = {
  id: Scalars['ID']['input'];
};


/** What can be read. Nothing here changes anything. */
export type QueryAuditTrailArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  events?: InputMaybe<ReadonlyArray<AuditEvent>>;
  first?: InputMaybe<Scalars['Int']['input']>;
  operations?: InputMaybe<ReadonlyArray<OperationKind>>;
  scope: AuditScope;
  since?: InputMaybe<Scalars['DateTime']['input']>;
  until?: InputMaybe<Scalars['DateTime']['input']>;
};


/** What can be read. Nothing here changes anything. */
export type QueryCheckCreatePodIdentityAssociationArgs = {
  input: CreatePodIdentityAssociationInput;
};


/** What can be read. Nothing here changes anything. */
export type QueryCheckDeletePodIdentityAssociationArgs = {
  input: DeletePodIdentityAssociationInput;
};


/** What can be read. Nothing here changes anything. */
export type QueryCheckUpdatePodIdentityAssociationArgs = {
  input: UpdatePodIdentityAssociationInput;
};


/** What can be read. Nothing here changes anything. */
export type QueryPodIdentityAssociationArgs = {
  accountId?: InputMaybe<Scalars['String']['input']>;
  associationId: Scalars['String']['input'];
  clusterName: Scalars['String']['input'];
  region?: InputMaybe<Scalars['String']['input']>;
};


/** What can be read. Nothing here changes anything. */
export type QueryPodIdentityAssociationsArgs = {
  accountId?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  clusterName: Scalars['String']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  namespace?: InputMaybe<Scalars['String']['input']>;
  region?: InputMaybe<Scalars['String']['input']>;
  serviceAccount?: InputMaybe<Scalars['String']['input']>;
};

/** A request in canonical form, as its fingerprint saw it. Of an update, what it changes. */
export type RecordedRequest = {
  readonly __typename?: 'RecordedRequest';
  /** The fields that an update was to change; empty for a create and a delete. */
  readonly changes: ReadonlyArray<Scalars['String']['output']>;
  /** Whether EKS was to leave its session tags out; null when that was not to change. */
  readonly disableSessionTags: Maybe<Scalars['Boolean']['output']>;
  /** IAM session policy; null when none was asked for, or it was to be cleared. */
  readonly policy: Maybe<Scalars['String']['output']>;
  /** IAM role; null when it was not to change. */
  readonly roleArn: Maybe<Scalars['String']['output']>;
  /** The caller's tags, sorted by key; empty for an update and a delete. */
  readonly tags: ReadonlyArray<Tag>;
  /** Second role; null when none was asked for, or it was to be cleared. */
  readonly targetRoleArn: Maybe<Scalars['String']['output']>;
};

/** Why nothing was done. These four fields are all that a client needs; the types behind it tell more. */
export type Refusal = {
  /** What to do about it. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** A stable code. More may come. */
  readonly code: RefusalCode;
  /** What is the matter, in a sentence for people. */
  readonly message: Scalars['String']['output'];
  /** True when the same request can succeed later without a change. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** The codes of refusals. */
export type RefusalCode =
  /** The service account has an association already. */
  | 'ASSOCIATION_ALREADY_EXISTS'
  /** The association is not what it was when you read it, or when the request began. */
  | 'ASSOCIATION_CHANGED'
  /** The cluster has as many associations as its quota allows. */
  | 'ASSOCIATION_LIMIT_EXCEEDED'
  /** There is no such association, or no more. */
  | 'ASSOCIATION_NOT_FOUND'
  /** EKS knows no such cluster. */
  | 'CLUSTER_NOT_FOUND'
  /** EKS refused for another reason: `eksMessage` has its words. */
  | 'EKS_REFUSED'
  /** No connection to EKS could be made. */
  | 'EKS_UNREACHABLE'
  /** The gateway's own IAM role may not do this. */
  | 'GATEWAY_ACCESS_DENIED'
  /** Fields of the input break rules. */
  | 'INVALID_INPUT'
  /** An association equal to the request exists, and nothing can show whether this request made it (50 tags left no room for the proof). */
  | 'OUTCOME_UNDETERMINED'
  /** No rule permits it, or one forbids it. */
  | 'POLICY_DENIED'
  /** The policy could not be evaluated, which counts as a denial. */
  | 'POLICY_EVALUATION_FAILED'
  /** EKS knows no such role, perhaps not yet. */
  | 'ROLE_NOT_FOUND'
  /** EKS throttles the account. */
  | 'THROTTLED'
  /** The token belongs to an earlier request of yours with other input. */
  | 'TOKEN_REUSED_WITH_DIFFERENT_INPUT'
  /** The role's trust policy does not let EKS Pod Identity assume it. */
  | 'TRUST_POLICY_INVALID';

/** How a request stands. More values may come: take one that you don't know for IN_PROGRESS. */
export type RequestStatus =
  /** It is under way, or what EKS did is not known yet. Send the same request with the same token again. */
  | 'IN_PROGRESS'
  /** It was certainly not done. */
  | 'REFUSED'
  /** It is done. */
  | 'SUCCEEDED';

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
  /** Value: up to 256 characters; empty when left out. */
  readonly value?: InputMaybe<Scalars['String']['input']>;
};

/** The token belongs to an earlier request of the same caller that asked for something else. */
export type TokenReused = Refusal & {
  readonly __typename?: 'TokenReused';
  /** What to do about it. */
  readonly advice: Maybe<Scalars['String']['output']>;
  /** TOKEN_REUSED_WITH_DIFFERENT_INPUT. */
  readonly code: RefusalCode;
  /** What is the matter, in a sentence for people. */
  readonly message: Scalars['String']['output'];
  /** The operation of that earlier request. */
  readonly originalOperationId: Scalars['ID']['output'];
  /** Always false. */
  readonly retryable: Scalars['Boolean']['output'];
};

/**
 * What to change of an association; a field that is left out stays as it is. At least one of roleArn, targetRoleArn,
 * disableSessionTags and policy must be there.
 */
export type UpdatePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; the deployment's when left out. */
  readonly accountId?: InputMaybe<Scalars['String']['input']>;
  /** EKS's id of the association: `a-` and 17 characters. */
  readonly associationId: Scalars['String']['input'];
  /** Your name for this request, as for a create. */
  readonly clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  readonly clusterName: Scalars['String']['input'];
  /** Whether EKS leaves its session tags out from now on. */
  readonly disableSessionTags?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * Refuse the change if the association's modifiedAt is another by now. Compared just before EKS is asked, so it is no
   * safeguard against a tool that changes it in that moment.
   */
  readonly expectedModifiedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The person for whom a service asks, as for a create. */
  readonly onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** New IAM session policy as JSON text, up to 2,048 characters; null clears it. */
  readonly policy?: InputMaybe<Scalars['String']['input']>;
  /** Why you ask, for the trail: up to 1,024 characters. */
  readonly reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; the deployment's when left out. */
  readonly region?: InputMaybe<Scalars['String']['input']>;
  /** ARN of the new IAM role, in the cluster's account. It can't be cleared. */
  readonly roleArn?: InputMaybe<Scalars['String']['input']>;
  /** ARN of the new second role; null clears it. */
  readonly targetRoleArn?: InputMaybe<Scalars['String']['input']>;
};

/** The answer to an update. `status` says which of the other fields are set. */
export type UpdatePodIdentityAssociationPayload = {
  readonly __typename?: 'UpdatePodIdentityAssociationPayload';
  /** The association as it is now; set exactly when SUCCEEDED. */
  readonly association: Maybe<PodIdentityAssociation>;
  /** The last entry that this request added to the trail. Its `operationId` joins all entries of the operation. */
  readonly auditEntry: AuditEntry;
  /** The token of this request: yours, or the one made for it; null when yours was not valid. */
  readonly clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why nothing was done; set exactly when REFUSED. */
  readonly refusal: Maybe<Refusal>;
  /** True when the answer was read back from the record of this token, and nothing was done. */
  readonly replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request with the same token can bring more; null where waiting brings nothing. */
  readonly retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** How the request stands; all that a client has to branch on. */
  readonly status: RequestStatus;
};
