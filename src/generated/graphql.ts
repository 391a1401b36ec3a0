import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Listed as ListedAssociation } from '../queries/list.ts';
import type { Principal as PrincipalModel } from '../model/principal.ts';
import type { AuditEntry as AuditEntryModel } from '../model/audit.ts';
import type { MutationResult } from '../operations/result.ts';
import type { Drift } from '../queries/association-drift.ts';
import type { DryRunResult } from '../operations/dry-run.ts';
import type { MutationRequest } from '../model/association.ts';
import type { Refusal as RefusalModel } from '../model/refusal.ts';
import type { Context } from '../queries/request-context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
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
  __typename?: 'AssociationAlreadyExists';
  /** What to do about it. */
  advice: Maybe<Scalars['String']['output']>;
  /** ASSOCIATION_ALREADY_EXISTS or OUTCOME_UNDETERMINED. */
  code: RefusalCode;
  /** Where it differs from what was asked for; empty where nothing does; null when `existing` is. */
  differences: Maybe<Array<Difference>>;
  /** The association; null when EKS does not show it, or you may not view it. */
  existing: Maybe<PodIdentityAssociation>;
  /** What is the matter, in a sentence for people. */
  message: Scalars['String']['output'];
  /** True when EKS names an association but shows none: a delete may be settling. */
  retryable: Scalars['Boolean']['output'];
};

/** Somebody else changed the association. */
export type AssociationChanged = Refusal & {
  __typename?: 'AssociationChanged';
  /** What to do about it. */
  advice: Maybe<Scalars['String']['output']>;
  /** ASSOCIATION_CHANGED. */
  code: RefusalCode;
  /** Where it differs from what was asked for; null when `existing` is, and for a delete. */
  differences: Maybe<Array<Difference>>;
  /** The association as it is now; null when you may not view it. */
  existing: Maybe<PodIdentityAssociation>;
  /** What is the matter, in a sentence for people. */
  message: Scalars['String']['output'];
  /** Always false: read it again, and decide anew. */
  retryable: Scalars['Boolean']['output'];
};

/** An association that the gateway's trail does not explain. */
export type AssociationDrift = {
  __typename?: 'AssociationDrift';
  /** The association at EKS; null when it was deleted. */
  association: Maybe<PodIdentityAssociation>;
  /** Its ARN. */
  associationArn: Scalars['ID']['output'];
  /** Where EKS differs from what the trail says it should be; empty unless MODIFIED. */
  differences: Array<Difference>;
  /** Why it is here. */
  kind: DriftKind;
  /** The last entry of the trail on it; null when there is none. */
  lastEntry: Maybe<AuditEntry>;
};

/** There is no such association, or somebody else deleted it. */
export type AssociationNotFound = Refusal & {
  __typename?: 'AssociationNotFound';
  /** What to do about it. */
  advice: Maybe<Scalars['String']['output']>;
  /** ASSOCIATION_NOT_FOUND. */
  code: RefusalCode;
  /** What is the matter, in a sentence for people. */
  message: Scalars['String']['output'];
  /** Always false: ids of associations are not used again. */
  retryable: Scalars['Boolean']['output'];
};

/** A line of the audit trail. Written once, never changed. */
export type AuditEntry = {
  __typename?: 'AuditEntry';
  /** The service that a delegated token names (RFC 8693 `act`); null without one. */
  actor: Maybe<Principal>;
  /** API Gateway's id of the request, by which the gateway's logs find it. */
  apiRequestId: Scalars['String']['output'];
  /** ARN of the association, once it is known. */
  associationArn: Maybe<Scalars['ID']['output']>;
  /** The association as it was before; null for a create, and where there was none. */
  before: Maybe<PodIdentityAssociation>;
  /** What policy said; null when it was not asked. */
  decision: Maybe<PolicyDecision>;
  /** EKS's id of its answer, by which CloudTrail finds the call; null when there was none. */
  eksRequestId: Maybe<Scalars['String']['output']>;
  /** What happened. */
  event: AuditEvent;
  /** Which holder of the token wrote it, counted from 1; null where no token was held. */
  fence: Maybe<Scalars['Int']['output']>;
  /** The broken rules; empty unless INVALID. */
  findings: Array<InputFinding>;
  /** Its id. */
  id: Scalars['ID']['output'];
  /** What was learned or answered, in a sentence. */
  message: Maybe<Scalars['String']['output']>;
  /** The person whom a service named, without proof; null without one. */
  onBehalfOf: Maybe<Scalars['String']['output']>;
  /** What was asked for. */
  operation: OperationKind;
  /** All entries of the operation, oldest first, this one among them. */
  operationEntries: Array<AuditEntry>;
  /** Joins all entries of one operation; the association bears it as a tag. */
  operationId: Scalars['ID']['output'];
  /** Whose rights decided. */
  principal: Principal;
  /** The caller's reason; null when none was given. */
  reason: Maybe<Scalars['String']['output']>;
  /** Set when something was refused. */
  refusalCode: Maybe<RefusalCode>;
  /** What was asked for, in canonical form; null when the input was not valid. */
  request: Maybe<RecordedRequest>;
  /** The caller's network address; null when not known. */
  sourceAddress: Maybe<Scalars['String']['output']>;
  /** What it is about; null when the input was not valid. */
  target: Maybe<AuditTarget>;
  /** When it happened. */
  time: Scalars['DateTime']['output'];
  /** The caller's user agent; null when it sent none. */
  userAgent: Maybe<Scalars['String']['output']>;
};

