import type * as Schema from './types.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { ListedAssociation } from '../queries/associations/list.ts';
import type { Association } from '../model/association.ts';
import type { OperationView } from '../queries/trail/operation-view.ts';
import type { Viewer, RecordedPrincipal as RecordedPrincipalModel } from '../model/principal.ts';
import type { Approval as ApprovalModel } from '../model/approval.ts';
import type { ApprovalRefusal, Refusal as RefusalModel, LockedRefusal } from '../model/refusal.ts';
import type { ApprovalVote as ApprovalVoteModel, VotedNeed } from '../model/approval-vote.ts';
import type { AuditEntry as AuditEntryModel } from '../model/audit.ts';
import type { MutationResult } from '../operations/terms/result.ts';
import type { EnsureResult, EnsureCheck } from '../operations/ensure/result.ts';
import type { AssociationDrift as AssociationDriftModel } from '../queries/drift/drift-in.ts';
import type { DryRunResult } from '../operations/dry-run.ts';
import type { CheckedChange as CheckedChangeModel } from '../operations/checks/checked-change.ts';
import type { Decision, Violation } from '../model/decision.ts';
import type { VoteAnswer } from '../operations/approvals/cast-vote.ts';
import type { RequestSummary } from '../operations/terms/operation.ts';
import type { ComparedPolicy as ComparedPolicyModel } from '../queries/policies.ts';
import type { Lock as LockModel } from '../model/lock.ts';
import type { PolicyText, PolicyTextSet } from '../policy/policies/policy-texts.ts';
import type { RequestContext } from '../queries/terms/request-context.ts';
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };


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
) => Schema.Maybe<TTypes> | Promise<Schema.Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;




