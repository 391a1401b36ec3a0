/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const OpenOperations: GatewayDocument<OpenOperationsQuery, OpenOperationsQueryVariables> = "query OpenOperations{openOperations(first:1000){operationId kind startedAt inDoubtUntil attempts nextAttemptAt parked message}}";
export const OperationTarget: GatewayDocument<OperationTargetQuery, OperationTargetQueryVariables> = "query OperationTarget($id:ID!){operation(id:$id){target{accountId region clusterName namespace serviceAccount}}}";
export const Locks: GatewayDocument<LocksQuery, LocksQueryVariables> = "query Locks{locks{scope accountId region clusterName principalId stopsReads lockedBy lockedAt reason}}";
export const Policies: GatewayDocument<PoliciesQuery, PoliciesQueryVariables> = "fragment PolicyText on Policy{policyId effect annotations{name value}file text}fragment PolicySetOf on PolicySet{policySetHash version publishedAt publishedBy reason}query Policies($comparedWith:PolicyBaseline){policies(first:1000 comparedWith:$comparedWith){nodes{policyId change inForce{...PolicyText}before{...PolicyText}}inForce{...PolicySetOf}comparedWith{...PolicySetOf}}}";
export const OnePolicy: GatewayDocument<OnePolicyQuery, OnePolicyQueryVariables> = "fragment PolicyText on Policy{policyId effect annotations{name value}file text}query OnePolicy($policyId:String!$policySetHash:String){policy(policyId:$policyId policySetHash:$policySetHash){...PolicyText}}";
/** Which changes a lock stops. Values may be added. */
export type LockScope =
  /** All changes. */
  | 'ALL'
  /** Changes in one cluster. */
  | 'CLUSTER'
  /** Changes requested by one principal, by it as an actor, or on its behalf (`onBehalfOf`). */
  | 'PRINCIPAL';

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

/** Why the reconciler can't examine an operation. Values may be added. */
export type ParkedReason =
  /** The inventory no longer has the account or region of its cluster. */
  | 'CLUSTER_NOT_SERVED'
  /** Its INTENT entry is missing, or another version of the gateway wrote it in another format. */
  | 'INTENT_UNREADABLE';

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

/** What a policy does where it applies. */
export type PolicyEffect =
  /** It forbids the request. */
  | 'FORBID'
  /** It permits the request, unless another policy forbids it. */
  | 'PERMIT';

export type OpenOperationsQueryVariables = Exact<{ [key: string]: never; }>;


export type OpenOperationsQuery = { readonly openOperations: ReadonlyArray<{ readonly operationId: string, readonly kind: OperationKind, readonly startedAt: string, readonly inDoubtUntil: string, readonly attempts: number, readonly nextAttemptAt: string | null, readonly parked: ParkedReason | null, readonly message: string | null }> | null };

export type OperationTargetQueryVariables = Exact<{
  id: string;
}>;


export type OperationTargetQuery = { readonly operation: { readonly target: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string } | null } | null };

export type LocksQueryVariables = Exact<{ [key: string]: never; }>;


export type LocksQuery = { readonly locks: ReadonlyArray<{ readonly scope: LockScope, readonly accountId: string | null, readonly region: string | null, readonly clusterName: string | null, readonly principalId: string | null, readonly stopsReads: boolean, readonly lockedBy: string, readonly lockedAt: string, readonly reason: string | null }> | null };

export type PolicyTextFragment = { readonly policyId: string, readonly effect: PolicyEffect, readonly file: string, readonly text: string, readonly annotations: ReadonlyArray<{ readonly name: string, readonly value: string }> };

export type PolicySetOfFragment = { readonly policySetHash: string, readonly version: number | null, readonly publishedAt: string | null, readonly publishedBy: string | null, readonly reason: string | null };

export type PoliciesQueryVariables = Exact<{
  comparedWith?: PolicyBaseline | null | undefined;
}>;


export type PoliciesQuery = { readonly policies: { readonly nodes: ReadonlyArray<{ readonly policyId: string, readonly change: PolicyChange | null, readonly inForce: PolicyTextFragment | null, readonly before: PolicyTextFragment | null }>, readonly inForce: PolicySetOfFragment, readonly comparedWith: PolicySetOfFragment | null } | null };

export type OnePolicyQueryVariables = Exact<{
  policyId: string;
  policySetHash?: string | null | undefined;
}>;


export type OnePolicyQuery = { readonly policy: PolicyTextFragment | null };