/** A page of audit entries. */
export type AuditEntryConnection = {
  __typename?: 'AuditEntryConnection';
  /** The entries, each with its cursor. */
  edges: Array<AuditEntryEdge>;
  /** The entries. */
  nodes: Array<AuditEntry>;
  /** Whether more follows, and from where. */
  pageInfo: PageInfo;
};

/** An audit entry on a page. */
export type AuditEntryEdge = {
  __typename?: 'AuditEntryEdge';
  /** Its position: opaque, and of this query alone. */
  cursor: Scalars['String']['output'];
  /** The entry. */
  node: AuditEntry;
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
  | 'LATE'
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
  { all: Scalars['Boolean']['input']; associationArn?: never; cluster?: never; operationId?: never; principalId?: never; }
  |  /** An association, by ARN: what came of operations on it. */
  { all?: never; associationArn: Scalars['ID']['input']; cluster?: never; operationId?: never; principalId?: never; }
  |  /** A cluster, or less of it. */
  { all?: never; associationArn?: never; cluster: ClusterScope; operationId?: never; principalId?: never; }
  |  /** An operation, by id. */
  { all?: never; associationArn?: never; cluster?: never; operationId: Scalars['ID']['input']; principalId?: never; }
  |  /** A principal, by id: what it asked for. */
  { all?: never; associationArn?: never; cluster?: never; operationId?: never; principalId: Scalars['ID']['input']; };

/** What an entry is about. */
export type AuditTarget = {
  __typename?: 'AuditTarget';
  /** Account of the cluster. */
  accountId: Scalars['String']['output'];
  /** Name of the cluster. */
  clusterName: Scalars['String']['output'];
  /** Kubernetes namespace. */
  namespace: Scalars['String']['output'];
  /** Region of the cluster. */
  region: Scalars['String']['output'];
  /** Kubernetes service account. */
  serviceAccount: Scalars['String']['output'];
};

/** What a mutation would answer now. */
export type CheckPayload = {
  __typename?: 'CheckPayload';
  /** The entry, CHECKED, that this question added to the trail. */
  auditEntry: AuditEntry;
  /** The policy decision; null when the input is not valid or there is no such association. */
  decision: Maybe<PolicyDecision>;
  /** Where `existing` differs from what is asked for; null when `existing` is, and for a delete. */
  differences: Maybe<Array<Difference>>;
  /** The association that it is about: the one in the way of a create, the one that would be updated or deleted; null when there is none, or you may not view it. */
  existing: Maybe<PodIdentityAssociation>;
  /** The refusal that it would meet; null where none is in sight. */
  refusal: Maybe<Refusal>;
  /** True when the input is valid, policy allows it and no association stands in the way. EKS can still refuse. */
  wouldBeAttempted: Scalars['Boolean']['output'];
};

/** A cluster, a namespace of it, or a service account of that. */
export type ClusterScope = {
  /** Account of the cluster; the deployment's when left out. */
  accountId?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  clusterName: Scalars['String']['input'];
  /** Kubernetes namespace. */
  namespace?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; the deployment's when left out. */
  region?: InputMaybe<Scalars['String']['input']>;
  /** Kubernetes service account; needs `namespace`. */
  serviceAccount?: InputMaybe<Scalars['String']['input']>;
};

/** What EKS takes, with where, why and for whom. To leave a field out and to give null mean the same. */
export type CreatePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; the deployment's when left out. */
  accountId?: InputMaybe<Scalars['String']['input']>;
  /**
   * Your name for this request: 1 to 255 printable ASCII characters, case-sensitive. Sent again with the same input, it gets the
   * first answer again. When left out the gateway makes one, which can't help if you never get the answer.
   */
  clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  clusterName: Scalars['String']['input'];
  /** Whether EKS leaves its session tags out; false when left out. */
  disableSessionTags?: InputMaybe<Scalars['Boolean']['input']>;
  /** Kubernetes namespace, an RFC 1123 label. It need not exist yet. */
  namespace: Scalars['String']['input'];
  /** The person for whom a service asks, up to 256 characters. Recorded as the service's claim; gives no rights. */
  onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** IAM session policy as JSON text, up to 2,048 characters. Takes effect only with `disableSessionTags: true`. */
  policy?: InputMaybe<Scalars['String']['input']>;
  /** Why you ask, for the trail: up to 1,024 characters. Does not make it another request. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; the deployment's when left out. */
  region?: InputMaybe<Scalars['String']['input']>;
  /** ARN of the IAM role, in the cluster's account. */
  roleArn: Scalars['String']['input'];
  /** Kubernetes service account, an RFC 1123 subdomain. It need not exist yet. */
  serviceAccount: Scalars['String']['input'];
  /** Tags of the association, up to 50. Up to 49 leave room for the tag by which the gateway proves what it made. */
  tags?: InputMaybe<Array<TagInput>>;
  /** ARN of a second role that `roleArn` assumes; it may be in another account. */
  targetRoleArn?: InputMaybe<Scalars['String']['input']>;
};

/** The answer to a create. `status` says which of the other fields are set. */
export type CreatePodIdentityAssociationPayload = {
  __typename?: 'CreatePodIdentityAssociationPayload';
  /** The association as EKS gave it; set exactly when SUCCEEDED. */
  association: Maybe<PodIdentityAssociation>;
  /** The last entry that this request added to the trail. Its `operationId` joins all entries of the operation. */
  auditEntry: AuditEntry;
  /** The token of this request: yours, or the one made for it; null when yours was not valid. */
  clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why nothing was created; set exactly when REFUSED. */
  refusal: Maybe<Refusal>;
  /** True when the answer was read back from the record of this token, and nothing was done. */
  replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request with the same token can bring more; null where waiting brings nothing. */
  retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** How the request stands; all that a client has to branch on. */
  status: RequestStatus;
};