/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  AssociationState:
    | ( Association )
    | ( ListedAssociation )
  ;
  MutationPayload:
    | ( MutationResult )
    | ( MutationResult )
    | ( MutationResult )
    | ( MutationResult )
    | ( MutationResult )
    | ( MutationResult )
  ;
  Node:
    | ( ApprovalModel )
    | ( AuditEntryModel )
    | ( OperationView )
    | ( ListedAssociation )
  ;
  Refusal:
    | ( ApprovalRefusal )
    | ( Omit<Schema.AssociationAlreadyExists, 'existing'> & { existing?: Schema.Maybe<_RefType['AssociationSnapshot']> } )
    | ( Omit<Schema.AssociationChanged, 'existing'> & { existing?: Schema.Maybe<_RefType['AssociationSnapshot']> } )
    | ( Schema.AssociationNotFound )
    | ( LockedRefusal )
    | ( Schema.EksRefused )
    | ( Schema.InvalidInput )
    | ( Omit<Schema.PolicyDenied, 'violations'> & { violations: ReadonlyArray<_RefType['PolicyViolation']> } )
    | ( Schema.TokenReused )
    | ( Schema.VoteRefused )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AdoptPodIdentityAssociationInput: Schema.AdoptPodIdentityAssociationInput;
  AdoptPodIdentityAssociationPayload: ResolverTypeWrapper<MutationResult>;
  Approval: ResolverTypeWrapper<ApprovalModel>;
  ApprovalConnection: ResolverTypeWrapper<Omit<Schema.ApprovalConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['ApprovalEdge']>, nodes: ReadonlyArray<ResolversTypes['Approval']> }>;
  ApprovalEdge: ResolverTypeWrapper<Omit<Schema.ApprovalEdge, 'node'> & { node: ResolversTypes['Approval'] }>;
  ApprovalNeed: ResolverTypeWrapper<VotedNeed>;
  ApprovalOutcome: ResolverTypeWrapper<Schema.ApprovalOutcome>;
  ApprovalPayload: ResolverTypeWrapper<VoteAnswer>;
  ApprovalRequired: ResolverTypeWrapper<ApprovalRefusal>;
  ApprovalScope: Schema.ApprovalScope;
  ApprovalState: Schema.ApprovalState;
  ApprovalVote: ResolverTypeWrapper<ApprovalVoteModel>;
  ApproveInput: Schema.ApproveInput;
  AssociationAlreadyExists: ResolverTypeWrapper<Omit<Schema.AssociationAlreadyExists, 'existing'> & { existing?: Schema.Maybe<ResolversTypes['AssociationSnapshot']> }>;
  AssociationChanged: ResolverTypeWrapper<Omit<Schema.AssociationChanged, 'existing'> & { existing?: Schema.Maybe<ResolversTypes['AssociationSnapshot']> }>;
  AssociationDrift: ResolverTypeWrapper<AssociationDriftModel>;
  AssociationDriftConnection: ResolverTypeWrapper<Omit<Schema.AssociationDriftConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['AssociationDriftEdge']>, nodes: ReadonlyArray<ResolversTypes['AssociationDrift']> }>;
  AssociationDriftEdge: ResolverTypeWrapper<Omit<Schema.AssociationDriftEdge, 'node'> & { node: ResolversTypes['AssociationDrift'] }>;
  AssociationFilter: Schema.AssociationFilter;
  AssociationNotFound: ResolverTypeWrapper<Schema.AssociationNotFound>;
  AssociationOrigin: Schema.AssociationOrigin;
  AssociationSnapshot: ResolverTypeWrapper<Association>;
  AssociationState: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['AssociationState']>;
  AuditCluster: ResolverTypeWrapper<Schema.AuditCluster>;
  AuditEntry: ResolverTypeWrapper<AuditEntryModel>;
  AuditEntryConnection: ResolverTypeWrapper<Omit<Schema.AuditEntryConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['AuditEntryEdge']>, nodes: ReadonlyArray<ResolversTypes['AuditEntry']> }>;
  AuditEntryEdge: ResolverTypeWrapper<Omit<Schema.AuditEntryEdge, 'node'> & { node: ResolversTypes['AuditEntry'] }>;
  AuditEvent: Schema.AuditEvent;
  AuditScope: Schema.AuditScope;
  AuditTarget: ResolverTypeWrapper<Schema.AuditTarget>;
  BindPermission: Schema.BindPermission;
  BindableRole: ResolverTypeWrapper<Omit<Schema.BindableRole, 'needs' | 'violations'> & { needs: ReadonlyArray<ResolversTypes['ApprovalNeed']>, violations: ReadonlyArray<ResolversTypes['PolicyViolation']> }>;
  BindableRoleSource: Schema.BindableRoleSource;
  Boolean: ResolverTypeWrapper<Schema.Scalars['Boolean']['output']>;
  ChangesLocked: ResolverTypeWrapper<LockedRefusal>;
  CheckPayload: ResolverTypeWrapper<DryRunResult>;
  CheckPodIdentityAssociationsInput: Schema.CheckPodIdentityAssociationsInput;
  CheckPodIdentityAssociationsPayload: ResolverTypeWrapper<Omit<Schema.CheckPodIdentityAssociationsPayload, 'auditEntry' | 'results'> & { auditEntry: ResolversTypes['AuditEntry'], results: ReadonlyArray<ResolversTypes['CheckedChange']> }>;
  CheckedChange: ResolverTypeWrapper<CheckedChangeModel>;
  CheckedChangeInput: Schema.CheckedChangeInput;
  Cluster: ResolverTypeWrapper<Schema.Cluster>;
  ClusterConnection: ResolverTypeWrapper<Schema.ClusterConnection>;
  ClusterCoverage: ResolverTypeWrapper<Schema.ClusterCoverage>;
  ClusterEdge: ResolverTypeWrapper<Schema.ClusterEdge>;
  ClusterScope: Schema.ClusterScope;
  ComparedPolicy: ResolverTypeWrapper<ComparedPolicyModel>;
  ComparedPolicyEdge: ResolverTypeWrapper<Omit<Schema.ComparedPolicyEdge, 'node'> & { node: ResolversTypes['ComparedPolicy'] }>;
  CreatePodIdentityAssociationInput: Schema.CreatePodIdentityAssociationInput;
  CreatePodIdentityAssociationPayload: ResolverTypeWrapper<MutationResult>;
  DateTime: ResolverTypeWrapper<Schema.Scalars['DateTime']['output']>;
  DeletePodIdentityAssociationInput: Schema.DeletePodIdentityAssociationInput;
  DeletePodIdentityAssociationPayload: ResolverTypeWrapper<MutationResult>;
  DeniedSubject: Schema.DeniedSubject;
  Difference: ResolverTypeWrapper<Schema.Difference>;
  DriftKind: Schema.DriftKind;
  DriftSource: Schema.DriftSource;
  EksRefused: ResolverTypeWrapper<Schema.EksRefused>;
  EnsureChange: Schema.EnsureChange;
  EnsureCheckPayload: ResolverTypeWrapper<EnsureCheck>;
  EnsureNoPodIdentityAssociationInput: Schema.EnsureNoPodIdentityAssociationInput;
  EnsurePayload: ResolverTypeWrapper<EnsureResult>;
  EnsurePodIdentityAssociationInput: Schema.EnsurePodIdentityAssociationInput;
  Gateway: ResolverTypeWrapper<Schema.Gateway>;
  GatewayApprovals: Schema.GatewayApprovals;
  GatewayScope: Schema.GatewayScope;
  ID: ResolverTypeWrapper<Schema.Scalars['ID']['output']>;
  IfExists: Schema.IfExists;
  InputFinding: ResolverTypeWrapper<Schema.InputFinding>;
  Int: ResolverTypeWrapper<Schema.Scalars['Int']['output']>;
  InvalidInput: ResolverTypeWrapper<Schema.InvalidInput>;
  Lock: ResolverTypeWrapper<LockModel>;
  LockScope: Schema.LockScope;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  MutationPayload: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['MutationPayload']>;
  Namespace: ResolverTypeWrapper<Schema.Namespace>;
  NamespaceConnection: ResolverTypeWrapper<Schema.NamespaceConnection>;
  NamespaceEdge: ResolverTypeWrapper<Schema.NamespaceEdge>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  ObservedAssociation: ResolverTypeWrapper<Schema.ObservedAssociation>;
  ObservedAssociationConnection: ResolverTypeWrapper<Schema.ObservedAssociationConnection>;
  ObservedAssociationEdge: ResolverTypeWrapper<Schema.ObservedAssociationEdge>;
  OpenOperation: ResolverTypeWrapper<Schema.OpenOperation>;
  Operation: ResolverTypeWrapper<OperationView>;
  OperationKind: Schema.OperationKind;
  OperationStatus: Schema.OperationStatus;
  OwnApprovals: Schema.OwnApprovals;
  PageInfo: ResolverTypeWrapper<Schema.PageInfo>;
  ParkedReason: Schema.ParkedReason;
  PodIdentityAssociation: ResolverTypeWrapper<ListedAssociation>;
  PodIdentityAssociationConnection: ResolverTypeWrapper<Omit<Schema.PodIdentityAssociationConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['PodIdentityAssociationEdge']>, nodes: ReadonlyArray<ResolversTypes['PodIdentityAssociation']> }>;
  PodIdentityAssociationEdge: ResolverTypeWrapper<Omit<Schema.PodIdentityAssociationEdge, 'node'> & { node: ResolversTypes['PodIdentityAssociation'] }>;
  Policy: ResolverTypeWrapper<PolicyText>;
  PolicyAnnotation: ResolverTypeWrapper<Schema.PolicyAnnotation>;
  PolicyBaseline: Schema.PolicyBaseline;
  PolicyChange: Schema.PolicyChange;
  PolicyConnection: ResolverTypeWrapper<Omit<Schema.PolicyConnection, 'comparedWith' | 'edges' | 'inForce' | 'nodes'> & { comparedWith?: Schema.Maybe<ResolversTypes['PolicySet']>, edges: ReadonlyArray<ResolversTypes['ComparedPolicyEdge']>, inForce: ResolversTypes['PolicySet'], nodes: ReadonlyArray<ResolversTypes['ComparedPolicy']> }>;
  PolicyDecision: ResolverTypeWrapper<Decision>;
  PolicyDenied: ResolverTypeWrapper<Omit<Schema.PolicyDenied, 'violations'> & { violations: ReadonlyArray<ResolversTypes['PolicyViolation']> }>;
  PolicyEffect: Schema.PolicyEffect;
  PolicySet: ResolverTypeWrapper<PolicyTextSet>;
  PolicyVersion: ResolverTypeWrapper<Schema.PolicyVersion>;
  PolicyViolation: ResolverTypeWrapper<Violation>;
  Principal: ResolverTypeWrapper<Viewer>;
  PrincipalKind: Schema.PrincipalKind;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RecordedPrincipal: ResolverTypeWrapper<RecordedPrincipalModel>;
  RecordedRequest: ResolverTypeWrapper<RequestSummary>;
  Refusal: ResolverTypeWrapper<RefusalModel>;
  RefusalCode: Schema.RefusalCode;
  RejectInput: Schema.RejectInput;
  RequestStatus: Schema.RequestStatus;
  RoleUse: ResolverTypeWrapper<Schema.RoleUse>;
  String: ResolverTypeWrapper<Schema.Scalars['String']['output']>;
  Tag: ResolverTypeWrapper<Schema.Tag>;
  TagInput: Schema.TagInput;
  TagPodIdentityAssociationInput: Schema.TagPodIdentityAssociationInput;
  TagPodIdentityAssociationPayload: ResolverTypeWrapper<MutationResult>;
  TokenReused: ResolverTypeWrapper<Schema.TokenReused>;
  UntagPodIdentityAssociationInput: Schema.UntagPodIdentityAssociationInput;
  UntagPodIdentityAssociationPayload: ResolverTypeWrapper<MutationResult>;
  UpdatePodIdentityAssociationInput: Schema.UpdatePodIdentityAssociationInput;
  UpdatePodIdentityAssociationPayload: ResolverTypeWrapper<MutationResult>;
  ViewerRights: ResolverTypeWrapper<Schema.ViewerRights>;
  VoidReason: Schema.VoidReason;
  VoidedVote: ResolverTypeWrapper<Omit<Schema.VoidedVote, 'actor' | 'principal'> & { actor?: Schema.Maybe<ResolversTypes['RecordedPrincipal']>, principal: ResolversTypes['RecordedPrincipal'] }>;
  VoteRefused: ResolverTypeWrapper<Schema.VoteRefused>;
  Warning: ResolverTypeWrapper<Schema.Warning>;
  WarningCode: Schema.WarningCode;
  WithdrawApprovalInput: Schema.WithdrawApprovalInput;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AdoptPodIdentityAssociationInput: Schema.AdoptPodIdentityAssociationInput;
  AdoptPodIdentityAssociationPayload: MutationResult;
  Approval: ApprovalModel;
  ApprovalConnection: Omit<Schema.ApprovalConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['ApprovalEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Approval']> };
  ApprovalEdge: Omit<Schema.ApprovalEdge, 'node'> & { node: ResolversParentTypes['Approval'] };
  ApprovalNeed: VotedNeed;
  ApprovalOutcome: Schema.ApprovalOutcome;
  ApprovalPayload: VoteAnswer;
  ApprovalRequired: ApprovalRefusal;
  ApprovalScope: Schema.ApprovalScope;
  ApprovalVote: ApprovalVoteModel;
  ApproveInput: Schema.ApproveInput;
  AssociationAlreadyExists: Omit<Schema.AssociationAlreadyExists, 'existing'> & { existing?: Schema.Maybe<ResolversParentTypes['AssociationSnapshot']> };
  AssociationChanged: Omit<Schema.AssociationChanged, 'existing'> & { existing?: Schema.Maybe<ResolversParentTypes['AssociationSnapshot']> };
  AssociationDrift: AssociationDriftModel;
  AssociationDriftConnection: Omit<Schema.AssociationDriftConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['AssociationDriftEdge']>, nodes: ReadonlyArray<ResolversParentTypes['AssociationDrift']> };
  AssociationDriftEdge: Omit<Schema.AssociationDriftEdge, 'node'> & { node: ResolversParentTypes['AssociationDrift'] };
  AssociationFilter: Schema.AssociationFilter;
  AssociationNotFound: Schema.AssociationNotFound;
  AssociationSnapshot: Association;
  AssociationState: ResolversInterfaceTypes<ResolversParentTypes>['AssociationState'];
  AuditCluster: Schema.AuditCluster;
  AuditEntry: AuditEntryModel;
  AuditEntryConnection: Omit<Schema.AuditEntryConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['AuditEntryEdge']>, nodes: ReadonlyArray<ResolversParentTypes['AuditEntry']> };
  AuditEntryEdge: Omit<Schema.AuditEntryEdge, 'node'> & { node: ResolversParentTypes['AuditEntry'] };
  AuditScope: Schema.AuditScope;
  AuditTarget: Schema.AuditTarget;
  BindableRole: Omit<Schema.BindableRole, 'needs' | 'violations'> & { needs: ReadonlyArray<ResolversParentTypes['ApprovalNeed']>, violations: ReadonlyArray<ResolversParentTypes['PolicyViolation']> };
  Boolean: Schema.Scalars['Boolean']['output'];
  ChangesLocked: LockedRefusal;
  CheckPayload: DryRunResult;
  CheckPodIdentityAssociationsInput: Schema.CheckPodIdentityAssociationsInput;
  CheckPodIdentityAssociationsPayload: Omit<Schema.CheckPodIdentityAssociationsPayload, 'auditEntry' | 'results'> & { auditEntry: ResolversParentTypes['AuditEntry'], results: ReadonlyArray<ResolversParentTypes['CheckedChange']> };
  CheckedChange: CheckedChangeModel;
  CheckedChangeInput: Schema.CheckedChangeInput;
  Cluster: Schema.Cluster;
  ClusterConnection: Schema.ClusterConnection;
  ClusterCoverage: Schema.ClusterCoverage;
  ClusterEdge: Schema.ClusterEdge;
  ClusterScope: Schema.ClusterScope;
  ComparedPolicy: ComparedPolicyModel;
  ComparedPolicyEdge: Omit<Schema.ComparedPolicyEdge, 'node'> & { node: ResolversParentTypes['ComparedPolicy'] };
  CreatePodIdentityAssociationInput: Schema.CreatePodIdentityAssociationInput;
  CreatePodIdentityAssociationPayload: MutationResult;
  DateTime: Schema.Scalars['DateTime']['output'];
  DeletePodIdentityAssociationInput: Schema.DeletePodIdentityAssociationInput;
  DeletePodIdentityAssociationPayload: MutationResult;
  Difference: Schema.Difference;
  EksRefused: Schema.EksRefused;
  EnsureCheckPayload: EnsureCheck;
  EnsureNoPodIdentityAssociationInput: Schema.EnsureNoPodIdentityAssociationInput;
  EnsurePayload: EnsureResult;
  EnsurePodIdentityAssociationInput: Schema.EnsurePodIdentityAssociationInput;
  Gateway: Schema.Gateway;
  ID: Schema.Scalars['ID']['output'];
  InputFinding: Schema.InputFinding;
  Int: Schema.Scalars['Int']['output'];
  InvalidInput: Schema.InvalidInput;
  Lock: LockModel;
  Mutation: Record<PropertyKey, never>;
  MutationPayload: ResolversInterfaceTypes<ResolversParentTypes>['MutationPayload'];
  Namespace: Schema.Namespace;
  NamespaceConnection: Schema.NamespaceConnection;
  NamespaceEdge: Schema.NamespaceEdge;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  ObservedAssociation: Schema.ObservedAssociation;
  ObservedAssociationConnection: Schema.ObservedAssociationConnection;
  ObservedAssociationEdge: Schema.ObservedAssociationEdge;
  OpenOperation: Schema.OpenOperation;
  Operation: OperationView;
  PageInfo: Schema.PageInfo;
  PodIdentityAssociation: ListedAssociation;
  PodIdentityAssociationConnection: Omit<Schema.PodIdentityAssociationConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['PodIdentityAssociationEdge']>, nodes: ReadonlyArray<ResolversParentTypes['PodIdentityAssociation']> };
  PodIdentityAssociationEdge: Omit<Schema.PodIdentityAssociationEdge, 'node'> & { node: ResolversParentTypes['PodIdentityAssociation'] };
  Policy: PolicyText;
  PolicyAnnotation: Schema.PolicyAnnotation;
  PolicyConnection: Omit<Schema.PolicyConnection, 'comparedWith' | 'edges' | 'inForce' | 'nodes'> & { comparedWith?: Schema.Maybe<ResolversParentTypes['PolicySet']>, edges: ReadonlyArray<ResolversParentTypes['ComparedPolicyEdge']>, inForce: ResolversParentTypes['PolicySet'], nodes: ReadonlyArray<ResolversParentTypes['ComparedPolicy']> };
  PolicyDecision: Decision;
  PolicyDenied: Omit<Schema.PolicyDenied, 'violations'> & { violations: ReadonlyArray<ResolversParentTypes['PolicyViolation']> };
  PolicySet: PolicyTextSet;
  PolicyVersion: Schema.PolicyVersion;
  PolicyViolation: Violation;
  Principal: Viewer;
  Query: Record<PropertyKey, never>;
  RecordedPrincipal: RecordedPrincipalModel;
  RecordedRequest: RequestSummary;
  Refusal: RefusalModel;
  RejectInput: Schema.RejectInput;
  RoleUse: Schema.RoleUse;
  String: Schema.Scalars['String']['output'];
  Tag: Schema.Tag;
  TagInput: Schema.TagInput;
  TagPodIdentityAssociationInput: Schema.TagPodIdentityAssociationInput;
  TagPodIdentityAssociationPayload: MutationResult;
  TokenReused: Schema.TokenReused;
  UntagPodIdentityAssociationInput: Schema.UntagPodIdentityAssociationInput;
  UntagPodIdentityAssociationPayload: MutationResult;
  UpdatePodIdentityAssociationInput: Schema.UpdatePodIdentityAssociationInput;
  UpdatePodIdentityAssociationPayload: MutationResult;
  ViewerRights: Schema.ViewerRights;
  VoidedVote: Omit<Schema.VoidedVote, 'actor' | 'principal'> & { actor?: Schema.Maybe<ResolversParentTypes['RecordedPrincipal']>, principal: ResolversParentTypes['RecordedPrincipal'] };
  VoteRefused: Schema.VoteRefused;
  Warning: Schema.Warning;
  WithdrawApprovalInput: Schema.WithdrawApprovalInput;
};

export type AdoptPodIdentityAssociationPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AdoptPodIdentityAssociationPayload'] = ResolversParentTypes['AdoptPodIdentityAssociationPayload']> = {
  association?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  clientRequestToken?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusal?: Resolver<Schema.Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RequestStatus'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ApprovalResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Approval'] = ResolversParentTypes['Approval']> = {
  actor?: Resolver<Schema.Maybe<ResolversTypes['RecordedPrincipal']>, ParentType, ContextType>;
  before?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  clientRequestToken?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  currentDecision?: Resolver<Schema.Maybe<ResolversTypes['PolicyDecision']>, ParentType, ContextType>;
  currentDeleteDecision?: Resolver<Schema.Maybe<ResolversTypes['PolicyDecision']>, ParentType, ContextType>;
  declaration?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  environment?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  existing?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  needs?: Resolver<ReadonlyArray<ResolversTypes['ApprovalNeed']>, ParentType, ContextType>;
  onBehalfOf?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  operation?: Resolver<ResolversTypes['OperationKind'], ParentType, ContextType>;
  operationId?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  outcome?: Resolver<Schema.Maybe<ResolversTypes['ApprovalOutcome']>, ParentType, ContextType>;
  principal?: Resolver<ResolversTypes['RecordedPrincipal'], ParentType, ContextType>;
  reason?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  recentChanges?: Resolver<Schema.Maybe<ReadonlyArray<ResolversTypes['AuditEntry']>>, ParentType, ContextType>;
  rejectedBy?: Resolver<Schema.Maybe<ResolversTypes['ApprovalVote']>, ParentType, ContextType>;
  request?: Resolver<ResolversTypes['RecordedRequest'], ParentType, ContextType>;
  requestedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  roleUse?: Resolver<Schema.Maybe<ResolversTypes['RoleUse']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['ApprovalState'], ParentType, ContextType>;
  target?: Resolver<ResolversTypes['AuditTarget'], ParentType, ContextType>;
  viewerMayVote?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  voidedVotes?: Resolver<ReadonlyArray<ResolversTypes['VoidedVote']>, ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ApprovalConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ApprovalConnection'] = ResolversParentTypes['ApprovalConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ApprovalEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Approval']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ApprovalEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ApprovalEdge'] = ResolversParentTypes['ApprovalEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Approval'], ParentType, ContextType>;
};

