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