/** What to delete. */
export type DeletePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; the deployment's when left out. */
  accountId?: InputMaybe<Scalars['String']['input']>;
  /** EKS's id of the association: `a-` and 17 characters. */
  associationId: Scalars['String']['input'];
  /** Your name for this request, as for a create. */
  clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  clusterName: Scalars['String']['input'];
  /** Refuse to delete it if its modifiedAt is another by now; see the same field of an update. */
  expectedModifiedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The person for whom a service asks, as for a create. */
  onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** Why you ask, for the trail: up to 1,024 characters. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; the deployment's when left out. */
  region?: InputMaybe<Scalars['String']['input']>;
};

/** The answer to a delete. `status` says which of the other fields are set. */
export type DeletePodIdentityAssociationPayload = {
  __typename?: 'DeletePodIdentityAssociationPayload';
  /** The association that was deleted; set exactly when SUCCEEDED. */
  association: Maybe<PodIdentityAssociation>;
  /** The last entry that this request added to the trail. Its `operationId` joins all entries of the operation. */
  auditEntry: AuditEntry;
  /** The token of this request: yours, or the one made for it; null when yours was not valid. */
  clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why nothing was done; set exactly when REFUSED. */
  refusal: Maybe<Refusal>;
  /** True when the answer was read back from the record of this token, and nothing was done. */
  replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request with the same token can bring more; null where waiting brings nothing. */
  retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** How the request stands; all that a client has to branch on. */
  status: RequestStatus;
};

/** A field in which the request and the association differ. */
export type Difference = {
  __typename?: 'Difference';
  /** What is there; null when nothing is. */
  existing: Maybe<Scalars['String']['output']>;
  /** The field, e.g. `roleArn` or `tags.team`. */
  field: Scalars['String']['output'];
  /** What was asked for; null when nothing was. */
  requested: Maybe<Scalars['String']['output']>;
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
  __typename?: 'EksRefused';
  /** What to do about it. */
  advice: Maybe<Scalars['String']['output']>;
  /** One of the codes of EKS's refusals. */
  code: RefusalCode;
  /** EKS's own words. */
  eksMessage: Scalars['String']['output'];
  /** EKS's exception, e.g. `InvalidParameterException`. */
  exception: Scalars['String']['output'];
  /** What is the matter, in a sentence for people. */
  message: Scalars['String']['output'];
  /** True when EKS may say yes to the same request later. */
  retryable: Scalars['Boolean']['output'];
};

/** A rule that the input breaks. */
export type InputFinding = {
  __typename?: 'InputFinding';
  /** How to mend it. */
  advice: Scalars['String']['output'];
  /** What is wrong. */
  message: Scalars['String']['output'];
  /** The field, e.g. `tags.3.key`. */
  path: Scalars['String']['output'];
  /** The rule's name. */
  rule: Scalars['String']['output'];
};

/** Everything that is wrong with the input, at once. */
export type InvalidInput = Refusal & {
  __typename?: 'InvalidInput';
  /** What to do about it. */
  advice: Maybe<Scalars['String']['output']>;
  /** INVALID_INPUT. */
  code: RefusalCode;
  /** The broken rules. */
  findings: Array<InputFinding>;
  /** What is the matter, in a sentence for people. */
  message: Scalars['String']['output'];
  /** Always false. */
  retryable: Scalars['Boolean']['output'];
};

/** What can be changed. A request may name one of these fields, once. */
export type Mutation = {
  __typename?: 'Mutation';
  /**
   * Lets the pods of a service account take on an IAM role. Checked against policy first; recorded in the trail before and
   * after; done once for a token, however often it is sent.
   */
  createPodIdentityAssociation: CreatePodIdentityAssociationPayload;
  /**
   * Deletes an association, on the same terms as a create: as policy allows, recorded, once for a token. Answers what was
   * deleted. Pods that run keep the credentials that they have until these expire.
   */
  deletePodIdentityAssociation: DeletePodIdentityAssociationPayload;
  /**
   * Changes role, target role, session tags or session policy of an association, on the same terms as a create: as policy
   * allows, recorded, once for a token. Cluster, namespace, service account and tags stay, as at EKS.
   */
  updatePodIdentityAssociation: UpdatePodIdentityAssociationPayload;
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
  __typename?: 'PageInfo';
  /** Pass it as `after` for the next page; null when nothing follows an empty page. */
  endCursor: Maybe<Scalars['String']['output']>;
  /** Whether more follows. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Always false: pages go forward only. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first on the page; null when the page is empty. */
  startCursor: Maybe<Scalars['String']['output']>;
};

/** An EKS Pod Identity association: all that EKS tells, with its account and region. */
export type PodIdentityAssociation = {
  __typename?: 'PodIdentityAssociation';
  /** Account of the cluster. */
  accountId: Scalars['String']['output'];
  /** Its ARN. */
  associationArn: Scalars['String']['output'];
  /** EKS's id of it. */
  associationId: Scalars['String']['output'];
  /** What the trail holds of it, newest first; null when you may not read the trail of its namespace. */
  auditTrail: Maybe<AuditEntryConnection>;
  /** Name of the cluster. */
  clusterName: Scalars['String']['output'];
  /** When it was created. */
  createdAt: Scalars['DateTime']['output'];
  /** Whether EKS leaves its session tags out; null when EKS does not say. */
  disableSessionTags: Maybe<Scalars['Boolean']['output']>;
  /** External id to demand in the second role's trust policy; null when there is no second role. */
  externalId: Maybe<Scalars['String']['output']>;
  /** Its ARN, which no other object of the graph has: a key for client caches. */
  id: Scalars['ID']['output'];
  /** When it was last modified. */
  modifiedAt: Scalars['DateTime']['output'];
  /** Kubernetes namespace. */
  namespace: Scalars['String']['output'];
  /** The operation of the gateway that made it, by its tag; null when it bears none. */
  operationId: Maybe<Scalars['ID']['output']>;
  /** The EKS add-on that owns it; null when none does. */
  ownerArn: Maybe<Scalars['String']['output']>;
  /** IAM session policy as JSON text; null when there is none. */
  policy: Maybe<Scalars['String']['output']>;
  /** Region of the cluster. */
  region: Scalars['String']['output'];
  /** IAM role that its pods get. */
  roleArn: Scalars['String']['output'];
  /** Kubernetes service account. */
  serviceAccount: Scalars['String']['output'];
  /** All its tags, the gateway's own among them, sorted by key. */
  tags: Array<Tag>;
  /** Second role that `roleArn` assumes; null when there is none. */
  targetRoleArn: Maybe<Scalars['String']['output']>;
};