export type ApprovalNeedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ApprovalNeed'] = ResolversParentTypes['ApprovalNeed']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  approvedBy?: Resolver<ReadonlyArray<ResolversTypes['ApprovalVote']>, ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  group?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  operation?: Resolver<Schema.Maybe<ResolversTypes['OperationKind']>, ParentType, ContextType>;
  policyId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ApprovalOutcomeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ApprovalOutcome'] = ResolversParentTypes['ApprovalOutcome']> = {
  refusalCode?: Resolver<Schema.Maybe<ResolversTypes['RefusalCode']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['OperationStatus'], ParentType, ContextType>;
};

export type ApprovalPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ApprovalPayload'] = ResolversParentTypes['ApprovalPayload']> = {
  approval?: Resolver<Schema.Maybe<ResolversTypes['Approval']>, ParentType, ContextType>;
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  refusal?: Resolver<Schema.Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
};

export type ApprovalRequiredResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ApprovalRequired'] = ResolversParentTypes['ApprovalRequired']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  approval?: Resolver<Schema.Maybe<ResolversTypes['Approval']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  needs?: Resolver<ReadonlyArray<ResolversTypes['ApprovalNeed']>, ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ApprovalVoteResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ApprovalVote'] = ResolversParentTypes['ApprovalVote']> = {
  actor?: Resolver<Schema.Maybe<ResolversTypes['RecordedPrincipal']>, ParentType, ContextType>;
  comment?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  ownRequest?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  principal?: Resolver<ResolversTypes['RecordedPrincipal'], ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AssociationAlreadyExistsResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AssociationAlreadyExists'] = ResolversParentTypes['AssociationAlreadyExists']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  differences?: Resolver<Schema.Maybe<ReadonlyArray<ResolversTypes['Difference']>>, ParentType, ContextType>;
  existing?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  existingDeniedTo?: Resolver<Schema.Maybe<ResolversTypes['DeniedSubject']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AssociationChangedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AssociationChanged'] = ResolversParentTypes['AssociationChanged']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  differences?: Resolver<Schema.Maybe<ReadonlyArray<ResolversTypes['Difference']>>, ParentType, ContextType>;
  existing?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AssociationDriftResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AssociationDrift'] = ResolversParentTypes['AssociationDrift']> = {
  association?: Resolver<Schema.Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  associationArn?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  differences?: Resolver<ReadonlyArray<ResolversTypes['Difference']>, ParentType, ContextType>;
  driftId?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['DriftKind'], ParentType, ContextType>;
  lastEntry?: Resolver<Schema.Maybe<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  observedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type AssociationDriftConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AssociationDriftConnection'] = ResolversParentTypes['AssociationDriftConnection']> = {
  coverage?: Resolver<Schema.Maybe<ResolversTypes['ClusterCoverage']>, ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['AssociationDriftEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['AssociationDrift']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AssociationDriftEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AssociationDriftEdge'] = ResolversParentTypes['AssociationDriftEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AssociationDrift'], ParentType, ContextType>;
};

export type AssociationNotFoundResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AssociationNotFound'] = ResolversParentTypes['AssociationNotFound']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AssociationSnapshotResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AssociationSnapshot'] = ResolversParentTypes['AssociationSnapshot']> = {
  accountId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  associationArn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  associationId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  clusterName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  disableSessionTags?: Resolver<Schema.Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  externalId?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  modifiedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  namespace?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  operationId?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  ownerArn?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  policy?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  roleArn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  serviceAccount?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['Tag']>, ParentType, ContextType>;
  targetRoleArn?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AssociationStateResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AssociationState'] = ResolversParentTypes['AssociationState']> = {
  __resolveType: TypeResolveFn<'AssociationSnapshot' | 'PodIdentityAssociation', ParentType, ContextType>;
};

export type AuditClusterResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AuditCluster'] = ResolversParentTypes['AuditCluster']> = {
  accountId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  clusterName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AuditEntryResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AuditEntry'] = ResolversParentTypes['AuditEntry']> = {
  actor?: Resolver<Schema.Maybe<ResolversTypes['RecordedPrincipal']>, ParentType, ContextType>;
  apiRequestId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  approvalId?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  association?: Resolver<Schema.Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  associationArn?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  before?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  cluster?: Resolver<Schema.Maybe<ResolversTypes['AuditCluster']>, ParentType, ContextType>;
  decision?: Resolver<Schema.Maybe<ResolversTypes['PolicyDecision']>, ParentType, ContextType>;
  declaration?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  deleteDecision?: Resolver<Schema.Maybe<ResolversTypes['PolicyDecision']>, ParentType, ContextType>;
  eksRequestId?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  erasedEntries?: Resolver<Schema.Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  event?: Resolver<ResolversTypes['AuditEvent'], ParentType, ContextType>;
  fence?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  findings?: Resolver<ReadonlyArray<ResolversTypes['InputFinding']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  onBehalfOf?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  operation?: Resolver<Schema.Maybe<ResolversTypes['Operation']>, ParentType, ContextType>;
  operationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  operationKind?: Resolver<ResolversTypes['OperationKind'], ParentType, ContextType>;
  personalDataErased?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  principal?: Resolver<ResolversTypes['RecordedPrincipal'], ParentType, ContextType>;
  reason?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusalCode?: Resolver<Schema.Maybe<ResolversTypes['RefusalCode']>, ParentType, ContextType>;
  request?: Resolver<Schema.Maybe<ResolversTypes['RecordedRequest']>, ParentType, ContextType>;
  sourceAddress?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  target?: Resolver<Schema.Maybe<ResolversTypes['AuditTarget']>, ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  userAgent?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AuditEntryConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AuditEntryConnection'] = ResolversParentTypes['AuditEntryConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AuditEntryEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  omittedEvents?: Resolver<ReadonlyArray<ResolversTypes['AuditEvent']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AuditEntryEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AuditEntryEdge'] = ResolversParentTypes['AuditEntryEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
};

