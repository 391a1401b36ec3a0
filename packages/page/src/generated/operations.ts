/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const OpenOperations: GatewayDocument<OpenOperationsQuery, OpenOperationsQueryVariables> = "query OpenOperations{openOperations(first:1000){operationId kind startedAt inDoubtUntil attempts nextAttemptAt parked message}}";
export const Locks: GatewayDocument<LocksQuery, LocksQueryVariables> = "query Locks{locks{scope accountId region clusterName principalId stopsReads lockedBy lockedAt reason}}";
export const Policies: GatewayDocument<PoliciesQuery, PoliciesQueryVariables> = "fragment PolicyText on Policy{policyId effect annotations{name value}file text}fragment PolicySetOf on PolicySet{policySetHash version publishedAt publishedBy reason}query Policies($comparedWith:PolicyBaseline){policies(first:1000 comparedWith:$comparedWith){nodes{policyId change inForce{...PolicyText}before{...PolicyText}}inForce{...PolicySetOf}comparedWith{...PolicySetOf}}}";
export const OnePolicy: GatewayDocument<OnePolicyQuery, OnePolicyQueryVariables> = "fragment PolicyText on Policy{policyId effect annotations{name value}file text}query OnePolicy($policyId:String!$policySetHash:String){policy(policyId:$policyId policySetHash:$policySetHash){...PolicyText}}";
import type * as Schema from '../../../../src/generated/types.ts';

export type OpenOperationsQueryVariables = Exact<{ [key: string]: never; }>;


export type OpenOperationsQuery = { readonly openOperations: ReadonlyArray<{ readonly operationId: string, readonly kind: Schema.OperationKind, readonly startedAt: string, readonly inDoubtUntil: string, readonly attempts: number, readonly nextAttemptAt: string | null, readonly parked: Schema.ParkedReason | null, readonly message: string | null }> | null };

export type LocksQueryVariables = Exact<{ [key: string]: never; }>;


export type LocksQuery = { readonly locks: ReadonlyArray<{ readonly scope: Schema.LockScope, readonly accountId: string | null, readonly region: string | null, readonly clusterName: string | null, readonly principalId: string | null, readonly stopsReads: boolean, readonly lockedBy: string, readonly lockedAt: string, readonly reason: string | null }> | null };

export type PolicyTextFragment = { readonly policyId: string, readonly effect: Schema.PolicyEffect, readonly file: string, readonly text: string, readonly annotations: ReadonlyArray<{ readonly name: string, readonly value: string }> };

export type PolicySetOfFragment = { readonly policySetHash: string, readonly version: number | null, readonly publishedAt: string | null, readonly publishedBy: string | null, readonly reason: string | null };

export type PoliciesQueryVariables = Exact<{
  comparedWith?: Schema.PolicyBaseline | null | undefined;
}>;


export type PoliciesQuery = { readonly policies: { readonly nodes: ReadonlyArray<{ readonly policyId: string, readonly change: Schema.PolicyChange | null, readonly inForce: PolicyTextFragment | null, readonly before: PolicyTextFragment | null }>, readonly inForce: PolicySetOfFragment, readonly comparedWith: PolicySetOfFragment | null } | null };

export type OnePolicyQueryVariables = Exact<{
  policyId: string;
  policySetHash?: string | null | undefined;
}>;


export type OnePolicyQuery = { readonly policy: PolicyTextFragment | null };