/** An EKS Pod Identity association: all that EKS tells, with its account and region. */
export type PodIdentityAssociationAuditTrailArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of associations. */
export type PodIdentityAssociationConnection = {
  __typename?: 'PodIdentityAssociationConnection';
  /** The associations, each with its cursor. */
  edges: Array<PodIdentityAssociationEdge>;
  /** The associations. */
  nodes: Array<PodIdentityAssociation>;
  /** Whether more follows, and from where. */
  pageInfo: PageInfo;
};

/** An association on a page. */
export type PodIdentityAssociationEdge = {
  __typename?: 'PodIdentityAssociationEdge';
  /** Its position: opaque, and of this query alone. */
  cursor: Scalars['String']['output'];
  /** The association. */
  node: PodIdentityAssociation;
};

/** Why something was allowed or denied. */
export type PolicyDecision = {
  __typename?: 'PolicyDecision';
  /** The result. */
  allowed: Scalars['Boolean']['output'];
  /** SHA-256 of the inventory. */
  inventoryHash: Scalars['String']['output'];
  /** `@id`s of the policies that decided. */
  policyIds: Array<Scalars['String']['output']>;
  /** SHA-256 of the policies and their schema. */
  policySetHash: Scalars['String']['output'];
  /** The reasons of a denial; empty when allowed. */
  violations: Array<PolicyViolation>;
};

/** Denied by policy. EKS was not asked. */
export type PolicyDenied = Refusal & {
  __typename?: 'PolicyDenied';
  /** What to do about it. */
  advice: Maybe<Scalars['String']['output']>;
  /** POLICY_DENIED or POLICY_EVALUATION_FAILED. */
  code: RefusalCode;
  /** What is the matter, in a sentence for people. */
  message: Scalars['String']['output'];
  /** True only for POLICY_EVALUATION_FAILED. A denial is not remembered: once policy allows it, the same token succeeds. */
  retryable: Scalars['Boolean']['output'];
  /** All reasons, not only the first. */
  violations: Array<PolicyViolation>;
};

/** A reason for a denial. */
export type PolicyViolation = {
  __typename?: 'PolicyViolation';
  /** What to change, or whom to ask. */
  advice: Maybe<Scalars['String']['output']>;
  /** What is not allowed. */
  message: Scalars['String']['output'];
  /** `@id` of the policy; or `default-deny`, `cluster-not-registered`, `evaluation-failed`. */
  policyId: Scalars['String']['output'];
};

/** Who is authenticated. */
export type Principal = {
  __typename?: 'Principal';
  /** Its groups, from the token's claims or the inventory. */
  groups: Array<Scalars['String']['output']>;
  /** `<issuer>#<subject>` by JWT; `iam:<account>:role/<name>` and the like by SigV4. */
  id: Scalars['ID']['output'];
  /** A person or a workload. */
  kind: PrincipalKind;
  /** Name of the IAM role session: recorded, and no part of any decision, because its caller chose it; null without one. */
  sessionName: Maybe<Scalars['String']['output']>;
};

/** Kinds of principal. */
export type PrincipalKind =
  /** A workload: by IAM role, or a JWT of its own. */
  | 'SERVICE'
  /** A person: by JWT, or a role session of IAM Identity Center. */
  | 'USER';

/** What can be read. Nothing here changes anything. */
export type Query = {
  __typename?: 'Query';
  /**
   * The associations of a cluster that the gateway's trail does not explain: made, changed or deleted by somebody else. Costs EKS
   * a call for each association; deletions are looked for in the trail of the last 90 days. You must be allowed to list the
   * associations and to read the trail.
   */
  associationDrift: Array<AssociationDrift>;
  /** An entry of the audit trail; null when there is none, or when you may not read it. */
  auditEntry: Maybe<AuditEntry>;
  /**
   * The audit trail, newest first. A page can be shorter than `first`, or empty, though more follows: `hasNextPage` says so.
   * An entry that was written in the last second may be missing.
   */
  auditTrail: AuditEntryConnection;
  /** What createPodIdentityAssociation would answer now. Nothing is created; the question is recorded. */
  checkCreatePodIdentityAssociation: CheckPayload;
  /** What deletePodIdentityAssociation would answer now. Nothing is deleted; the question is recorded. */
  checkDeletePodIdentityAssociation: CheckPayload;
  /** What updatePodIdentityAssociation would answer now. Nothing is changed; the question is recorded. */
  checkUpdatePodIdentityAssociation: CheckPayload;
  /** An association, read from EKS; null when there is none, or when you may not view it. */
  podIdentityAssociation: Maybe<PodIdentityAssociation>;
  /**
   * The associations of a cluster, of a namespace of it, or of one service account, in the order of EKS. The owners of a
   * namespace must name it. Fields that EKS's list does not have (role, tags, times, settings) cost it a call for each
   * association: select them only where you need them.
   */
  podIdentityAssociations: PodIdentityAssociationConnection;
  /** The principal that the gateway takes you for. */
  viewer: Principal;
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
  events?: InputMaybe<Array<AuditEvent>>;
  first?: InputMaybe<Scalars['Int']['input']>;
  operations?: InputMaybe<Array<OperationKind>>;
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
  __typename?: 'RecordedRequest';
  /** The fields that an update was to change; empty for a create and a delete. */
  changes: Array<Scalars['String']['output']>;
  /** Whether EKS was to leave its session tags out; null when that was not to change. */
  disableSessionTags: Maybe<Scalars['Boolean']['output']>;
  /** IAM session policy; null when none was asked for, or it was to be cleared. */
  policy: Maybe<Scalars['String']['output']>;
  /** IAM role; null when it was not to change. */
  roleArn: Maybe<Scalars['String']['output']>;
  /** The caller's tags, sorted by key; empty for an update and a delete. */
  tags: Array<Tag>;
  /** Second role; null when none was asked for, or it was to be cleared. */
  targetRoleArn: Maybe<Scalars['String']['output']>;
};