export type AuditTargetResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AuditTarget'] = ResolversParentTypes['AuditTarget']> = {
  accountId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  clusterName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  namespace?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  serviceAccount?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type BindableRoleResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['BindableRole'] = ResolversParentTypes['BindableRole']> = {
  needs?: Resolver<ReadonlyArray<ResolversTypes['ApprovalNeed']>, ParentType, ContextType>;
  permission?: Resolver<ResolversTypes['BindPermission'], ParentType, ContextType>;
  roleArn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['BindableRoleSource'], ParentType, ContextType>;
  violations?: Resolver<ReadonlyArray<ResolversTypes['PolicyViolation']>, ParentType, ContextType>;
};

export type ChangesLockedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ChangesLocked'] = ResolversParentTypes['ChangesLocked']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  lockedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lockedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  scope?: Resolver<ResolversTypes['LockScope'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CheckPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['CheckPayload'] = ResolversParentTypes['CheckPayload']> = {
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  decision?: Resolver<Schema.Maybe<ResolversTypes['PolicyDecision']>, ParentType, ContextType>;
  differences?: Resolver<Schema.Maybe<ReadonlyArray<ResolversTypes['Difference']>>, ParentType, ContextType>;
  existing?: Resolver<Schema.Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  existingDeniedTo?: Resolver<Schema.Maybe<ResolversTypes['DeniedSubject']>, ParentType, ContextType>;
  onlyAsDryRun?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  refusal?: Resolver<Schema.Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  wouldBeAttempted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type CheckPodIdentityAssociationsPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['CheckPodIdentityAssociationsPayload'] = ResolversParentTypes['CheckPodIdentityAssociationsPayload']> = {
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  results?: Resolver<ReadonlyArray<ResolversTypes['CheckedChange']>, ParentType, ContextType>;
};

export type CheckedChangeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['CheckedChange'] = ResolversParentTypes['CheckedChange']> = {
  change?: Resolver<Schema.Maybe<ResolversTypes['EnsureChange']>, ParentType, ContextType>;
  decision?: Resolver<Schema.Maybe<ResolversTypes['PolicyDecision']>, ParentType, ContextType>;
  differences?: Resolver<Schema.Maybe<ReadonlyArray<ResolversTypes['Difference']>>, ParentType, ContextType>;
  existing?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  onlyAsDryRun?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  refusal?: Resolver<Schema.Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  revision?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  unknownRoles?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  wouldBeAttempted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type ClusterResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Cluster'] = ResolversParentTypes['Cluster']> = {
  accountId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  clusterName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  environment?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  mayList?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  mayReadAuditTrail?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ClusterConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ClusterConnection'] = ResolversParentTypes['ClusterConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ClusterEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Cluster']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ClusterCoverageResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ClusterCoverage'] = ResolversParentTypes['ClusterCoverage']> = {
  accountId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  clusterName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  failure?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  firstScannedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  goneSince?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  isKnown?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  scannedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type ClusterEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ClusterEdge'] = ResolversParentTypes['ClusterEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Cluster'], ParentType, ContextType>;
};

export type ComparedPolicyResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ComparedPolicy'] = ResolversParentTypes['ComparedPolicy']> = {
  before?: Resolver<Schema.Maybe<ResolversTypes['Policy']>, ParentType, ContextType>;
  change?: Resolver<Schema.Maybe<ResolversTypes['PolicyChange']>, ParentType, ContextType>;
  inForce?: Resolver<Schema.Maybe<ResolversTypes['Policy']>, ParentType, ContextType>;
  policyId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ComparedPolicyEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ComparedPolicyEdge'] = ResolversParentTypes['ComparedPolicyEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ComparedPolicy'], ParentType, ContextType>;
};

export type CreatePodIdentityAssociationPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['CreatePodIdentityAssociationPayload'] = ResolversParentTypes['CreatePodIdentityAssociationPayload']> = {
  adopted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  association?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  clientRequestToken?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  refusal?: Resolver<Schema.Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RequestStatus'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeletePodIdentityAssociationPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['DeletePodIdentityAssociationPayload'] = ResolversParentTypes['DeletePodIdentityAssociationPayload']> = {
  association?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  clientRequestToken?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusal?: Resolver<Schema.Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RequestStatus'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type DifferenceResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Difference'] = ResolversParentTypes['Difference']> = {
  existing?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  field?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  requested?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type EksRefusedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['EksRefused'] = ResolversParentTypes['EksRefused']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  eksMessage?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  exception?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EnsureCheckPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['EnsureCheckPayload'] = ResolversParentTypes['EnsureCheckPayload']> = {
  change?: Resolver<Schema.Maybe<ResolversTypes['EnsureChange']>, ParentType, ContextType>;
  check?: Resolver<Schema.Maybe<ResolversTypes['CheckPayload']>, ParentType, ContextType>;
  differences?: Resolver<ReadonlyArray<ResolversTypes['Difference']>, ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
};

export type EnsurePayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['EnsurePayload'] = ResolversParentTypes['EnsurePayload']> = {
  association?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  auditEntry?: Resolver<Schema.Maybe<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  change?: Resolver<Schema.Maybe<ResolversTypes['EnsureChange']>, ParentType, ContextType>;
  clientRequestToken?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  differences?: Resolver<ReadonlyArray<ResolversTypes['Difference']>, ParentType, ContextType>;
  expiresAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  isSettled?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  refusal?: Resolver<Schema.Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RequestStatus'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
};

export type GatewayResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Gateway'] = ResolversParentTypes['Gateway']> = {
  deployedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  inventoryHash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  pageUrl?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  policySetHash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  policyVersion?: Resolver<Schema.Maybe<ResolversTypes['PolicyVersion']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type InputFindingResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['InputFinding'] = ResolversParentTypes['InputFinding']> = {
  advice?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  rule?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type InvalidInputResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['InvalidInput'] = ResolversParentTypes['InvalidInput']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  findings?: Resolver<ReadonlyArray<ResolversTypes['InputFinding']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type LockResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Lock'] = ResolversParentTypes['Lock']> = {
  accountId?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  clusterName?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  lockedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  lockedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  principalId?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  reason?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  region?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  scope?: Resolver<ResolversTypes['LockScope'], ParentType, ContextType>;
  stopsReads?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  adoptPodIdentityAssociation?: Resolver<ResolversTypes['AdoptPodIdentityAssociationPayload'], ParentType, ContextType, RequireFields<Schema.MutationAdoptPodIdentityAssociationArgs, 'input'>>;
  approve?: Resolver<ResolversTypes['ApprovalPayload'], ParentType, ContextType, RequireFields<Schema.MutationApproveArgs, 'input'>>;
  createPodIdentityAssociation?: Resolver<ResolversTypes['CreatePodIdentityAssociationPayload'], ParentType, ContextType, RequireFields<Schema.MutationCreatePodIdentityAssociationArgs, 'input'>>;
  deletePodIdentityAssociation?: Resolver<ResolversTypes['DeletePodIdentityAssociationPayload'], ParentType, ContextType, RequireFields<Schema.MutationDeletePodIdentityAssociationArgs, 'input'>>;
  ensureNoPodIdentityAssociation?: Resolver<ResolversTypes['EnsurePayload'], ParentType, ContextType, RequireFields<Schema.MutationEnsureNoPodIdentityAssociationArgs, 'input'>>;
  ensurePodIdentityAssociation?: Resolver<ResolversTypes['EnsurePayload'], ParentType, ContextType, RequireFields<Schema.MutationEnsurePodIdentityAssociationArgs, 'input'>>;
  reject?: Resolver<ResolversTypes['ApprovalPayload'], ParentType, ContextType, RequireFields<Schema.MutationRejectArgs, 'input'>>;
  tagPodIdentityAssociation?: Resolver<ResolversTypes['TagPodIdentityAssociationPayload'], ParentType, ContextType, RequireFields<Schema.MutationTagPodIdentityAssociationArgs, 'input'>>;
  untagPodIdentityAssociation?: Resolver<ResolversTypes['UntagPodIdentityAssociationPayload'], ParentType, ContextType, RequireFields<Schema.MutationUntagPodIdentityAssociationArgs, 'input'>>;
  updatePodIdentityAssociation?: Resolver<ResolversTypes['UpdatePodIdentityAssociationPayload'], ParentType, ContextType, RequireFields<Schema.MutationUpdatePodIdentityAssociationArgs, 'input'>>;
  withdrawApproval?: Resolver<ResolversTypes['ApprovalPayload'], ParentType, ContextType, RequireFields<Schema.MutationWithdrawApprovalArgs, 'input'>>;
};

export type MutationPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MutationPayload'] = ResolversParentTypes['MutationPayload']> = {
  __resolveType: TypeResolveFn<'AdoptPodIdentityAssociationPayload' | 'CreatePodIdentityAssociationPayload' | 'DeletePodIdentityAssociationPayload' | 'TagPodIdentityAssociationPayload' | 'UntagPodIdentityAssociationPayload' | 'UpdatePodIdentityAssociationPayload', ParentType, ContextType>;
};

