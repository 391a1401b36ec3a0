/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { GatewayDocument } from '../../../client/src/client/own-document.ts';
export const ApprovalsPage: GatewayDocument<ApprovalsPageQuery, ApprovalsPageQueryVariables> = "fragment Vote on ApprovalVote{principal{principalId}actor{principalId}comment ownRequest time}fragment ApprovalFields on Approval{id state operation principal{principalId kind}actor{principalId}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}environment viewerMayVote outcome{status refusalCode}request{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}before{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId}time reason}requestedAt expiresAt operationId}query ApprovalsPage($scope:ApprovalScope$state:ApprovalState$first:Int$after:String){approvals(scope:$scope state:$state first:$first after:$after){nodes{...ApprovalFields}pageInfo{hasNextPage endCursor}}}";
export const OneApproval: GatewayDocument<OneApprovalQuery, OneApprovalQueryVariables> = "fragment Vote on ApprovalVote{principal{principalId}actor{principalId}comment ownRequest time}fragment ApprovalFields on Approval{id state operation principal{principalId kind}actor{principalId}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}environment viewerMayVote outcome{status refusalCode}request{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}before{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId}time reason}requestedAt expiresAt operationId}query OneApproval($id:ID!){approval(id:$id){...ApprovalFields clientRequestToken}}";
export const ApprovalFacts: GatewayDocument<ApprovalFactsQuery, ApprovalFactsQueryVariables> = "fragment CurrentDecision on PolicyDecision{allowed policyIds violations{policyId message advice}needs{policyId message advice}}query ApprovalFacts($id:ID!){approval(id:$id){existing{associationId roleArn targetRoleArn disableSessionTags policy modifiedAt}warnings{code message advice}roleUse{count isComplete}recentChanges{id time event operationKind principal{principalId}}currentDecision{...CurrentDecision}currentDeleteDecision{...CurrentDecision}}}";
export const Turns: GatewayDocument<TurnsQuery, TurnsQueryVariables> = "query Turns{approvals(scope:{gateway:PENDING}first:100){nodes{id viewerMayVote}pageInfo{hasNextPage}}own:approvals(scope:{own:OPEN}first:100){nodes{id state expiresAt operation target{accountId region clusterName namespace serviceAccount}environment request{roleArn}clientRequestToken}}}";
import type * as Schema from '../../../../src/generated/types.ts';

export type VoteFragment = { readonly comment: string | null, readonly ownRequest: boolean, readonly time: string, readonly principal: { readonly principalId: string }, readonly actor: { readonly principalId: string } | null };

export type ApprovalFieldsFragment = { readonly id: string, readonly state: Schema.ApprovalState, readonly operation: Schema.OperationKind, readonly onBehalfOf: string | null, readonly reason: string | null, readonly declaration: string | null, readonly environment: string | null, readonly viewerMayVote: boolean, readonly requestedAt: string, readonly expiresAt: string, readonly operationId: string | null, readonly principal: { readonly principalId: string, readonly kind: Schema.PrincipalKind }, readonly actor: { readonly principalId: string } | null, readonly target: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string }, readonly outcome: { readonly status: Schema.OperationStatus, readonly refusalCode: Schema.RefusalCode | null } | null, readonly request: { readonly associationId: string | null, readonly roleArn: string | null, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly changes: ReadonlyArray<string>, readonly expiresAt: string | null, readonly ifExists: Schema.IfExists | null, readonly expectedRevision: number | null, readonly expectedModifiedAt: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }> }, readonly before: { readonly associationId: string, readonly roleArn: string, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly modifiedAt: string } | null, readonly needs: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null, readonly group: string, readonly count: number, readonly operation: Schema.OperationKind | null, readonly approvedBy: ReadonlyArray<VoteFragment> }>, readonly rejectedBy: VoteFragment | null, readonly voidedVotes: ReadonlyArray<{ readonly time: string, readonly reason: Schema.VoidReason, readonly principal: { readonly principalId: string } }> };

export type CurrentDecisionFragment = { readonly allowed: boolean, readonly policyIds: ReadonlyArray<string>, readonly violations: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null }>, readonly needs: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null }> };

export type ApprovalsPageQueryVariables = Exact<{
  scope?: Schema.ApprovalScope | null | undefined;
  state?: Schema.ApprovalState | null | undefined;
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


export type ApprovalFactsQuery = { readonly approval: { readonly existing: { readonly associationId: string, readonly roleArn: string, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly modifiedAt: string } | null, readonly warnings: ReadonlyArray<{ readonly code: Schema.WarningCode, readonly message: string, readonly advice: string }>, readonly roleUse: { readonly count: number, readonly isComplete: boolean } | null, readonly recentChanges: ReadonlyArray<{ readonly id: string, readonly time: string, readonly event: Schema.AuditEvent, readonly operationKind: Schema.OperationKind, readonly principal: { readonly principalId: string } }> | null, readonly currentDecision: CurrentDecisionFragment | null, readonly currentDeleteDecision: CurrentDecisionFragment | null } | null };

export type TurnsQueryVariables = Exact<{ [key: string]: never; }>;


export type TurnsQuery = { readonly approvals: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly viewerMayVote: boolean }>, readonly pageInfo: { readonly hasNextPage: boolean } } | null, readonly own: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly state: Schema.ApprovalState, readonly expiresAt: string, readonly operation: Schema.OperationKind, readonly environment: string | null, readonly clientRequestToken: string | null, readonly target: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string }, readonly request: { readonly roleArn: string | null } }> } | null };
