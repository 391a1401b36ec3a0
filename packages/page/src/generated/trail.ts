/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const TrailPage: GatewayDocument<TrailPageQuery, TrailPageQueryVariables> = "fragment Actor on RecordedPrincipal{principalId kind}fragment Target on AuditTarget{accountId region clusterName namespace serviceAccount}fragment Request on RecordedRequest{roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}fragment Line on AuditEntry{id time event operationId operationKind principal{...Actor}actor{...Actor}onBehalfOf target{...Target}cluster{accountId region clusterName}request{...Request}reason declaration refusalCode message associationArn approvalId}query TrailPage($scope:AuditScope!$since:DateTime$until:DateTime$events:[AuditEvent!]$operationKinds:[OperationKind!]$roleArn:String$refusalCodes:[RefusalCode!]$policyId:String$first:Int$after:String){auditTrail(scope:$scope since:$since until:$until events:$events operationKinds:$operationKinds roleArn:$roleArn refusalCodes:$refusalCodes policyId:$policyId first:$first after:$after){nodes{...Line}pageInfo{hasNextPage endCursor}omittedEvents}}";
export const TrailEntry: GatewayDocument<TrailEntryQuery, TrailEntryQueryVariables> = "fragment Actor on RecordedPrincipal{principalId kind}fragment Target on AuditTarget{accountId region clusterName namespace serviceAccount}fragment Request on RecordedRequest{roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}fragment Line on AuditEntry{id time event operationId operationKind principal{...Actor}actor{...Actor}onBehalfOf target{...Target}cluster{accountId region clusterName}request{...Request}reason declaration refusalCode message associationArn approvalId}fragment Decision on PolicyDecision{allowed permittedBy onlyAsDryRun policyIds violations{policyId message advice}needs{policyId message group count approvedBy{principal{principalId}}}approvalId policySetHash inventoryHash}query TrailEntry($id:ID!){auditEntry(id:$id){...Line sourceAddress userAgent principal{groups otherGroupsCount sessionName}findings{path rule message advice}decision{...Decision}deleteDecision{...Decision}before{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}eksRequestId apiRequestId fence}}";
export const TrailOperation: GatewayDocument<TrailOperationQuery, TrailOperationQueryVariables> = "fragment Actor on RecordedPrincipal{principalId kind}fragment Target on AuditTarget{accountId region clusterName namespace serviceAccount}fragment Request on RecordedRequest{roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}fragment Line on AuditEntry{id time event operationId operationKind principal{...Actor}actor{...Actor}onBehalfOf target{...Target}cluster{accountId region clusterName}request{...Request}reason declaration refusalCode message associationArn approvalId}query TrailOperation($id:ID!){operation(id:$id){id kind status target{...Target}startedAt completedAt associationArn approvalId refusalCode message retryAfterSeconds entries{...Line}}}";
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

export type AuditScope =
  {   readonly associationArn: string; readonly cluster?: never; readonly gateway?: never; readonly operationId?: never; readonly principalId?: never; }
  |  { readonly associationArn?: never;   readonly cluster: ClusterScope; readonly gateway?: never; readonly operationId?: never; readonly principalId?: never; }
  |  { readonly associationArn?: never; readonly cluster?: never;   readonly gateway: GatewayScope; readonly operationId?: never; readonly principalId?: never; }
  |  { readonly associationArn?: never; readonly cluster?: never; readonly gateway?: never;   readonly operationId: string; readonly principalId?: never; }
  |  { readonly associationArn?: never; readonly cluster?: never; readonly gateway?: never; readonly operationId?: never;   readonly principalId: string; };

export type ClusterScope = {
  readonly accountId?: string | null | undefined;
  readonly clusterName: string;
  readonly namespace?: string | null | undefined;
  readonly region?: string | null | undefined;
  readonly serviceAccount?: string | null | undefined;
};

export type GatewayScope =
  | 'ALL_ENTRIES';

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