export type NamespaceResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Namespace'] = ResolversParentTypes['Namespace']> = {
  mayList?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  mayReadAuditTrail?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  owners?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  system?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type NamespaceConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['NamespaceConnection'] = ResolversParentTypes['NamespaceConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['NamespaceEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Namespace']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type NamespaceEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['NamespaceEdge'] = ResolversParentTypes['NamespaceEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Namespace'], ParentType, ContextType>;
};

export type NodeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Approval' | 'AuditEntry' | 'Operation' | 'PodIdentityAssociation', ParentType, ContextType>;
};

export type ObservedAssociationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ObservedAssociation'] = ResolversParentTypes['ObservedAssociation']> = {
  accountId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  associationArn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  associationId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  clusterName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  declaration?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  disableSessionTags?: Resolver<Schema.Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  expiresAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  externalId?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  firstSeenAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  modifiedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  namespace?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  observedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  operationId?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  origin?: Resolver<ResolversTypes['AssociationOrigin'], ParentType, ContextType>;
  ownerArn?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  policy?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  roleArn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  seenOtherwiseAfter?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  seenOtherwiseBefore?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  serviceAccount?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['Tag']>, ParentType, ContextType>;
  targetRoleArn?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  uncertainFrom?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  uncertainUntil?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  viewerMay?: Resolver<Schema.Maybe<ResolversTypes['ViewerRights']>, ParentType, ContextType>;
};

export type ObservedAssociationConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ObservedAssociationConnection'] = ResolversParentTypes['ObservedAssociationConnection']> = {
  coverage?: Resolver<ReadonlyArray<ResolversTypes['ClusterCoverage']>, ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['ObservedAssociationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['ObservedAssociation']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ObservedAssociationEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ObservedAssociationEdge'] = ResolversParentTypes['ObservedAssociationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ObservedAssociation'], ParentType, ContextType>;
};

export type OpenOperationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['OpenOperation'] = ResolversParentTypes['OpenOperation']> = {
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  inDoubtUntil?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['OperationKind'], ParentType, ContextType>;
  message?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nextAttemptAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  operationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  parked?: Resolver<Schema.Maybe<ResolversTypes['ParkedReason']>, ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type OperationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Operation'] = ResolversParentTypes['Operation']> = {
  approvalId?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  association?: Resolver<Schema.Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  associationArn?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  completedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  entries?: Resolver<ReadonlyArray<ResolversTypes['AuditEntry']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['OperationKind'], ParentType, ContextType>;
  message?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusalCode?: Resolver<Schema.Maybe<ResolversTypes['RefusalCode']>, ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['OperationStatus'], ParentType, ContextType>;
  target?: Resolver<Schema.Maybe<ResolversTypes['AuditTarget']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PodIdentityAssociationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PodIdentityAssociation'] = ResolversParentTypes['PodIdentityAssociation']> = {
  accountId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  associationArn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  associationId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  auditTrail?: Resolver<Schema.Maybe<ResolversTypes['AuditEntryConnection']>, ParentType, ContextType, RequireFields<Schema.PodIdentityAssociationAuditTrailArgs, 'first'>>;
  clusterName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  disableSessionTags?: Resolver<Schema.Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  externalId?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  modifiedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  namespace?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  operationId?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  ownerArn?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  policy?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  region?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  roleArn?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  serviceAccount?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['Tag']>, ParentType, ContextType>;
  targetRoleArn?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PodIdentityAssociationConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PodIdentityAssociationConnection'] = ResolversParentTypes['PodIdentityAssociationConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['PodIdentityAssociationEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type PodIdentityAssociationEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PodIdentityAssociationEdge'] = ResolversParentTypes['PodIdentityAssociationEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['PodIdentityAssociation'], ParentType, ContextType>;
};

export type PolicyResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Policy'] = ResolversParentTypes['Policy']> = {
  annotations?: Resolver<ReadonlyArray<ResolversTypes['PolicyAnnotation']>, ParentType, ContextType>;
  effect?: Resolver<ResolversTypes['PolicyEffect'], ParentType, ContextType>;
  file?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  policyId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PolicyAnnotationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PolicyAnnotation'] = ResolversParentTypes['PolicyAnnotation']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type PolicyConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PolicyConnection'] = ResolversParentTypes['PolicyConnection']> = {
  comparedWith?: Resolver<Schema.Maybe<ResolversTypes['PolicySet']>, ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['ComparedPolicyEdge']>, ParentType, ContextType>;
  inForce?: Resolver<ResolversTypes['PolicySet'], ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['ComparedPolicy']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type PolicyDecisionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PolicyDecision'] = ResolversParentTypes['PolicyDecision']> = {
  allowed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  approvalId?: Resolver<Schema.Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  inventoryHash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  needs?: Resolver<ReadonlyArray<ResolversTypes['ApprovalNeed']>, ParentType, ContextType>;
  onlyAsDryRun?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  permittedBy?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  policyIds?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  policySetHash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  violations?: Resolver<ReadonlyArray<ResolversTypes['PolicyViolation']>, ParentType, ContextType>;
};

