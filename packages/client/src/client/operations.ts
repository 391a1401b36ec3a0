import type * as Schema from '../generated/operations.ts';

/** The variables and the data of each operation. */
export interface Operations {
  CreatePodIdentityAssociation: [
    Schema.CreatePodIdentityAssociationMutationVariables,
    Schema.CreatePodIdentityAssociationMutation,
  ];
  UpdatePodIdentityAssociation: [
    Schema.UpdatePodIdentityAssociationMutationVariables,
    Schema.UpdatePodIdentityAssociationMutation,
  ];
  DeletePodIdentityAssociation: [
    Schema.DeletePodIdentityAssociationMutationVariables,
    Schema.DeletePodIdentityAssociationMutation,
  ];
  AdoptPodIdentityAssociation: [
    Schema.AdoptPodIdentityAssociationMutationVariables,
    Schema.AdoptPodIdentityAssociationMutation,
  ];
  TagPodIdentityAssociation: [
    Schema.TagPodIdentityAssociationMutationVariables,
    Schema.TagPodIdentityAssociationMutation,
  ];
  UntagPodIdentityAssociation: [
    Schema.UntagPodIdentityAssociationMutationVariables,
    Schema.UntagPodIdentityAssociationMutation,
  ];
  CheckCreatePodIdentityAssociation: [
    Schema.CheckCreatePodIdentityAssociationQueryVariables,
    Schema.CheckCreatePodIdentityAssociationQuery,
  ];
  CheckUpdatePodIdentityAssociation: [
    Schema.CheckUpdatePodIdentityAssociationQueryVariables,
    Schema.CheckUpdatePodIdentityAssociationQuery,
  ];
  CheckDeletePodIdentityAssociation: [
    Schema.CheckDeletePodIdentityAssociationQueryVariables,
    Schema.CheckDeletePodIdentityAssociationQuery,
  ];
  CheckAdoptPodIdentityAssociation: [
    Schema.CheckAdoptPodIdentityAssociationQueryVariables,
    Schema.CheckAdoptPodIdentityAssociationQuery,
  ];
  CheckTagPodIdentityAssociation: [
    Schema.CheckTagPodIdentityAssociationQueryVariables,
    Schema.CheckTagPodIdentityAssociationQuery,
  ];
  CheckUntagPodIdentityAssociation: [
    Schema.CheckUntagPodIdentityAssociationQueryVariables,
    Schema.CheckUntagPodIdentityAssociationQuery,
  ];
  EnsurePodIdentityAssociation: [
    Schema.EnsurePodIdentityAssociationMutationVariables,
    Schema.EnsurePodIdentityAssociationMutation,
  ];
  EnsureNoPodIdentityAssociation: [
    Schema.EnsureNoPodIdentityAssociationMutationVariables,
    Schema.EnsureNoPodIdentityAssociationMutation,
  ];
  CheckEnsurePodIdentityAssociation: [
    Schema.CheckEnsurePodIdentityAssociationQueryVariables,
    Schema.CheckEnsurePodIdentityAssociationQuery,
  ];
  CheckEnsureNoPodIdentityAssociation: [
    Schema.CheckEnsureNoPodIdentityAssociationQueryVariables,
    Schema.CheckEnsureNoPodIdentityAssociationQuery,
  ];
  BatchCheck: [Schema.BatchCheckQueryVariables, Schema.BatchCheckQuery];
  PodIdentityAssociation: [Schema.PodIdentityAssociationQueryVariables, Schema.PodIdentityAssociationQuery];
  PodIdentityAssociations: [Schema.PodIdentityAssociationsQueryVariables, Schema.PodIdentityAssociationsQuery];
  AuditTrail: [Schema.AuditTrailQueryVariables, Schema.AuditTrailQuery];
  AssociationDrift: [Schema.AssociationDriftQueryVariables, Schema.AssociationDriftQuery];
  Associations: [Schema.AssociationsQueryVariables, Schema.AssociationsQuery];
  Clusters: [Schema.ClustersQueryVariables, Schema.ClustersQuery];
  Namespaces: [Schema.NamespacesQueryVariables, Schema.NamespacesQuery];
  BindableRoles: [Schema.BindableRolesQueryVariables, Schema.BindableRolesQuery];
  Operation: [Schema.OperationQueryVariables, Schema.OperationQuery];
  OpenOperations: [Schema.OpenOperationsQueryVariables, Schema.OpenOperationsQuery];
  Approval: [Schema.ApprovalQueryVariables, Schema.ApprovalQuery];
  Approvals: [Schema.ApprovalsQueryVariables, Schema.ApprovalsQuery];
  HeldRequest: [Schema.HeldRequestQueryVariables, Schema.HeldRequestQuery];
  WithdrawApproval: [Schema.WithdrawApprovalMutationVariables, Schema.WithdrawApprovalMutation];
  Approve: [Schema.ApproveMutationVariables, Schema.ApproveMutation];
  Reject: [Schema.RejectMutationVariables, Schema.RejectMutation];
  PageUrl: [Schema.PageUrlQueryVariables, Schema.PageUrlQuery];
  Viewer: [Schema.ViewerQueryVariables, Schema.ViewerQuery];
}

/** The name of an operation in operations.graphql. */
export type OperationName = keyof Operations;
/** The value of the one field of an operation. */
export type FieldOf<Name extends OperationName> = Operations[Name][1][keyof Operations[Name][1]];