/** Why nothing was done. These four fields are all that a client needs; the types behind it tell more. */
export type Refusal = {
  /** What to do about it. */
  advice: Maybe<Scalars['String']['output']>;
  /** A stable code. More may come. */
  code: RefusalCode;
  /** What is the matter, in a sentence for people. */
  message: Scalars['String']['output'];
  /** True when the same request can succeed later without a change. */
  retryable: Scalars['Boolean']['output'];
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
  __typename?: 'Tag';
  /** Key. */
  key: Scalars['String']['output'];
  /** Value; can be empty. */
  value: Scalars['String']['output'];
};

/** A tag to set. */
export type TagInput = {
  /** Key: 1 to 128 characters. */
  key: Scalars['String']['input'];
  /** Value: up to 256 characters; empty when left out. */
  value?: InputMaybe<Scalars['String']['input']>;
};

/** The token belongs to an earlier request of the same caller that asked for something else. */
export type TokenReused = Refusal & {
  __typename?: 'TokenReused';
  /** What to do about it. */
  advice: Maybe<Scalars['String']['output']>;
  /** TOKEN_REUSED_WITH_DIFFERENT_INPUT. */
  code: RefusalCode;
  /** What is the matter, in a sentence for people. */
  message: Scalars['String']['output'];
  /** The operation of that earlier request. */
  originalOperationId: Scalars['ID']['output'];
  /** Always false. */
  retryable: Scalars['Boolean']['output'];
};

/**
 * What to change of an association; a field that is left out stays as it is. At least one of roleArn, targetRoleArn,
 * disableSessionTags and policy must be there.
 */
export type UpdatePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; the deployment's when left out. */
  accountId?: InputMaybe<Scalars['String']['input']>;
  /** EKS's id of the association: `a-` and 17 characters. */
  associationId: Scalars['String']['input'];
  /** Your name for this request, as for a create. */
  clientRequestToken?: InputMaybe<Scalars['String']['input']>;
  /** Name of the EKS cluster. */
  clusterName: Scalars['String']['input'];
  /** Whether EKS leaves its session tags out from now on. */
  disableSessionTags?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * Refuse the change if the association's modifiedAt is another by now. Compared just before EKS is asked, so it is no
   * safeguard against a tool that changes it in that moment.
   */
  expectedModifiedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The person for whom a service asks, as for a create. */
  onBehalfOf?: InputMaybe<Scalars['String']['input']>;
  /** New IAM session policy as JSON text, up to 2,048 characters; null clears it. */
  policy?: InputMaybe<Scalars['String']['input']>;
  /** Why you ask, for the trail: up to 1,024 characters. */
  reason?: InputMaybe<Scalars['String']['input']>;
  /** Region of the cluster; the deployment's when left out. */
  region?: InputMaybe<Scalars['String']['input']>;
  /** ARN of the new IAM role, in the cluster's account. It can't be cleared. */
  roleArn?: InputMaybe<Scalars['String']['input']>;
  /** ARN of the new second role; null clears it. */
  targetRoleArn?: InputMaybe<Scalars['String']['input']>;
};