export type PolicyDeniedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PolicyDenied'] = ResolversParentTypes['PolicyDenied']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  owners?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  violations?: Resolver<ReadonlyArray<ResolversTypes['PolicyViolation']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PolicySetResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PolicySet'] = ResolversParentTypes['PolicySet']> = {
  policySetHash?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  publishedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  publishedBy?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  reason?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  version?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type PolicyVersionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PolicyVersion'] = ResolversParentTypes['PolicyVersion']> = {
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  publishedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type PolicyViolationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PolicyViolation'] = ResolversParentTypes['PolicyViolation']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  deniedTo?: Resolver<Schema.Maybe<ResolversTypes['DeniedSubject']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  policyId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tagKey?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PrincipalResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Principal'] = ResolversParentTypes['Principal']> = {
  actor?: Resolver<Schema.Maybe<ResolversTypes['RecordedPrincipal']>, ParentType, ContextType>;
  groups?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['PrincipalKind'], ParentType, ContextType>;
  sessionName?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  approval?: Resolver<Schema.Maybe<ResolversTypes['Approval']>, ParentType, ContextType, RequireFields<Schema.QueryApprovalArgs, 'id'>>;
  approvals?: Resolver<Schema.Maybe<ResolversTypes['ApprovalConnection']>, ParentType, ContextType, RequireFields<Schema.QueryApprovalsArgs, 'first' | 'scope'>>;
  associationDrift?: Resolver<Schema.Maybe<ResolversTypes['AssociationDriftConnection']>, ParentType, ContextType, RequireFields<Schema.QueryAssociationDriftArgs, 'clusterName' | 'first' | 'source'>>;
  associations?: Resolver<Schema.Maybe<ResolversTypes['ObservedAssociationConnection']>, ParentType, ContextType, RequireFields<Schema.QueryAssociationsArgs, 'first'>>;
  auditEntry?: Resolver<Schema.Maybe<ResolversTypes['AuditEntry']>, ParentType, ContextType, RequireFields<Schema.QueryAuditEntryArgs, 'id'>>;
  auditTrail?: Resolver<Schema.Maybe<ResolversTypes['AuditEntryConnection']>, ParentType, ContextType, RequireFields<Schema.QueryAuditTrailArgs, 'first' | 'scope'>>;
  bindableRoles?: Resolver<Schema.Maybe<ReadonlyArray<ResolversTypes['BindableRole']>>, ParentType, ContextType, RequireFields<Schema.QueryBindableRolesArgs, 'clusterName' | 'includeDenied' | 'namespace' | 'serviceAccount'>>;
  checkAdoptPodIdentityAssociation?: Resolver<Schema.Maybe<ResolversTypes['CheckPayload']>, ParentType, ContextType, RequireFields<Schema.QueryCheckAdoptPodIdentityAssociationArgs, 'input'>>;
  checkCreatePodIdentityAssociation?: Resolver<Schema.Maybe<ResolversTypes['CheckPayload']>, ParentType, ContextType, RequireFields<Schema.QueryCheckCreatePodIdentityAssociationArgs, 'input'>>;
  checkDeletePodIdentityAssociation?: Resolver<Schema.Maybe<ResolversTypes['CheckPayload']>, ParentType, ContextType, RequireFields<Schema.QueryCheckDeletePodIdentityAssociationArgs, 'input'>>;
  checkEnsureNoPodIdentityAssociation?: Resolver<Schema.Maybe<ResolversTypes['EnsureCheckPayload']>, ParentType, ContextType, RequireFields<Schema.QueryCheckEnsureNoPodIdentityAssociationArgs, 'input'>>;
  checkEnsurePodIdentityAssociation?: Resolver<Schema.Maybe<ResolversTypes['EnsureCheckPayload']>, ParentType, ContextType, RequireFields<Schema.QueryCheckEnsurePodIdentityAssociationArgs, 'input'>>;
  checkPodIdentityAssociations?: Resolver<Schema.Maybe<ResolversTypes['CheckPodIdentityAssociationsPayload']>, ParentType, ContextType, RequireFields<Schema.QueryCheckPodIdentityAssociationsArgs, 'input'>>;
  checkTagPodIdentityAssociation?: Resolver<Schema.Maybe<ResolversTypes['CheckPayload']>, ParentType, ContextType, RequireFields<Schema.QueryCheckTagPodIdentityAssociationArgs, 'input'>>;
  checkUntagPodIdentityAssociation?: Resolver<Schema.Maybe<ResolversTypes['CheckPayload']>, ParentType, ContextType, RequireFields<Schema.QueryCheckUntagPodIdentityAssociationArgs, 'input'>>;
  checkUpdatePodIdentityAssociation?: Resolver<Schema.Maybe<ResolversTypes['CheckPayload']>, ParentType, ContextType, RequireFields<Schema.QueryCheckUpdatePodIdentityAssociationArgs, 'input'>>;
  clusters?: Resolver<Schema.Maybe<ResolversTypes['ClusterConnection']>, ParentType, ContextType, RequireFields<Schema.QueryClustersArgs, 'first'>>;
  gateway?: Resolver<ResolversTypes['Gateway'], ParentType, ContextType>;
  locks?: Resolver<Schema.Maybe<ReadonlyArray<ResolversTypes['Lock']>>, ParentType, ContextType>;
  namespaces?: Resolver<Schema.Maybe<ResolversTypes['NamespaceConnection']>, ParentType, ContextType, RequireFields<Schema.QueryNamespacesArgs, 'clusterName' | 'first'>>;
  node?: Resolver<Schema.Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<Schema.QueryNodeArgs, 'id'>>;
  openOperations?: Resolver<Schema.Maybe<ReadonlyArray<ResolversTypes['OpenOperation']>>, ParentType, ContextType, RequireFields<Schema.QueryOpenOperationsArgs, 'first'>>;
  operation?: Resolver<Schema.Maybe<ResolversTypes['Operation']>, ParentType, ContextType, RequireFields<Schema.QueryOperationArgs, 'id'>>;
  podIdentityAssociation?: Resolver<Schema.Maybe<ResolversTypes['PodIdentityAssociation']>, ParentType, ContextType, RequireFields<Schema.QueryPodIdentityAssociationArgs, 'associationId' | 'clusterName'>>;
  podIdentityAssociations?: Resolver<Schema.Maybe<ResolversTypes['PodIdentityAssociationConnection']>, ParentType, ContextType, RequireFields<Schema.QueryPodIdentityAssociationsArgs, 'clusterName' | 'first'>>;
  policies?: Resolver<Schema.Maybe<ResolversTypes['PolicyConnection']>, ParentType, ContextType, RequireFields<Schema.QueryPoliciesArgs, 'comparedWith' | 'first'>>;
  policy?: Resolver<Schema.Maybe<ResolversTypes['Policy']>, ParentType, ContextType, RequireFields<Schema.QueryPolicyArgs, 'policyId'>>;
  viewer?: Resolver<ResolversTypes['Principal'], ParentType, ContextType>;
};

