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