/** The answer to an update. `status` says which of the other fields are set. */
export type UpdatePodIdentityAssociationPayload = {
  __typename?: 'UpdatePodIdentityAssociationPayload';
  /** The association as it is now; set exactly when SUCCEEDED. */
  association: Maybe<PodIdentityAssociation>;
  /** The last entry that this request added to the trail. Its `operationId` joins all entries of the operation. */
  auditEntry: AuditEntry;
  /** The token of this request: yours, or the one made for it; null when yours was not valid. */
  clientRequestToken: Maybe<Scalars['String']['output']>;
  /** Why nothing was done; set exactly when REFUSED. */
  refusal: Maybe<Refusal>;
  /** True when the answer was read back from the record of this token, and nothing was done. */
  replayed: Scalars['Boolean']['output'];
  /** Seconds to wait before the same request with the same token can bring more; null where waiting brings nothing. */
  retryAfterSeconds: Maybe<Scalars['Int']['output']>;
  /** How the request stands; all that a client has to branch on. */
  status: RequestStatus;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AssociationAlreadyExists: ResolverTypeWrapper<Omit<AssociationAlreadyExists, 'existing'> & { existing?: Maybe<ResolversTypes['PodIdentityAssociation']> }>;
  AssociationChanged: ResolverTypeWrapper<Omit<AssociationChanged, 'existing'> & { existing?: Maybe<ResolversTypes['PodIdentityAssociation']> }>;
  AssociationDrift: ResolverTypeWrapper<Drift>;
  AssociationNotFound: ResolverTypeWrapper<AssociationNotFound>;
  AuditEntry: ResolverTypeWrapper<AuditEntryModel>;
  AuditEntryConnection: ResolverTypeWrapper<Omit<AuditEntryConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['AuditEntryEdge']>, nodes: Array<ResolversTypes['AuditEntry']> }>;
  AuditEntryEdge: ResolverTypeWrapper<Omit<AuditEntryEdge, 'node'> & { node: ResolversTypes['AuditEntry'] }>;
  AuditEvent: AuditEvent;
  AuditScope: AuditScope;
  AuditTarget: ResolverTypeWrapper<AuditTarget>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CheckPayload: ResolverTypeWrapper<DryRunResult>;
  ClusterScope: ClusterScope;
  CreatePodIdentityAssociationInput: CreatePodIdentityAssociationInput;
  CreatePodIdentityAssociationPayload: ResolverTypeWrapper<MutationResult>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeletePodIdentityAssociationInput: DeletePodIdentityAssociationInput;
  DeletePodIdentityAssociationPayload: ResolverTypeWrapper<MutationResult>;
  Difference: ResolverTypeWrapper<Difference>;
  DriftKind: DriftKind;
  EksRefused: ResolverTypeWrapper<EksRefused>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  InputFinding: ResolverTypeWrapper<InputFinding>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  InvalidInput: ResolverTypeWrapper<InvalidInput>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  OperationKind: OperationKind;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PodIdentityAssociation: ResolverTypeWrapper<ListedAssociation>;
  PodIdentityAssociationConnection: ResolverTypeWrapper<Omit<PodIdentityAssociationConnection, 'edges' | 'nodes'> & { edges: Array<ResolversTypes['PodIdentityAssociationEdge']>, nodes: Array<ResolversTypes['PodIdentityAssociation']> }>;
  PodIdentityAssociationEdge: ResolverTypeWrapper<Omit<PodIdentityAssociationEdge, 'node'> & { node: ResolversTypes['PodIdentityAssociation'] }>;
  PolicyDecision: ResolverTypeWrapper<PolicyDecision>;
  PolicyDenied: ResolverTypeWrapper<PolicyDenied>;
  PolicyViolation: ResolverTypeWrapper<PolicyViolation>;
  Principal: ResolverTypeWrapper<PrincipalModel>;
  PrincipalKind: PrincipalKind;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RecordedRequest: ResolverTypeWrapper<MutationRequest>;
  Refusal: ResolverTypeWrapper<RefusalModel>;
  RefusalCode: RefusalCode;
  RequestStatus: RequestStatus;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Tag: ResolverTypeWrapper<Tag>;
  TagInput: TagInput;
  TokenReused: ResolverTypeWrapper<TokenReused>;
  UpdatePodIdentityAssociationInput: UpdatePodIdentityAssociationInput;
  UpdatePodIdentityAssociationPayload: ResolverTypeWrapper<MutationResult>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AssociationAlreadyExists: Omit<AssociationAlreadyExists, 'existing'> & { existing?: Maybe<ResolversParentTypes['PodIdentityAssociation']> };
  AssociationChanged: Omit<AssociationChanged, 'existing'> & { existing?: Maybe<ResolversParentTypes['PodIdentityAssociation']> };
  AssociationDrift: Drift;
  AssociationNotFound: AssociationNotFound;
  AuditEntry: AuditEntryModel;
  AuditEntryConnection: Omit<AuditEntryConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['AuditEntryEdge']>, nodes: Array<ResolversParentTypes['AuditEntry']> };
  AuditEntryEdge: Omit<AuditEntryEdge, 'node'> & { node: ResolversParentTypes['AuditEntry'] };
  AuditScope: AuditScope;
  AuditTarget: AuditTarget;
  Boolean: Scalars['Boolean']['output'];
  CheckPayload: DryRunResult;
  ClusterScope: ClusterScope;
  CreatePodIdentityAssociationInput: CreatePodIdentityAssociationInput;
  CreatePodIdentityAssociationPayload: MutationResult;
  DateTime: Scalars['DateTime']['output'];
  DeletePodIdentityAssociationInput: DeletePodIdentityAssociationInput;
  DeletePodIdentityAssociationPayload: MutationResult;
  Difference: Difference;
  EksRefused: EksRefused;
  ID: Scalars['ID']['output'];
  InputFinding: InputFinding;
  Int: Scalars['Int']['output'];
  InvalidInput: InvalidInput;
  Mutation: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  PodIdentityAssociation: ListedAssociation;
  PodIdentityAssociationConnection: Omit<PodIdentityAssociationConnection, 'edges' | 'nodes'> & { edges: Array<ResolversParentTypes['PodIdentityAssociationEdge']>, nodes: Array<ResolversParentTypes['PodIdentityAssociation']> };
  PodIdentityAssociationEdge: Omit<PodIdentityAssociationEdge, 'node'> & { node: ResolversParentTypes['PodIdentityAssociation'] };
  PolicyDecision: PolicyDecision;
  PolicyDenied: PolicyDenied;
  PolicyViolation: PolicyViolation;
  Principal: PrincipalModel;
  Query: Record<PropertyKey, never>;
  RecordedRequest: MutationRequest;
  Refusal: RefusalModel;
  String: Scalars['String']['output'];
  Tag: Tag;
  TagInput: TagInput;
  TokenReused: TokenReused;
  UpdatePodIdentityAssociationInput: UpdatePodIdentityAssociationInput;
  UpdatePodIdentityAssociationPayload: MutationResult;
};