export type RecordedPrincipalResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['RecordedPrincipal'] = ResolversParentTypes['RecordedPrincipal']> = {
  groups?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['PrincipalKind'], ParentType, ContextType>;
  otherGroupsCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  otherGroupsHash?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  principalId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sessionName?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RecordedRequestResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['RecordedRequest'] = ResolversParentTypes['RecordedRequest']> = {
  associationId?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  changes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  disableSessionTags?: Resolver<Schema.Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  expectedModifiedAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  expectedRevision?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  expectedTags?: Resolver<Schema.Maybe<ReadonlyArray<ResolversTypes['Tag']>>, ParentType, ContextType>;
  expiresAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  ifExists?: Resolver<Schema.Maybe<ResolversTypes['IfExists']>, ParentType, ContextType>;
  policy?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  roleArn?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tagKeys?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['Tag']>, ParentType, ContextType>;
  targetRoleArn?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type RefusalResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Refusal'] = ResolversParentTypes['Refusal']> = {
  __resolveType: TypeResolveFn<'ApprovalRequired' | 'AssociationAlreadyExists' | 'AssociationChanged' | 'AssociationNotFound' | 'ChangesLocked' | 'EksRefused' | 'InvalidInput' | 'PolicyDenied' | 'TokenReused' | 'VoteRefused', ParentType, ContextType>;
};

export type RoleUseResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['RoleUse'] = ResolversParentTypes['RoleUse']> = {
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  isComplete?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type TagResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Tag'] = ResolversParentTypes['Tag']> = {
  key?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type TagPodIdentityAssociationPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['TagPodIdentityAssociationPayload'] = ResolversParentTypes['TagPodIdentityAssociationPayload']> = {
  association?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  clientRequestToken?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusal?: Resolver<Schema.Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RequestStatus'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TokenReusedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['TokenReused'] = ResolversParentTypes['TokenReused']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  originalOperationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UntagPodIdentityAssociationPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['UntagPodIdentityAssociationPayload'] = ResolversParentTypes['UntagPodIdentityAssociationPayload']> = {
  association?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  clientRequestToken?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusal?: Resolver<Schema.Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RequestStatus'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UpdatePodIdentityAssociationPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['UpdatePodIdentityAssociationPayload'] = ResolversParentTypes['UpdatePodIdentityAssociationPayload']> = {
  association?: Resolver<Schema.Maybe<ResolversTypes['AssociationSnapshot']>, ParentType, ContextType>;
  auditEntry?: Resolver<ResolversTypes['AuditEntry'], ParentType, ContextType>;
  clientRequestToken?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<Schema.Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  refusal?: Resolver<Schema.Maybe<ResolversTypes['Refusal']>, ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  retryAfterSeconds?: Resolver<Schema.Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['RequestStatus'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['Warning']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ViewerRightsResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ViewerRights'] = ResolversParentTypes['ViewerRights']> = {
  delete?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  update?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type VoidedVoteResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['VoidedVote'] = ResolversParentTypes['VoidedVote']> = {
  actor?: Resolver<Schema.Maybe<ResolversTypes['RecordedPrincipal']>, ParentType, ContextType>;
  principal?: Resolver<ResolversTypes['RecordedPrincipal'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['VoidReason'], ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  voidedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type VoteRefusedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['VoteRefused'] = ResolversParentTypes['VoteRefused']> = {
  advice?: Resolver<Schema.Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['RefusalCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type WarningResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Warning'] = ResolversParentTypes['Warning']> = {
  advice?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['WarningCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type Resolvers<ContextType = RequestContext> = {
  AdoptPodIdentityAssociationPayload?: AdoptPodIdentityAssociationPayloadResolvers<ContextType>;
  Approval?: ApprovalResolvers<ContextType>;
  ApprovalConnection?: ApprovalConnectionResolvers<ContextType>;
  ApprovalEdge?: ApprovalEdgeResolvers<ContextType>;
  ApprovalNeed?: ApprovalNeedResolvers<ContextType>;
  ApprovalOutcome?: ApprovalOutcomeResolvers<ContextType>;
  ApprovalPayload?: ApprovalPayloadResolvers<ContextType>;
  ApprovalRequired?: ApprovalRequiredResolvers<ContextType>;
  ApprovalVote?: ApprovalVoteResolvers<ContextType>;
  AssociationAlreadyExists?: AssociationAlreadyExistsResolvers<ContextType>;
  AssociationChanged?: AssociationChangedResolvers<ContextType>;
  AssociationDrift?: AssociationDriftResolvers<ContextType>;
  AssociationDriftConnection?: AssociationDriftConnectionResolvers<ContextType>;
  AssociationDriftEdge?: AssociationDriftEdgeResolvers<ContextType>;
  AssociationNotFound?: AssociationNotFoundResolvers<ContextType>;
  AssociationSnapshot?: AssociationSnapshotResolvers<ContextType>;
  AssociationState?: AssociationStateResolvers<ContextType>;
  AuditCluster?: AuditClusterResolvers<ContextType>;
  AuditEntry?: AuditEntryResolvers<ContextType>;
  AuditEntryConnection?: AuditEntryConnectionResolvers<ContextType>;
  AuditEntryEdge?: AuditEntryEdgeResolvers<ContextType>;
  AuditTarget?: AuditTargetResolvers<ContextType>;
  BindableRole?: BindableRoleResolvers<ContextType>;
  ChangesLocked?: ChangesLockedResolvers<ContextType>;
  CheckPayload?: CheckPayloadResolvers<ContextType>;
  CheckPodIdentityAssociationsPayload?: CheckPodIdentityAssociationsPayloadResolvers<ContextType>;
  CheckedChange?: CheckedChangeResolvers<ContextType>;
  Cluster?: ClusterResolvers<ContextType>;
  ClusterConnection?: ClusterConnectionResolvers<ContextType>;
  ClusterCoverage?: ClusterCoverageResolvers<ContextType>;
  ClusterEdge?: ClusterEdgeResolvers<ContextType>;
  ComparedPolicy?: ComparedPolicyResolvers<ContextType>;
  ComparedPolicyEdge?: ComparedPolicyEdgeResolvers<ContextType>;
  CreatePodIdentityAssociationPayload?: CreatePodIdentityAssociationPayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeletePodIdentityAssociationPayload?: DeletePodIdentityAssociationPayloadResolvers<ContextType>;
  Difference?: DifferenceResolvers<ContextType>;
  EksRefused?: EksRefusedResolvers<ContextType>;
  EnsureCheckPayload?: EnsureCheckPayloadResolvers<ContextType>;
  EnsurePayload?: EnsurePayloadResolvers<ContextType>;
  Gateway?: GatewayResolvers<ContextType>;
  InputFinding?: InputFindingResolvers<ContextType>;
  InvalidInput?: InvalidInputResolvers<ContextType>;
  Lock?: LockResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  MutationPayload?: MutationPayloadResolvers<ContextType>;
  Namespace?: NamespaceResolvers<ContextType>;
  NamespaceConnection?: NamespaceConnectionResolvers<ContextType>;
  NamespaceEdge?: NamespaceEdgeResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  ObservedAssociation?: ObservedAssociationResolvers<ContextType>;
  ObservedAssociationConnection?: ObservedAssociationConnectionResolvers<ContextType>;
  ObservedAssociationEdge?: ObservedAssociationEdgeResolvers<ContextType>;
  OpenOperation?: OpenOperationResolvers<ContextType>;
  Operation?: OperationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PodIdentityAssociation?: PodIdentityAssociationResolvers<ContextType>;
  PodIdentityAssociationConnection?: PodIdentityAssociationConnectionResolvers<ContextType>;
  PodIdentityAssociationEdge?: PodIdentityAssociationEdgeResolvers<ContextType>;
  Policy?: PolicyResolvers<ContextType>;
  PolicyAnnotation?: PolicyAnnotationResolvers<ContextType>;
  PolicyConnection?: PolicyConnectionResolvers<ContextType>;
  PolicyDecision?: PolicyDecisionResolvers<ContextType>;
  PolicyDenied?: PolicyDeniedResolvers<ContextType>;
  PolicySet?: PolicySetResolvers<ContextType>;
  PolicyVersion?: PolicyVersionResolvers<ContextType>;
  PolicyViolation?: PolicyViolationResolvers<ContextType>;
  Principal?: PrincipalResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RecordedPrincipal?: RecordedPrincipalResolvers<ContextType>;
  RecordedRequest?: RecordedRequestResolvers<ContextType>;
  Refusal?: RefusalResolvers<ContextType>;
  RoleUse?: RoleUseResolvers<ContextType>;
  Tag?: TagResolvers<ContextType>;
  TagPodIdentityAssociationPayload?: TagPodIdentityAssociationPayloadResolvers<ContextType>;
  TokenReused?: TokenReusedResolvers<ContextType>;
  UntagPodIdentityAssociationPayload?: UntagPodIdentityAssociationPayloadResolvers<ContextType>;
  UpdatePodIdentityAssociationPayload?: UpdatePodIdentityAssociationPayloadResolvers<ContextType>;
  ViewerRights?: ViewerRightsResolvers<ContextType>;
  VoidedVote?: VoidedVoteResolvers<ContextType>;
  VoteRefused?: VoteRefusedResolvers<ContextType>;
  Warning?: WarningResolvers<ContextType>;
};

