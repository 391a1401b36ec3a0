export const possibleTypes = {
  "MutationPayload": [
    "CreatePodIdentityAssociationPayload",
    "UpdatePodIdentityAssociationPayload",
    "DeletePodIdentityAssociationPayload"
  ],
  "Refusal": [
    "InvalidInput",
    "PolicyDenied",
    "AssociationAlreadyExists",
    "AssociationNotFound",
    "AssociationChanged",
    "TokenReused",
    "ChangesLocked",
    "EksRefused"
  ],
  "Node": [
    "PodIdentityAssociation",
    "AuditEntry",
    "Operation"
  ],
  "AssociationState": [
    "PodIdentityAssociation",
    "AssociationSnapshot"
  ]
};
export const embeddedTypes = [
  "Gateway",
  "PolicyVersion",
  "OpenOperation",
  "Cluster",
  "Namespace",
  "BindableRole",
  "ClusterConnection",
  "ClusterEdge",
  "NamespaceConnection",
  "NamespaceEdge",
  "Tag",
  "CreatePodIdentityAssociationPayload",
  "UpdatePodIdentityAssociationPayload",
  "DeletePodIdentityAssociationPayload",
  "CheckPayload",
  "Warning",
  "InvalidInput",
  "InputFinding",
  "PolicyDenied",
  "PolicyViolation",
  "AssociationAlreadyExists",
  "AssociationNotFound",
  "AssociationChanged",
  "Difference",
  "TokenReused",
  "ChangesLocked",
  "EksRefused",
  "AssociationSnapshot",
  "AssociationDrift",
  "AssociationDriftConnection",
  "AssociationDriftEdge",
  "RecordedPrincipal",
  "AuditTarget",
  "RecordedRequest",
  "PolicyDecision",
  "PodIdentityAssociationConnection",
  "PodIdentityAssociationEdge",
  "AuditEntryConnection",
  "AuditEntryEdge",
  "PageInfo"
];