export type AssociationAlreadyExistsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AssociationAlreadyExists'] = ResolversParentTypes['AssociationAlreadyExists']> = {
  advice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  differences?: Resolver<Maybe<Array<ResolversTypes['Difference']>>, ParentType, ContextType>;
  existing?: Resolver<Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AssociationChangedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AssociationChanged'] = ResolversParentTypes['AssociationChanged']> = {
  advice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  differences?: Resolver<Maybe<Array<ResolversTypes['Difference']>>, ParentType, ContextType>;
  existing?: Resolver<Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AssociationDriftResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AssociationDrift'] = ResolversParentTypes['AssociationDrift']> = {
  association?: Resolver<Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  associationArn?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  differences?: Resolver<Array<ResolversTypes['Difference']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['DriftKind'], ParentType, ContextType>;
  lastEntry?: Resolver<Maybe<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
};

export type AssociationNotFoundResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AssociationNotFound'] = ResolversParentTypes['AssociationNotFound']> = {
  advice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AuditEntryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuditEntry'] = ResolversParentTypes['AuditEntry']> = {
  actor?: Resolver<Maybe<ResolversTypes['Principal']>, ParentType, ContextType>;
  apiRequestId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  associationArn?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  before?: Resolver<Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  decision?: Resolver<Maybe<ResolversTypes['PolicyDecision']>, ParentType, ContextType>;
  eksRequestId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  event?: Resolver<ResolversTypes['AuditEvent'], ParentType, ContextType>;
  fence?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  findings?: Resolver<Array<ResolversTypes['InputFinding']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  onBehalfOf?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  operation?: Resolver<ResolversTypes['OperationKind'], ParentType, ContextType>;
  operationEntries?: Resolver<Array<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  operationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  principal?: Resolver<ResolversTypes['Principal'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusalCode?: Resolver<Maybe<ResolversTypes['RefusalCode']>, ParentType, ContextType>;
  request?: Resolver<Maybe<ResolversTypes['RecordedRequest']>, ParentType, ContextType>;
  sourceAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  target?: Resolver<Maybe<ResolversTypes['AuditTarget']>, ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  userAgent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AuditEntryConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuditEntryConnection'] = ResolversParentTypes['AuditEntryConnection']> = {
  edges?: Resolver<Array<ResolversTypes['AuditEntryEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AuditEntryEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuditEntryEdge'] = ResolversParentTypes['AuditEntryEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
};

export type AuditTargetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AuditTarget'] = ResolversParentTypes['AuditTarget']> = {
  accountId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  clusterName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  namespace?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  serviceAccount?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CheckPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CheckPayload'] = ResolversParentTypes['CheckPayload']> = {
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  decision?: Resolver<Maybe<ResolversTypes['PolicyDecision']>, ParentType, ContextType>;
  differences?: Resolver<Maybe<Array<ResolversTypes['Difference']>>, ParentType, ContextType>;
  existing?: Resolver<Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  refusal?: Resolver<Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  wouldBeAttempted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type CreatePodIdentityAssociationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreatePodIdentityAssociationPayload'] = ResolversParentTypes['CreatePodIdentityAssociationPayload']> = {
  association?: Resolver<Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  clientRequestToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusal?: Resolver<Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RequestStatus'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeletePodIdentityAssociationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DeletePodIdentityAssociationPayload'] = ResolversParentTypes['DeletePodIdentityAssociationPayload']> = {
  association?: Resolver<Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  clientRequestToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusal?: Resolver<Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RequestStatus'], ParentType, ContextType>;
};

export type DifferenceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Difference'] = ResolversParentTypes['Difference']> = {
  existing?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  requested?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type EksRefusedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EksRefused'] = ResolversParentTypes['EksRefused']> = {
  advice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  eksMessage?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  exception?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InputFindingResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InputFinding'] = ResolversParentTypes['InputFinding']> = {
  advice?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rule?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  advice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  findings?: Resolver<Array<ResolversTypes['InputFinding']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createPodIdentityAssociation?: Resolver<ResolversTypes['CreatePodIdentityAssociationPayload'], ParentType, ContextType, RequireFields<MutationCreatePodIdentityAssociationArgs, 'input'>>;
  deletePodIdentityAssociation?: Resolver<ResolversTypes['DeletePodIdentityAssociationPayload'], ParentType, ContextType, RequireFields<MutationDeletePodIdentityAssociationArgs, 'input'>>;
  updatePodIdentityAssociation?: Resolver<ResolversTypes['UpdatePodIdentityAssociationPayload'], ParentType, ContextType, RequireFields<MutationUpdatePodIdentityAssociationArgs, 'input'>>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PodIdentityAssociationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PodIdentityAssociation'] = ResolversParentTypes['PodIdentityAssociation']> = {
  accountId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  associationArn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  associationId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  auditTrail?: Resolver<Maybe<ResolversTypes['AuditEntryConnection']>, ParentType, ContextType, RequireFields<PodIdentityAssociationAuditTrailArgs, 'first'>>;
  clusterName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  disableSessionTags?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  externalId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  modifiedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  namespace?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  operationId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  ownerArn?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  policy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  roleArn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  serviceAccount?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<Array<ResolversTypes['Tag']>, ParentType, ContextType>;
  targetRoleArn?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PodIdentityAssociationConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PodIdentityAssociationConnection'] = ResolversParentTypes['PodIdentityAssociationConnection']> = {
  edges?: Resolver<Array<ResolversTypes['PodIdentityAssociationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type PodIdentityAssociationEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PodIdentityAssociationEdge'] = ResolversParentTypes['PodIdentityAssociationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['PodIdentityAssociation'], ParentType, ContextType>;
};

export type PolicyDecisionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PolicyDecision'] = ResolversParentTypes['PolicyDecision']> = {
  allowed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  inventoryHash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  policyIds?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  policySetHash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  violations?: Resolver<Array<ResolversTypes['PolicyViolation']>, ParentType, ContextType>;
};

export type PolicyDeniedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PolicyDenied'] = ResolversParentTypes['PolicyDenied']> = {
  advice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  violations?: Resolver<Array<ResolversTypes['PolicyViolation']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PolicyViolationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PolicyViolation'] = ResolversParentTypes['PolicyViolation']> = {
  advice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  policyId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PrincipalResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Principal'] = ResolversParentTypes['Principal']> = {
  groups?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['PrincipalKind'], ParentType, ContextType>;
  sessionName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  associationDrift?: Resolver<Array<ResolversTypes['AssociationDrift']>, ParentType, ContextType, RequireFields<QueryAssociationDriftArgs, 'clusterName'>>;
  auditEntry?: Resolver<Maybe<ResolversTypes['AuditEntry']>, ParentType, ContextType, RequireFields<QueryAuditEntryArgs, 'id'>>;
  auditTrail?: Resolver<ResolversTypes['AuditEntryConnection'], ParentType, ContextType, RequireFields<QueryAuditTrailArgs, 'first' | 'scope'>>;
  checkCreatePodIdentityAssociation?: Resolver<ResolversTypes['CheckPayload'], ParentType, ContextType, RequireFields<QueryCheckCreatePodIdentityAssociationArgs, 'input'>>;
  checkDeletePodIdentityAssociation?: Resolver<ResolversTypes['CheckPayload'], ParentType, ContextType, RequireFields<QueryCheckDeletePodIdentityAssociationArgs, 'input'>>;
  checkUpdatePodIdentityAssociation?: Resolver<ResolversTypes['CheckPayload'], ParentType, ContextType, RequireFields<QueryCheckUpdatePodIdentityAssociationArgs, 'input'>>;
  podIdentityAssociation?: Resolver<Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType, RequireFields<QueryPodIdentityAssociationArgs, 'associationId' | 'clusterName'>>;
  podIdentityAssociations?: Resolver<ResolversTypes['PodIdentityAssociationConnection'], ParentType, ContextType, RequireFields<QueryPodIdentityAssociationsArgs, 'clusterName' | 'first'>>;
  viewer?: Resolver<ResolversTypes['Principal'], ParentType, ContextType>;
};

export type RecordedRequestResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RecordedRequest'] = ResolversParentTypes['RecordedRequest']> = {
  changes?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  disableSessionTags?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  policy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  roleArn?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<Array<ResolversTypes['Tag']>, ParentType, ContextType>;
  targetRoleArn?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RefusalResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Refusal'] = ResolversParentTypes['Refusal']> = {
  __resolveType: TypeResolveFn<'AssociationAlreadyExists' | 'AssociationChanged' | 'AssociationNotFound' | 'EksRefused' | 'InvalidInput' | 'PolicyDenied' | 'TokenReused', ParentType, ContextType>;
};

export type TagResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Tag'] = ResolversParentTypes['Tag']> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type TokenReusedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TokenReused'] = ResolversParentTypes['TokenReused']> = {
  advice?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  originalOperationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UpdatePodIdentityAssociationPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UpdatePodIdentityAssociationPayload'] = ResolversParentTypes['UpdatePodIdentityAssociationPayload']> = {
  association?: Resolver<Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  clientRequestToken?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusal?: Resolver<Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RequestStatus'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  AssociationAlreadyExists?: AssociationAlreadyExistsResolvers<ContextType>;
  AssociationChanged?: AssociationChangedResolvers<ContextType>;
  AssociationDrift?: AssociationDriftResolvers<ContextType>;
  AssociationNotFound?: AssociationNotFoundResolvers<ContextType>;
  AuditEntry?: AuditEntryResolvers<ContextType>;
  AuditEntryConnection?: AuditEntryConnectionResolvers<ContextType>;
  AuditEntryEdge?: AuditEntryEdgeResolvers<ContextType>;
  AuditTarget?: AuditTargetResolvers<ContextType>;
  CheckPayload?: CheckPayloadResolvers<ContextType>;
  CreatePodIdentityAssociationPayload?: CreatePodIdentityAssociationPayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeletePodIdentityAssociationPayload?: DeletePodIdentityAssociationPayloadResolvers<ContextType>;
  Difference?: DifferenceResolvers<ContextType>;
  EksRefused?: EksRefusedResolvers<ContextType>;
  InputFinding?: InputFindingResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PodIdentityAssociation?: PodIdentityAssociationResolvers<ContextType>;
  PodIdentityAssociationConnection?: PodIdentityAssociationConnectionResolvers<ContextType>;
  PodIdentityAssociationEdge?: PodIdentityAssociationEdgeResolvers<ContextType>;
  PolicyDecision?: PolicyDecisionResolvers<ContextType>;
  PolicyDenied?: PolicyDeniedResolvers<ContextType>;
  PolicyViolation?: PolicyViolationResolvers<ContextType>;
  Principal?: PrincipalResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RecordedRequest?: RecordedRequestResolvers<ContextType>;
  Refusal?: RefusalResolvers<ContextType>;
  Tag?: TagResolvers<ContextType>;
  TokenReused?: TokenReusedResolvers<ContextType>;
  UpdatePodIdentityAssociationPayload?: UpdatePodIdentityAssociationPayloadResolvers<ContextType>;
};

