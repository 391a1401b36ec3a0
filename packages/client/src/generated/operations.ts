/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export const documents = {
  "CreatePodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Payload on MutationPayload{status association{...Association}refusal{...RefusalDetails}retryAfterSeconds replayed ...on CreatePodIdentityAssociationPayload{adopted expiresAt}...on UpdatePodIdentityAssociationPayload{expiresAt}clientRequestToken warnings{...WarningDetails}auditEntry{id operationId}}mutation CreatePodIdentityAssociation($input:CreatePodIdentityAssociationInput!){createPodIdentityAssociation(input:$input){...Payload}}",
  "UpdatePodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Payload on MutationPayload{status association{...Association}refusal{...RefusalDetails}retryAfterSeconds replayed ...on CreatePodIdentityAssociationPayload{adopted expiresAt}...on UpdatePodIdentityAssociationPayload{expiresAt}clientRequestToken warnings{...WarningDetails}auditEntry{id operationId}}mutation UpdatePodIdentityAssociation($input:UpdatePodIdentityAssociationInput!){updatePodIdentityAssociation(input:$input){...Payload}}",
  "DeletePodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Payload on MutationPayload{status association{...Association}refusal{...RefusalDetails}retryAfterSeconds replayed ...on CreatePodIdentityAssociationPayload{adopted expiresAt}...on UpdatePodIdentityAssociationPayload{expiresAt}clientRequestToken warnings{...WarningDetails}auditEntry{id operationId}}mutation DeletePodIdentityAssociation($input:DeletePodIdentityAssociationInput!){deletePodIdentityAssociation(input:$input){...Payload}}",
  "AdoptPodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Payload on MutationPayload{status association{...Association}refusal{...RefusalDetails}retryAfterSeconds replayed ...on CreatePodIdentityAssociationPayload{adopted expiresAt}...on UpdatePodIdentityAssociationPayload{expiresAt}clientRequestToken warnings{...WarningDetails}auditEntry{id operationId}}mutation AdoptPodIdentityAssociation($input:AdoptPodIdentityAssociationInput!){adoptPodIdentityAssociation(input:$input){...Payload}}",
  "TagPodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Payload on MutationPayload{status association{...Association}refusal{...RefusalDetails}retryAfterSeconds replayed ...on CreatePodIdentityAssociationPayload{adopted expiresAt}...on UpdatePodIdentityAssociationPayload{expiresAt}clientRequestToken warnings{...WarningDetails}auditEntry{id operationId}}mutation TagPodIdentityAssociation($input:TagPodIdentityAssociationInput!){tagPodIdentityAssociation(input:$input){...Payload}}",
  "UntagPodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Payload on MutationPayload{status association{...Association}refusal{...RefusalDetails}retryAfterSeconds replayed ...on CreatePodIdentityAssociationPayload{adopted expiresAt}...on UpdatePodIdentityAssociationPayload{expiresAt}clientRequestToken warnings{...WarningDetails}auditEntry{id operationId}}mutation UntagPodIdentityAssociation($input:UntagPodIdentityAssociationInput!){untagPodIdentityAssociation(input:$input){...Payload}}",
  "CheckCreatePodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Check on CheckPayload{wouldBeAttempted onlyAsDryRun refusal{...RefusalDetails}decision{allowed policyIds permittedBy approvalId violations{...Violation}needs{policyId message advice group count operation}}existing{...Association}differences{field requested existing}warnings{...WarningDetails}auditEntry{id operationId}}query CheckCreatePodIdentityAssociation($input:CreatePodIdentityAssociationInput!){checkCreatePodIdentityAssociation(input:$input){...Check}}",
  "CheckUpdatePodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Check on CheckPayload{wouldBeAttempted onlyAsDryRun refusal{...RefusalDetails}decision{allowed policyIds permittedBy approvalId violations{...Violation}needs{policyId message advice group count operation}}existing{...Association}differences{field requested existing}warnings{...WarningDetails}auditEntry{id operationId}}query CheckUpdatePodIdentityAssociation($input:UpdatePodIdentityAssociationInput!){checkUpdatePodIdentityAssociation(input:$input){...Check}}",
  "CheckDeletePodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Check on CheckPayload{wouldBeAttempted onlyAsDryRun refusal{...RefusalDetails}decision{allowed policyIds permittedBy approvalId violations{...Violation}needs{policyId message advice group count operation}}existing{...Association}differences{field requested existing}warnings{...WarningDetails}auditEntry{id operationId}}query CheckDeletePodIdentityAssociation($input:DeletePodIdentityAssociationInput!){checkDeletePodIdentityAssociation(input:$input){...Check}}",
  "CheckAdoptPodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Check on CheckPayload{wouldBeAttempted onlyAsDryRun refusal{...RefusalDetails}decision{allowed policyIds permittedBy approvalId violations{...Violation}needs{policyId message advice group count operation}}existing{...Association}differences{field requested existing}warnings{...WarningDetails}auditEntry{id operationId}}query CheckAdoptPodIdentityAssociation($input:AdoptPodIdentityAssociationInput!){checkAdoptPodIdentityAssociation(input:$input){...Check}}",
  "CheckTagPodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Check on CheckPayload{wouldBeAttempted onlyAsDryRun refusal{...RefusalDetails}decision{allowed policyIds permittedBy approvalId violations{...Violation}needs{policyId message advice group count operation}}existing{...Association}differences{field requested existing}warnings{...WarningDetails}auditEntry{id operationId}}query CheckTagPodIdentityAssociation($input:TagPodIdentityAssociationInput!){checkTagPodIdentityAssociation(input:$input){...Check}}",
  "CheckUntagPodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Check on CheckPayload{wouldBeAttempted onlyAsDryRun refusal{...RefusalDetails}decision{allowed policyIds permittedBy approvalId violations{...Violation}needs{policyId message advice group count operation}}existing{...Association}differences{field requested existing}warnings{...WarningDetails}auditEntry{id operationId}}query CheckUntagPodIdentityAssociation($input:UntagPodIdentityAssociationInput!){checkUntagPodIdentityAssociation(input:$input){...Check}}",
  "EnsurePodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment EnsureDetails on EnsurePayload{status change isSettled differences{field requested existing}association{...Association}expiresAt refusal{...RefusalDetails}retryAfterSeconds clientRequestToken warnings{...WarningDetails}auditEntry{id operationId}}mutation EnsurePodIdentityAssociation($input:EnsurePodIdentityAssociationInput!){ensurePodIdentityAssociation(input:$input){...EnsureDetails}}",
  "EnsureNoPodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment EnsureDetails on EnsurePayload{status change isSettled differences{field requested existing}association{...Association}expiresAt refusal{...RefusalDetails}retryAfterSeconds clientRequestToken warnings{...WarningDetails}auditEntry{id operationId}}mutation EnsureNoPodIdentityAssociation($input:EnsureNoPodIdentityAssociationInput!){ensureNoPodIdentityAssociation(input:$input){...EnsureDetails}}",
  "CheckEnsurePodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Check on CheckPayload{wouldBeAttempted onlyAsDryRun refusal{...RefusalDetails}decision{allowed policyIds permittedBy approvalId violations{...Violation}needs{policyId message advice group count operation}}existing{...Association}differences{field requested existing}warnings{...WarningDetails}auditEntry{id operationId}}fragment EnsureCheck on EnsureCheckPayload{change differences{field requested existing}check{...Check}warnings{...WarningDetails}}query CheckEnsurePodIdentityAssociation($input:EnsurePodIdentityAssociationInput!){checkEnsurePodIdentityAssociation(input:$input){...EnsureCheck}}",
  "CheckEnsureNoPodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment Check on CheckPayload{wouldBeAttempted onlyAsDryRun refusal{...RefusalDetails}decision{allowed policyIds permittedBy approvalId violations{...Violation}needs{policyId message advice group count operation}}existing{...Association}differences{field requested existing}warnings{...WarningDetails}auditEntry{id operationId}}fragment EnsureCheck on EnsureCheckPayload{change differences{field requested existing}check{...Check}warnings{...WarningDetails}}query CheckEnsureNoPodIdentityAssociation($input:EnsureNoPodIdentityAssociationInput!){checkEnsureNoPodIdentityAssociation(input:$input){...EnsureCheck}}",
  "BatchCheck": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment WarningDetails on Warning{code message advice}fragment CheckedChangeDetails on CheckedChange{change wouldBeAttempted onlyAsDryRun refusal{...RefusalDetails}decision{allowed policyIds violations{...Violation}needs{policyId message advice group count operation}}unknownRoles existing{...Association}differences{field requested existing}revision warnings{...WarningDetails}}query BatchCheck($input:CheckPodIdentityAssociationsInput!){checkPodIdentityAssociations(input:$input){results{...CheckedChangeDetails}auditEntry{id operationId}}}",
  "PodIdentityAssociation": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}query PodIdentityAssociation($clusterName:String!$associationId:String!$accountId:String$region:String){podIdentityAssociation(clusterName:$clusterName associationId:$associationId accountId:$accountId region:$region){...Association}}",
  "PodIdentityAssociations": "query PodIdentityAssociations($clusterName:String!$accountId:String$region:String$namespace:String$serviceAccount:String$roleArn:String$first:Int$after:String){podIdentityAssociations(clusterName:$clusterName accountId:$accountId region:$region namespace:$namespace serviceAccount:$serviceAccount roleArn:$roleArn first:$first after:$after){nodes{clusterName namespace serviceAccount associationArn associationId ownerArn}pageInfo{hasNextPage endCursor}}}",
  "AuditTrail": "fragment Violation on PolicyViolation{policyId message advice tagKey}fragment RequestDetails on RecordedRequest{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}tagKeys expectedTags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}fragment AuditEntryDetails on AuditEntry{id time event operationId operationKind principal{principalId kind}actor{principalId kind}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}request{...RequestDetails}decision{allowed policyIds violations{...Violation}approvalId}deleteDecision{allowed policyIds violations{...Violation}approvalId}refusalCode message associationArn eksRequestId approvalId}query AuditTrail($scope:AuditScope!$since:DateTime$until:DateTime$events:[AuditEvent!]$roleArn:String$first:Int$after:String){auditTrail(scope:$scope since:$since until:$until events:$events roleArn:$roleArn first:$first after:$after){nodes{...AuditEntryDetails}pageInfo{hasNextPage endCursor}}}",
  "AssociationDrift": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}query AssociationDrift($clusterName:String!$accountId:String$region:String$namespace:String$source:DriftSource$first:Int$after:String){associationDrift(clusterName:$clusterName accountId:$accountId region:$region namespace:$namespace source:$source first:$first after:$after){nodes{kind associationArn association{...Association}differences{field requested existing}lastEntry{id time event operationId}observedAt driftId}coverage{accountId region clusterName isKnown firstScannedAt scannedAt failure goneSince}pageInfo{hasNextPage endCursor}}}",
  "Associations": "query Associations($filter:AssociationFilter$asOf:DateTime$first:Int$after:String){associations(filter:$filter asOf:$asOf first:$first after:$after){nodes{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy origin operationId declaration seenOtherwiseBefore firstSeenAt observedAt seenOtherwiseAfter expiresAt}coverage{accountId region clusterName isKnown firstScannedAt scannedAt failure goneSince}pageInfo{hasNextPage endCursor}}}",
  "Clusters": "query Clusters($first:Int$after:String){clusters(first:$first after:$after){nodes{accountId region clusterName environment mayList mayReadAuditTrail}pageInfo{hasNextPage endCursor}}}",
  "Namespaces": "query Namespaces($clusterName:String!$accountId:String$region:String$first:Int$after:String){namespaces(clusterName:$clusterName accountId:$accountId region:$region first:$first after:$after){nodes{name owners system mayList mayReadAuditTrail}pageInfo{hasNextPage endCursor}}}",
  "BindableRoles": "query BindableRoles($clusterName:String!$accountId:String$region:String$namespace:String!$serviceAccount:String!$tags:[TagInput!]$onBehalfOf:String){bindableRoles(clusterName:$clusterName accountId:$accountId region:$region namespace:$namespace serviceAccount:$serviceAccount tags:$tags onBehalfOf:$onBehalfOf){roleArn source}}",
  "Operation": "fragment Violation on PolicyViolation{policyId message advice tagKey}fragment RequestDetails on RecordedRequest{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}tagKeys expectedTags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}fragment AuditEntryDetails on AuditEntry{id time event operationId operationKind principal{principalId kind}actor{principalId kind}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}request{...RequestDetails}decision{allowed policyIds violations{...Violation}approvalId}deleteDecision{allowed policyIds violations{...Violation}approvalId}refusalCode message associationArn eksRequestId approvalId}query Operation($id:ID!){operation(id:$id){id kind status target{accountId region clusterName namespace serviceAccount}startedAt completedAt associationArn approvalId refusalCode message retryAfterSeconds entries{...AuditEntryDetails}}}",
  "OpenOperations": "query OpenOperations($first:Int){openOperations(first:$first){operationId kind startedAt attempts nextAttemptAt parked message}}",
  "Viewer": "query Viewer{viewer{id kind groups sessionName actor{principalId kind groups}}}",
  "Approval": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment ApprovalDetails on Approval{...ApprovalStatus operation principal{principalId kind}actor{principalId kind}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}request{...RequestDetails}before{...Association}requestedAt operationId}fragment RequestDetails on RecordedRequest{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}tagKeys expectedTags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}query Approval($id:ID!){approval(id:$id){...ApprovalDetails}}",
  "PageUrl": "query PageUrl{gateway{pageUrl}}",
  "Approvals": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment ApprovalDetails on Approval{...ApprovalStatus operation principal{principalId kind}actor{principalId kind}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}request{...RequestDetails}before{...Association}requestedAt operationId}fragment RequestDetails on RecordedRequest{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}tagKeys expectedTags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}query Approvals($scope:ApprovalScope$state:ApprovalState$first:Int$after:String){approvals(scope:$scope state:$state first:$first after:$after){nodes{...ApprovalDetails}pageInfo{hasNextPage endCursor}}}",
  "HeldRequest": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment ApprovalDetails on Approval{...ApprovalStatus operation principal{principalId kind}actor{principalId kind}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}request{...RequestDetails}before{...Association}requestedAt operationId}fragment RequestDetails on RecordedRequest{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}tagKeys expectedTags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}query HeldRequest($id:ID!){approval(id:$id){...ApprovalDetails clientRequestToken outcome{status refusalCode}}}",
  "WithdrawApproval": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment ApprovalDetails on Approval{...ApprovalStatus operation principal{principalId kind}actor{principalId kind}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}request{...RequestDetails}before{...Association}requestedAt operationId}fragment RequestDetails on RecordedRequest{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}tagKeys expectedTags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}mutation WithdrawApproval($input:WithdrawApprovalInput!){withdrawApproval(input:$input){...VotePayload}}fragment VotePayload on ApprovalPayload{approval{...ApprovalDetails}refusal{...RefusalDetails}auditEntry{id operationId}}",
  "Approve": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment ApprovalDetails on Approval{...ApprovalStatus operation principal{principalId kind}actor{principalId kind}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}request{...RequestDetails}before{...Association}requestedAt operationId}fragment RequestDetails on RecordedRequest{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}tagKeys expectedTags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}mutation Approve($input:ApproveInput!){approve(input:$input){...VotePayload}}fragment VotePayload on ApprovalPayload{approval{...ApprovalDetails}refusal{...RefusalDetails}auditEntry{id operationId}}",
  "Reject": "fragment Association on AssociationState{accountId region clusterName namespace serviceAccount roleArn associationArn associationId tags{key value}createdAt modifiedAt ownerArn disableSessionTags targetRoleArn externalId policy operationId}fragment Violation on PolicyViolation{policyId message advice tagKey}fragment Vote on ApprovalVote{principal{principalId kind}actor{principalId kind}comment ownRequest time}fragment ApprovalStatus on Approval{id state needs{policyId message advice group count operation approvedBy{...Vote}}rejectedBy{...Vote}voidedVotes{principal{principalId kind}actor{principalId kind}time reason voidedAt}expiresAt}fragment RefusalDetails on Refusal{__typename code message advice retryable ...on InvalidInput{findings{path rule message advice}}...on PolicyDenied{violations{...Violation}owners}...on ApprovalRequired{approval{...ApprovalStatus}needs{policyId message advice group count operation}}...on AssociationAlreadyExists{existing{...Association}differences{field requested existing}}...on AssociationChanged{existing{...Association}differences{field requested existing}}...on TokenReused{originalOperationId}...on ChangesLocked{scope lockedBy lockedAt reason}...on EksRefused{exception eksMessage}}fragment ApprovalDetails on Approval{...ApprovalStatus operation principal{principalId kind}actor{principalId kind}onBehalfOf reason declaration target{accountId region clusterName namespace serviceAccount}request{...RequestDetails}before{...Association}requestedAt operationId}fragment RequestDetails on RecordedRequest{associationId roleArn targetRoleArn disableSessionTags policy tags{key value}tagKeys expectedTags{key value}changes expiresAt ifExists expectedRevision expectedModifiedAt}mutation Reject($input:RejectInput!){reject(input:$input){...VotePayload}}fragment VotePayload on ApprovalPayload{approval{...ApprovalDetails}refusal{...RefusalDetails}auditEntry{id operationId}}"
};
/** The association to adopt. */
export type AdoptPodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: string | null | undefined;
  /** Id of the association in EKS: a letter, `-` and 17 lower-case letters or digits, e.g. `a-0123456789abcdefg`. */
  readonly associationId: string;
  /** Idempotency token, as for a create. */
  readonly clientRequestToken?: string | null | undefined;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /** Name of the declaration that makes the request, as for a create. */
  readonly declaration?: string | null | undefined;
  /** Optimistic concurrency check, as for an update: refused with ASSOCIATION_CHANGED if the `modifiedAt` of the association is another time. */
  readonly expectedModifiedAt?: string | null | undefined;
  /** The `revision` that the service account is expected to have, as for a create. */
  readonly expectedRevision?: number | null | undefined;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: string | null | undefined;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: string | null | undefined;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: string | null | undefined;
};

/** Which approvals to read: set exactly one field. */
export type ApprovalScope =
  {   /** All approvals in a cluster, in a namespace or for a service account, in every state, newest first. */
  readonly cluster: ClusterScope; readonly gateway?: never; readonly own?: never; }
  |  { readonly cluster?: never;   /** Those of all clusters that can still be approved, in no particular order. */
  readonly gateway: GatewayApprovals; readonly own?: never; }
  |  { readonly cluster?: never; readonly gateway?: never;   /** Those that you asked for, as the principal, whatever the actor; newest first. */
  readonly own: OwnApprovals; };

/** State of an approval. Values may be added. */
export type ApprovalState =
  /** Every need has its approvals: the request can be sent again until `expiresAt`. */
  | 'APPROVED'
  /** It was not approved in time, or not used in time. Only a new token asks again. */
  | 'EXPIRED'
  /** Asked for; approvals are missing. No longer so once `expiresAt` is over, which is recorded within two minutes, or earlier by the next vote or repetition of the request. */
  | 'PENDING'
  /** An approver rejected the request. Only a new token asks again. */
  | 'REJECTED'
  /** The operation `operationId` used it. An approval is used once. */
  | 'USED'
  /** Who asked withdrew the request. Only a new token asks again. */
  | 'WITHDRAWN';

/** The approval to give. */
export type ApproveInput = {
  /** Id of the approval. */
  readonly approvalId: string;
  /** Comment, recorded in the audit trail: up to 1,024 characters. Policy can demand one, for example of who approves a request of their own. */
  readonly comment?: string | null | undefined;
};

/** Which associations to return: those that match all fields. Null means the same as an omitted field. */
export type AssociationFilter = {
  /** Account of the cluster. */
  readonly accountId?: string | null | undefined;
  /** Name of the cluster. */
  readonly clusterName?: string | null | undefined;
  /** The declaration that made the state of the association, or adopted it. */
  readonly declaration?: string | null | undefined;
  /** Kubernetes namespace. */
  readonly namespace?: string | null | undefined;
  /** Who made the state of the association. */
  readonly origin?: AssociationOrigin | null | undefined;
  /** Region of the cluster. */
  readonly region?: string | null | undefined;
  /** ARN of an IAM role: associations with this role or target role. */
  readonly roleArn?: string | null | undefined;
  /**
   * Name of an IAM role in any account: associations with such a role or target role. With its path, such as `pods/payments/payments-api` (`/payments-api`:
   * without a path), it is found by index in the accounts of the inventory, and only there; without a slash, any path matches.
   */
  readonly roleName?: string | null | undefined;
  /** Kubernetes service account. */
  readonly serviceAccount?: string | null | undefined;
};

/** Who made the state of an association. Values may be added. */
export type AssociationOrigin =
  /** An EKS add-on, which owns the association. */
  | 'ADD_ON'
  /** Others; an operation of the gateway adopted it. */
  | 'ADOPTED'
  /** An operation of the gateway. */
  | 'OPERATION'
  /** Others: no operation of the gateway explains it. */
  | 'OUTSIDE';

/** Event of an audit entry. Values may be added. */
export type AuditEvent =
  /** The approval was not given in time, or not used in time. */
  | 'APPROVAL_EXPIRED'
  /** An approval was asked for. Its entries have its id as `operationId`, and `fence` counts them. */
  | 'APPROVAL_REQUESTED'
  /** An operation used the approval: its INTENT entry was written with this one. */
  | 'APPROVAL_USED'
  /** Votes of an approval no longer count, found when its request was sent again: the message says which, why, and what follows. */
  | 'APPROVAL_VOTE_VOIDED'
  /** Who asked withdrew the request. */
  | 'APPROVAL_WITHDRAWN'
  /** An approver approved the request. */
  | 'APPROVED'
  /** A dry run; nothing was done. */
  | 'CHECKED'
  /**
   * EKS does not have `cluster` any more: two scans, DescribeCluster and AWS STS agree, or an operator confirmed it. Its associations ended with it, without an entry
   * each. The operation id begins with `cluster-`.
   */
  | 'CLUSTER_GONE'
  /** Another request with the same token holds the lease. */
  | 'CONTENDED'
  /** Policy denied the request; nothing was done. With ASSOCIATION_NOT_FOUND: the principal may not view the association, and reads this entry as REFUSED. */
  | 'DENIED'
  /**
   * A scan found an association that is not as the gateway left it, or that was created outside after the first scan of its cluster. The message
   * says what differs. One entry for each new difference.
   */
  | 'DRIFT_FOUND'
  /** A scan found that the drift is gone. Has the operation id of its DRIFT_FOUND entries. */
  | 'DRIFT_RESOLVED'
  /**
   * The association expires soon, at `request.expiresAt`. The principal is the one who set the expiry. Recorded once for each expiry, 24 hours
   * before it by default, with an operation id of its own.
   */
  | 'EXPIRY_WARNED'
  /** Policy allowed the request; the EKS call follows. */
  | 'INTENT'
  /** The input is not valid; nothing was done. */
  | 'INVALID'
  /** A superseded lease holder received the EKS response that its change is done. Does not close the operation. */
  | 'LATE_SUCCESS'
  /** Operators set a lock; the message names the changes that it stops. IAM decides who may set locks, not the gateway. */
  | 'LOCKED'
  /** Operators let the signed log begin within the hour, although there are old entries or traces of an earlier log. */
  | 'LOG_PERMITTED'
  /** Operators erase the personal data of the entries in `erasedEntries`; the message has a reference to the reason. The operation id begins with `erasure-`. */
  | 'PERSONAL_DATA_ERASED'
  /** The change is not done, or with OUTCOME_UNDETERMINED may have been done and replaced. Final for the token. Closes the operation. */
  | 'REFUSED'
  /** An approver rejected the request. */
  | 'REJECTED'
  /** The change is not done, and the token can be used for another attempt. Closes the operation. */
  | 'RELEASED'
  /** The recorded answer of the token was returned again. */
  | 'REPLAYED'
  /**
   * The state of the service account was corrected after another version of the gateway began or closed the operation in `message`. The operation
   * id begins with `repair-`.
   */
  | 'STATE_REPAIRED'
  /** The change is done, or the association is adopted. Closes the operation. */
  | 'SUCCEEDED'
  /** The lease expired, and another request or the reconciler took over the operation. */
  | 'TAKEN_OVER'
  /** The token was used for a request with different input. */
  | 'TOKEN_REUSED'
  /** A request read pages of the audit trail with entries of others. Written if the gateway is configured to. */
  | 'TRAIL_READ'
  /** The operation is in doubt: the effect of the EKS call is not known. Does not close the operation. */
  | 'UNKNOWN'
  /** Operators lifted a lock; otherwise as LOCKED. */
  | 'UNLOCKED';

/** Which entries to read: set exactly one field. */
export type AuditScope =
  {   /** Entries of changes to the association with this ARN, with the same events as for a cluster. */
  readonly associationArn: string; readonly cluster?: never; readonly gateway?: never; readonly operationId?: never; readonly principalId?: never; }
  |  { readonly associationArn?: never;   /**
   * Entries of changes in a cluster, in a namespace or to a service account: INTENT, UNKNOWN, TAKEN_OVER, SUCCEEDED, REFUSED,
   * RELEASED and LATE_SUCCESS, from the time that an operation began. For a namespace, also DENIED, if `events` names it.
   */
  readonly cluster: ClusterScope; readonly gateway?: never; readonly operationId?: never; readonly principalId?: never; }
  |  { readonly associationArn?: never; readonly cluster?: never;   /** The whole trail of the gateway. Intended for auditors. */
  readonly gateway: GatewayScope; readonly operationId?: never; readonly principalId?: never; }
  |  { readonly associationArn?: never; readonly cluster?: never; readonly gateway?: never;   /** Entries of this operation, or of the approval with this id. */
  readonly operationId: string; readonly principalId?: never; }
  |  { readonly associationArn?: never; readonly cluster?: never; readonly gateway?: never; readonly operationId?: never;   /** Entries of requests by this principal, whatever became of them. */
  readonly principalId: string; };

/** Why a role is offered. Values may be added. */
export type BindableRoleSource =
  /** The path of the role follows the naming convention. */
  | 'CONVENTION'
  /** The inventory allows the namespace to use the role. */
  | 'INVENTORY';

/** The changes to check. */
export type CheckPodIdentityAssociationsInput = {
  /** The changes, 1 to 100. Those that name associations by id may do so in up to 10 clusters; creates and desired states may be in any number. */
  readonly changes: ReadonlyArray<CheckedChangeInput>;
};

/** A change to check, or a desired state: the input of its mutation. A `clientRequestToken` is not used. */
export type CheckedChangeInput =
  {   /** As for `adoptPodIdentityAssociation`. */
  readonly adopt: AdoptPodIdentityAssociationInput; readonly create?: never; readonly delete?: never; readonly ensure?: never; readonly ensureNo?: never; readonly tag?: never; readonly untag?: never; readonly update?: never; }
  |  { readonly adopt?: never;   /** As for `createPodIdentityAssociation`. */
  readonly create: CreatePodIdentityAssociationInput; readonly delete?: never; readonly ensure?: never; readonly ensureNo?: never; readonly tag?: never; readonly untag?: never; readonly update?: never; }
  |  { readonly adopt?: never; readonly create?: never;   /** As for `deletePodIdentityAssociation`. */
  readonly delete: DeletePodIdentityAssociationInput; readonly ensure?: never; readonly ensureNo?: never; readonly tag?: never; readonly untag?: never; readonly update?: never; }
  |  { readonly adopt?: never; readonly create?: never; readonly delete?: never;   /**
   * As for `ensurePodIdentityAssociation`. Unlike by its own dry run, the desired state is compared with what was observed last: an association that
   * no operation or scan of the gateway has shown yet counts as absent.
   */
  readonly ensure: EnsurePodIdentityAssociationInput; readonly ensureNo?: never; readonly tag?: never; readonly untag?: never; readonly update?: never; }
  |  { readonly adopt?: never; readonly create?: never; readonly delete?: never; readonly ensure?: never;   /** As for `ensureNoPodIdentityAssociation`, compared as for `ensure`. */
  readonly ensureNo: EnsureNoPodIdentityAssociationInput; readonly tag?: never; readonly untag?: never; readonly update?: never; }
  |  { readonly adopt?: never; readonly create?: never; readonly delete?: never; readonly ensure?: never; readonly ensureNo?: never;   /** As for `tagPodIdentityAssociation`. */
  readonly tag: TagPodIdentityAssociationInput; readonly untag?: never; readonly update?: never; }
  |  { readonly adopt?: never; readonly create?: never; readonly delete?: never; readonly ensure?: never; readonly ensureNo?: never; readonly tag?: never;   /** As for `untagPodIdentityAssociation`. */
  readonly untag: UntagPodIdentityAssociationInput; readonly update?: never; }
  |  { readonly adopt?: never; readonly create?: never; readonly delete?: never; readonly ensure?: never; readonly ensureNo?: never; readonly tag?: never; readonly untag?: never;   /** As for `updatePodIdentityAssociation`. */
  readonly update: UpdatePodIdentityAssociationInput; };

/** A cluster, a namespace in it, or a service account in that namespace. */
export type ClusterScope = {
  /** Account of the cluster; defaults to the account of the deployment. */
  readonly accountId?: string | null | undefined;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /** Kubernetes namespace. */
  readonly namespace?: string | null | undefined;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: string | null | undefined;
  /** Kubernetes service account; requires `namespace`. */
  readonly serviceAccount?: string | null | undefined;
};

/** The parameters of the EKS API, plus the cluster's account and region, a reason, and the person on whose behalf a service acts. Null means the same as an omitted field. */
export type CreatePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: string | null | undefined;
  /**
   * Idempotency token: 1 to 255 printable ASCII characters, case-sensitive. A repeated request with the same token and input
   * returns the first answer. When omitted, the gateway generates a token; then a retry after a lost answer is a new request.
   */
  readonly clientRequestToken?: string | null | undefined;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /**
   * Name of the declaration that makes the request: 1 to 128 characters in one line. Recorded, and kept with the association until
   * another request changes it. Grants nothing. Not part of the input that the token is bound to.
   */
  readonly declaration?: string | null | undefined;
  /** Disables the session tags that EKS adds to the role session; false when omitted. */
  readonly disableSessionTags?: boolean | null | undefined;
  /**
   * The `revision` that the service account had when the request was planned, as `checkPodIdentityAssociations` returned it. The request is
   * refused with ASSOCIATION_CHANGED if it has another one: so an older plan does not undo a later deletion. Compared in dry runs, and when the
   * create begins or is repeated; while another operation on the service account is in progress, the answer is OPERATION_IN_PROGRESS.
   */
  readonly expectedRevision?: number | null | undefined;
  /**
   * When the gateway deletes the association, for temporary access: from 5 minutes to 5 years after the request. It is deleted up to some minutes later,
   * unless others changed it outside the gateway; pods keep their credentials for up to six hours more. While another operation on the service account
   * is in progress, the answer is OPERATION_IN_PROGRESS. When omitted, the association does not end by itself, and one that is adopted keeps its expiry.
   * One that is adopted and would end earlier than before needs the right to delete it at that time.
   */
  readonly expiresAt?: string | null | undefined;
  /**
   * What to do if the service account already has an association whose role, target role, session tags and session policy equal this
   * request: by default, the request is refused. An association that differs is refused in any case.
   */
  readonly ifExists?: IfExists | null | undefined;
  /** Kubernetes namespace, an RFC 1123 label. It need not exist yet. */
  readonly namespace: string;
  /**
   * The person on whose behalf a service acts, up to 256 characters. If the inventory lists the name, the request must be permitted to
   * this person too. It grants no permissions: whether the person wants the request is not verified.
   */
  readonly onBehalfOf?: string | null | undefined;
  /** IAM session policy as JSON text, up to 2,048 characters. Takes effect only with `disableSessionTags: true`. */
  readonly policy?: string | null | undefined;
  /** Reason, recorded in the audit trail: up to 1,024 characters. Not part of the input that the token is bound to. */
  readonly reason?: string | null | undefined;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: string | null | undefined;
  /** ARN of the IAM role, in the cluster's account. */
  readonly roleArn: string;
  /** Kubernetes service account, an RFC 1123 subdomain. It need not exist yet. */
  readonly serviceAccount: string;
  /** Tags of the association, up to 50. With 50 tags the gateway can't add its ownership tag, see OUTCOME_UNDETERMINED. */
  readonly tags?: ReadonlyArray<TagInput> | null | undefined;
  /** ARN of a second role, which EKS Pod Identity assumes with the credentials of `roleArn`; it may be in another account. */
  readonly targetRoleArn?: string | null | undefined;
};

/** The association to delete. */
export type DeletePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: string | null | undefined;
  /** Id of the association in EKS: a letter, `-` and 17 lower-case letters or digits, e.g. `a-0123456789abcdefg`. */
  readonly associationId: string;
  /** Idempotency token, as for a create. */
  readonly clientRequestToken?: string | null | undefined;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /** Name of the declaration that makes the request, as for a create. */
  readonly declaration?: string | null | undefined;
  /** Optimistic concurrency check, as for an update. */
  readonly expectedModifiedAt?: string | null | undefined;
  /** The `revision` that the service account is expected to have, as for a create. */
  readonly expectedRevision?: number | null | undefined;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: string | null | undefined;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: string | null | undefined;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: string | null | undefined;
};

/** How EKS and the audit trail can differ. Values may be added. */
export type DriftKind =
  /** The association exists according to the audit trail, but not in EKS. */
  | 'DELETED'
  /** The association has an ownership tag, but the operation named in the tag neither created it nor is still open. */
  | 'FORGED_TAG'
  /** The association differs from the state that the last operation recorded. */
  | 'MODIFIED'
  /**
   * The audit trail has too many entries of the association to compare them within a request: read them with `auditTrail`. It
   * may or may not differ.
   */
  | 'NOT_EXAMINED'
  /** The association has no ownership tag of the gateway. */
  | 'UNMANAGED';

/** Where the associations come from that are examined for drift. Values may be added. */
export type DriftSource =
  /**
   * EKS, read for this answer, compared with the audit trail: one EKS call for each association. Deletions come last; they are detected for associations
   * with an audit entry in the last 90 days.
   */
  | 'EKS'
  /**
   * What the scans of the gateway saw, compared with what its operations confirmed: no EKS call. As old as `observedAt` and `coverage` say. Fails for a
   * cluster of which no scan has been completed.
   */
  | 'SCAN';

/** The change that a desired state needs. Values may be added. */
export type EnsureChange =
  /** The association is as desired, and is adopted, so that it becomes that of the declaration. */
  | 'ADOPT'
  /** The association is created. */
  | 'CREATE'
  /** The association is deleted. */
  | 'DELETE'
  /** Nothing: the association is as desired, or there is none as desired. */
  | 'NONE'
  /** Tags are set. */
  | 'TAG'
  /** Tags are removed. */
  | 'UNTAG'
  /** Settings or the expiry of the association are changed. */
  | 'UPDATE';

/** A service account that is to have no association. */
export type EnsureNoPodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: string | null | undefined;
  /** As for `ensurePodIdentityAssociation`. */
  readonly attempt?: string | null | undefined;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /** Name of the declaration whose association is deleted, as for `ensurePodIdentityAssociation`. */
  readonly declaration: string;
  /** Kubernetes namespace, an RFC 1123 label. */
  readonly namespace: string;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: string | null | undefined;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: string | null | undefined;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: string | null | undefined;
  /** Kubernetes service account, an RFC 1123 subdomain. */
  readonly serviceAccount: string;
  /** Whether to delete an association that no request of this declaration made or changed last. */
  readonly takeOver?: boolean | null | undefined;
};

/** The desired state of the association of a service account. Fields that are omitted are desired to be absent, except for `tags` and `expiresAt`. */
export type EnsurePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: string | null | undefined;
  /**
   * A text of your choice, 1 to 128 characters in one line; a new one asks again for an approval that was rejected, withdrawn or expired. It is not needed
   * for anything else.
   */
  readonly attempt?: string | null | undefined;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /**
   * Name of the declaration whose association this is: 1 to 128 characters in one line. An association that no request of this declaration made or changed last
   * is not changed, see DECLARED_ELSEWHERE. Grants nothing: anyone may name it.
   */
  readonly declaration: string;
  /** Disables the session tags that EKS adds to the role session; false when omitted. */
  readonly disableSessionTags?: boolean | null | undefined;
  /** When the gateway deletes the association, as for a create. When omitted, its expiry stays as it is; null: it does not end by itself. */
  readonly expiresAt?: string | null | undefined;
  /** Kubernetes namespace, an RFC 1123 label. It need not exist yet. */
  readonly namespace: string;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: string | null | undefined;
  /** IAM session policy as JSON text, as for a create; none when omitted. */
  readonly policy?: string | null | undefined;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: string | null | undefined;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: string | null | undefined;
  /** ARN of the IAM role, in the cluster's account. */
  readonly roleArn: string;
  /** Kubernetes service account, an RFC 1123 subdomain. It need not exist yet. */
  readonly serviceAccount: string;
  /** Exactly these tags, besides those of the gateway and of AWS; also an empty list. Null: the tags stay as they are, and a create sets none. */
  readonly tags?: ReadonlyArray<TagInput> | null | undefined;
  /** Whether to change, or adopt, an association that no request of this declaration made or changed last. */
  readonly takeOver?: boolean | null | undefined;
  /** ARN of a second role, as for a create; none when omitted. */
  readonly targetRoleArn?: string | null | undefined;
};

/** Which approvals of all clusters to read. Values may be added. */
export type GatewayApprovals =
  /** The pending ones. */
  | 'PENDING';

/** The part of the whole audit trail to read. */
export type GatewayScope =
  /** Entries of all clusters, principals and operations. */
  | 'ALL_ENTRIES';

/** What a create does about an equal association. Values may be added. */
export type IfExists =
  /**
   * Adopt the association, as `adoptPodIdentityAssociation` does, if policy permits you to adopt it: nothing changes at EKS, and tags that differ are
   * a warning. If policy does not permit it, the request is refused as with REFUSE, and its message says why.
   */
  | 'ADOPT'
  /** Refuse the request with ASSOCIATION_ALREADY_EXISTS. */
  | 'REFUSE';

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
  /** `tagPodIdentityAssociation`. */
  | 'TAG_POD_IDENTITY_ASSOCIATION'
  /** `untagPodIdentityAssociation`. */
  | 'UNTAG_POD_IDENTITY_ASSOCIATION'
  /** `updatePodIdentityAssociation`. */
  | 'UPDATE_POD_IDENTITY_ASSOCIATION'
  /** A `withdrawApproval` that was refused; only in audit entries. A withdrawal has the kind of the operation that it is about. */
  | 'WITHDRAW_APPROVAL';

/** Status of an operation. Values may be added: treat unknown values as IN_PROGRESS. */
export type OperationStatus =
  /** In progress, or in doubt: the effect of the EKS call is not known yet. */
  | 'IN_PROGRESS'
  /** The change is not done and will not be done by this operation; with OUTCOME_UNDETERMINED, it may have been done and then replaced. */
  | 'REFUSED'
  /** The change is not done, and the token can be used for another attempt: send the same request again. */
  | 'RELEASED'
  /** The change is done. */
  | 'SUCCEEDED';

/** Which of your own approvals to read. Values may be added. */
export type OwnApprovals =
  /** Those that can still be approved or used: PENDING and APPROVED. */
  | 'OPEN';

/** Why the reconciler can't examine an operation. Values may be added. */
export type ParkedReason =
  /** The inventory no longer has the account or region of its cluster. */
  | 'CLUSTER_NOT_SERVED'
  /** Its INTENT entry is missing, or another version of the gateway wrote it in another format. */
  | 'INTENT_UNREADABLE';

/** Kind of principal. */
export type PrincipalKind =
  /** A workload: authenticated by an IAM role session or a JWT issued to it. */
  | 'SERVICE'
  /** A person: authenticated by a JWT, an IAM Identity Center session or an IAM user's signature. */
  | 'USER';

/** Why a request was refused. */
export type RefusalCode =
  /** The request was not approved in time, or not sent again in time after it was approved. Final for the token. */
  | 'APPROVAL_EXPIRED'
  /** No approval can be asked for or withdrawn now: too many are pending, the request was rejected twice within a day, or you withdrew too many within a day. */
  | 'APPROVAL_LIMIT_REACHED'
  /** The approval does not exist, was replaced, or you may not see it; or it is not yours to withdraw. */
  | 'APPROVAL_NOT_FOUND'
  /** The approval to vote on was decided, used or expired before, or others have given all approvals that yours counts for. One to withdraw has ended, or a request with its token is in progress. */
  | 'APPROVAL_NOT_PENDING'
  /** An approver rejected the request. Final for the token. */
  | 'APPROVAL_REJECTED'
  /** Policy allows the request once others approve it: see `needs` of ApprovalRequired. Nothing was sent to EKS. */
  | 'APPROVAL_REQUIRED'
  /** You withdrew the request. Final for the token. */
  | 'APPROVAL_WITHDRAWN'
  /** The service account already has an association. */
  | 'ASSOCIATION_ALREADY_EXISTS'
  /**
   * The association was modified after you read it (`expectedModifiedAt`), it has other tags (`expectedTags`), or the service account has another revision
   * (`expectedRevision`).
   */
  | 'ASSOCIATION_CHANGED'
  /** The cluster has reached its quota of 5,000 associations, which AWS does not raise. */
  | 'ASSOCIATION_LIMIT_EXCEEDED'
  /** The request has `expiresAt` alone, and the association was changed or created outside the gateway and not adopted since. */
  | 'ASSOCIATION_NOT_CONFIRMED'
  /**
   * The association does not exist, no longer exists, or you may not view it. If it was not visible when the request arrived, its token can
   * be used again.
   */
  | 'ASSOCIATION_NOT_FOUND'
  /** Operators have locked changes: by this principal, in this cluster, or all. Nothing was sent to EKS. */
  | 'CHANGES_LOCKED'
  /** The cluster does not exist. */
  | 'CLUSTER_NOT_FOUND'
  /** The association was made or changed last by a request of another declaration, or without one, or outside the gateway; and the desired state does not take it over (`takeOver`). */
  | 'DECLARED_ELSEWHERE'
  /** EKS rejected the request for another reason, given in `eksMessage`. */
  | 'EKS_REFUSED'
  /** EKS did not receive the request: the gateway could not connect to it, or got no credentials from AWS STS. */
  | 'EKS_UNREACHABLE'
  /** `expiresAt` is less than 5 minutes or more than 5 years after the request. A repetition of an earlier request is answered also after its expiry. */
  | 'EXPIRES_AT_OUT_OF_RANGE'
  /** The gateway's own IAM role lacks a permission. */
  | 'GATEWAY_ACCESS_DENIED'
  /** Fields of the input are not valid. */
  | 'INVALID_INPUT'
  /** An update would need approvals, and the association is already as it asks. No approver was asked, and nothing was sent to EKS. */
  | 'NOTHING_TO_CHANGE'
  /** Another operation on the service account is in progress or has just ended, and the request is a desired state, changes tags, or has an `expectedRevision` or `expiresAt`. Nothing was begun. */
  | 'OPERATION_IN_PROGRESS'
  /**
   * The EKS response was lost, and others changed, deleted or created the association before it was observed: the change may have been applied
   * and replaced since. For a create with 50 tags: an equal association exists, and there was no room for the ownership tag.
   */
  | 'OUTCOME_UNDETERMINED'
  /** No policy permits the request, or a policy forbids it. */
  | 'POLICY_DENIED'
  /** Denied: a policy failed to evaluate, or depends on a role that could not be read from IAM. */
  | 'POLICY_EVALUATION_FAILED'
  /** The IAM role does not exist, or EKS can't see it yet. */
  | 'ROLE_NOT_FOUND'
  /** The association would have more than 50 tags, the maximum of EKS, with the gateway's own. */
  | 'TAG_LIMIT_EXCEEDED'
  /** EKS throttled the request. */
  | 'THROTTLED'
  /** The token was used for a request with different input. */
  | 'TOKEN_REUSED_WITH_DIFFERENT_INPUT'
  /** The role's trust policy does not allow EKS Pod Identity to assume it. */
  | 'TRUST_POLICY_INVALID';

/** The approval to reject. */
export type RejectInput = {
  /** Id of the approval. */
  readonly approvalId: string;
  /** Comment, recorded in the audit trail and shown with the approval: up to 1,024 characters. */
  readonly comment?: string | null | undefined;
};

/** Status of a request. Values may be added: treat unknown values as IN_PROGRESS. */
export type RequestStatus =
  /** The request is in progress, or in doubt: the effect of the EKS call is not known yet. Send the same request with the same token again. */
  | 'IN_PROGRESS'
  /**
   * The change is not done and will not be done by this request; with the code OUTCOME_UNDETERMINED, it may have been done and then
   * replaced by others.
   */
  | 'REFUSED'
  /** The change is done. */
  | 'SUCCEEDED';

/** A tag to set. */
export type TagInput = {
  /** Key: 1 to 128 characters. */
  readonly key: string;
  /** Value: up to 256 characters; empty when omitted. */
  readonly value?: string | null | undefined;
};

/** Input of `tagPodIdentityAssociation`. */
export type TagPodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: string | null | undefined;
  /** Id of the association in EKS: a letter, `-` and 17 lower-case letters or digits, e.g. `a-0123456789abcdefg`. */
  readonly associationId: string;
  /** Idempotency token, as for a create. */
  readonly clientRequestToken?: string | null | undefined;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /** Name of the declaration that makes the request, as for a create. */
  readonly declaration?: string | null | undefined;
  /** Optimistic concurrency check, as for an update. */
  readonly expectedModifiedAt?: string | null | undefined;
  /** The `revision` that the service account is expected to have, as for a create. */
  readonly expectedRevision?: number | null | undefined;
  /**
   * All tags that the association is expected to have, without those of the gateway and of AWS; null: any. Other tags are refused with ASSOCIATION_CHANGED, which is the
   * final answer of the token. Compared in the write that begins the operation: no other change of tags through the gateway passes between the comparison
   * and the EKS call. A change by others at that time is not detected.
   */
  readonly expectedTags?: ReadonlyArray<TagInput> | null | undefined;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: string | null | undefined;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: string | null | undefined;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: string | null | undefined;
  /** The tags to set: 1 to 50, each key once. The association may have up to 50 tags then, with the gateway's own. */
  readonly tags: ReadonlyArray<TagInput>;
};

/** Input of `untagPodIdentityAssociation`. */
export type UntagPodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: string | null | undefined;
  /** Id of the association in EKS: a letter, `-` and 17 lower-case letters or digits, e.g. `a-0123456789abcdefg`. */
  readonly associationId: string;
  /** Idempotency token, as for a create. */
  readonly clientRequestToken?: string | null | undefined;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /** Name of the declaration that makes the request, as for a create. */
  readonly declaration?: string | null | undefined;
  /** Optimistic concurrency check, as for an update. */
  readonly expectedModifiedAt?: string | null | undefined;
  /** The `revision` that the service account is expected to have, as for a create. */
  readonly expectedRevision?: number | null | undefined;
  /**
   * All tags that the association is expected to have, without those of the gateway and of AWS; null: any. Other tags are refused with ASSOCIATION_CHANGED, which is the
   * final answer of the token. Compared in the write that begins the operation: no other change of tags through the gateway passes between the comparison
   * and the EKS call. A change by others at that time is not detected.
   */
  readonly expectedTags?: ReadonlyArray<TagInput> | null | undefined;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: string | null | undefined;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: string | null | undefined;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: string | null | undefined;
  /** Keys of the tags to remove: 1 to 50, each once. */
  readonly tagKeys: ReadonlyArray<string>;
};

/**
 * A change to an association. Omitted fields keep their value. At least one of roleArn, targetRoleArn, disableSessionTags,
 * policy and expiresAt is required.
 */
export type UpdatePodIdentityAssociationInput = {
  /** Account of the cluster, 12 digits; defaults to the account of the deployment. */
  readonly accountId?: string | null | undefined;
  /** Id of the association in EKS: a letter, `-` and 17 lower-case letters or digits, e.g. `a-0123456789abcdefg`. */
  readonly associationId: string;
  /** Idempotency token, as for a create. */
  readonly clientRequestToken?: string | null | undefined;
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /** Name of the declaration that makes the request, as for a create. */
  readonly declaration?: string | null | undefined;
  /** Disables or enables the session tags that EKS adds to the role session. */
  readonly disableSessionTags?: boolean | null | undefined;
  /**
   * Optimistic concurrency check: the request is refused with ASSOCIATION_CHANGED if the association's `modifiedAt` differs. Every
   * request with the token compares it before it begins or repeats the change, and the refusal is the final answer of the token.
   * EKS has no conditional change, so a change by others, also through the gateway, between the comparison and the EKS call is not detected.
   */
  readonly expectedModifiedAt?: string | null | undefined;
  /**
   * The `revision` that the service account had when the request was planned, as for a create: also a change of the expiry alone moves it, which leaves
   * `modifiedAt` as it is.
   */
  readonly expectedRevision?: number | null | undefined;
  /**
   * When the gateway deletes the association, as for a create: it replaces an earlier `expiresAt`; null clears it. Alone, it sends nothing to EKS; then
   * the association must be as an operation of the gateway left or adopted it, else the answer is ASSOCIATION_NOT_CONFIRMED. If the association would end
   * earlier than before, you need the right to delete it at that time.
   */
  readonly expiresAt?: string | null | undefined;
  /** The person on whose behalf a service acts, as for a create. */
  readonly onBehalfOf?: string | null | undefined;
  /** New IAM session policy as JSON text, up to 2,048 characters; null clears it. */
  readonly policy?: string | null | undefined;
  /** Reason, recorded in the audit trail: up to 1,024 characters. */
  readonly reason?: string | null | undefined;
  /** Region of the cluster; defaults to the region of the deployment. */
  readonly region?: string | null | undefined;
  /** ARN of the new IAM role, in the cluster's account. The role can't be cleared. */
  readonly roleArn?: string | null | undefined;
  /** ARN of the new target role; null clears it. */
  readonly targetRoleArn?: string | null | undefined;
};

/** Why a vote does not count any more. Values may be added. */
export type VoidReason =
  /** Policy now compares a group that was not recorded with the vote, and could decide otherwise. */
  | 'GROUP_NOT_RECORDED'
  /** Policy does not permit the vote any more. */
  | 'POLICY_DENIED'
  /** The approver, or the service through which they voted, was locked since, even if the lock was lifted. */
  | 'VOTER_LOCKED';

/** What a warning is about. Values may be added: treat unknown values by their `message` and `advice`. */
export type WarningCode =
  /** The cluster has neither EKS Auto Mode nor the add-on eks-pod-identity-agent. Without an agent on their node, pods get no credentials. */
  | 'AGENT_MISSING'
  /** The add-on eks-pod-identity-agent is installed, but its status is not ACTIVE. */
  | 'AGENT_NOT_ACTIVE'
  /** The status of the cluster is not ACTIVE. */
  | 'CLUSTER_NOT_ACTIVE'
  /** The association ends by itself; running pods keep their credentials for some hours after that. */
  | 'CREDENTIALS_OUTLIVE_ENDING'
  /** A read from EKS, IAM or the ledger failed, had no time, or found no scan: what `message` names is not known. The change itself is not affected. */
  | 'NOT_CHECKED'
  /** The association is as desired, and not that of the declaration: a request of another declaration or without one, or something outside the gateway, made or changed it last. */
  | 'NOT_OWN'
  /** Running pods don't use the change at once: `advice` says when they do. */
  | 'PODS_NOT_UPDATED'
  /** The last scan listed 4,500 associations of the cluster or more, of the 5,000 that EKS allows. */
  | 'QUOTA_NEAR'
  /** The IAM role does not exist. */
  | 'ROLE_NOT_FOUND'
  /** The adopted association has other tags than the request. */
  | 'TAGS_DIFFER'
  /** The target role must trust the role of the association. `advice` has the statements for its trust policy, with the external id if EKS has set it. */
  | 'TARGET_ROLE_TRUST'
  /** The role's trust policy has a condition that these pods do not meet, such as the name of another cluster, namespace or service account. */
  | 'TRUST_CONDITION_UNMET'
  /** The role's trust policy does not allow EKS Pod Identity to assume it, or denies it. */
  | 'TRUST_POLICY_INVALID';

/** The approval to withdraw. */
export type WithdrawApprovalInput = {
  /** Id of the approval. */
  readonly approvalId: string;
};

type Association_AssociationSnapshot_Fragment = { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string, readonly roleArn: string, readonly associationArn: string, readonly associationId: string, readonly createdAt: string, readonly modifiedAt: string, readonly ownerArn: string | null, readonly disableSessionTags: boolean | null, readonly targetRoleArn: string | null, readonly externalId: string | null, readonly policy: string | null, readonly operationId: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }> };

type Association_PodIdentityAssociation_Fragment = { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string, readonly roleArn: string, readonly associationArn: string, readonly associationId: string, readonly createdAt: string, readonly modifiedAt: string, readonly ownerArn: string | null, readonly disableSessionTags: boolean | null, readonly targetRoleArn: string | null, readonly externalId: string | null, readonly policy: string | null, readonly operationId: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }> };

export type AssociationFragment =
  | Association_AssociationSnapshot_Fragment
  | Association_PodIdentityAssociation_Fragment
;

export type ViolationFragment = { readonly policyId: string, readonly message: string, readonly advice: string | null, readonly tagKey: string | null };

export type VoteFragment = { readonly comment: string | null, readonly ownRequest: boolean, readonly time: string, readonly principal: { readonly principalId: string, readonly kind: PrincipalKind }, readonly actor: { readonly principalId: string, readonly kind: PrincipalKind } | null };

export type ApprovalStatusFragment = { readonly id: string, readonly state: ApprovalState, readonly expiresAt: string, readonly needs: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null, readonly group: string, readonly count: number, readonly operation: OperationKind | null, readonly approvedBy: ReadonlyArray<VoteFragment> }>, readonly rejectedBy: VoteFragment | null, readonly voidedVotes: ReadonlyArray<{ readonly time: string, readonly reason: VoidReason, readonly voidedAt: string, readonly principal: { readonly principalId: string, readonly kind: PrincipalKind }, readonly actor: { readonly principalId: string, readonly kind: PrincipalKind } | null }> };

type RefusalDetails_ApprovalRequired_Fragment = { readonly __typename: 'ApprovalRequired', readonly code: RefusalCode, readonly message: string, readonly advice: string | null, readonly retryable: boolean, readonly approval: ApprovalStatusFragment | null, readonly needs: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null, readonly group: string, readonly count: number, readonly operation: OperationKind | null }> };

type RefusalDetails_AssociationAlreadyExists_Fragment = { readonly __typename: 'AssociationAlreadyExists', readonly code: RefusalCode, readonly message: string, readonly advice: string | null, readonly retryable: boolean, readonly existing: Association_AssociationSnapshot_Fragment | null, readonly differences: ReadonlyArray<{ readonly field: string, readonly requested: string | null, readonly existing: string | null }> | null };

type RefusalDetails_AssociationChanged_Fragment = { readonly __typename: 'AssociationChanged', readonly code: RefusalCode, readonly message: string, readonly advice: string | null, readonly retryable: boolean, readonly existing: Association_AssociationSnapshot_Fragment | null, readonly differences: ReadonlyArray<{ readonly field: string, readonly requested: string | null, readonly existing: string | null }> | null };

type RefusalDetails_AssociationNotFound_Fragment = { readonly __typename: 'AssociationNotFound', readonly code: RefusalCode, readonly message: string, readonly advice: string | null, readonly retryable: boolean };

type RefusalDetails_ChangesLocked_Fragment = { readonly __typename: 'ChangesLocked', readonly scope: LockScope, readonly lockedBy: string, readonly lockedAt: string, readonly reason: string | null, readonly code: RefusalCode, readonly message: string, readonly advice: string | null, readonly retryable: boolean };

type RefusalDetails_EksRefused_Fragment = { readonly __typename: 'EksRefused', readonly exception: string, readonly eksMessage: string, readonly code: RefusalCode, readonly message: string, readonly advice: string | null, readonly retryable: boolean };

type RefusalDetails_InvalidInput_Fragment = { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly advice: string | null, readonly retryable: boolean, readonly findings: ReadonlyArray<{ readonly path: string, readonly rule: string, readonly message: string, readonly advice: string }> };

type RefusalDetails_PolicyDenied_Fragment = { readonly __typename: 'PolicyDenied', readonly owners: ReadonlyArray<string>, readonly code: RefusalCode, readonly message: string, readonly advice: string | null, readonly retryable: boolean, readonly violations: ReadonlyArray<ViolationFragment> };

type RefusalDetails_TokenReused_Fragment = { readonly __typename: 'TokenReused', readonly originalOperationId: string, readonly code: RefusalCode, readonly message: string, readonly advice: string | null, readonly retryable: boolean };

type RefusalDetails_VoteRefused_Fragment = { readonly __typename: 'VoteRefused', readonly code: RefusalCode, readonly message: string, readonly advice: string | null, readonly retryable: boolean };

export type RefusalDetailsFragment =
  | RefusalDetails_ApprovalRequired_Fragment
  | RefusalDetails_AssociationAlreadyExists_Fragment
  | RefusalDetails_AssociationChanged_Fragment
  | RefusalDetails_AssociationNotFound_Fragment
  | RefusalDetails_ChangesLocked_Fragment
  | RefusalDetails_EksRefused_Fragment
  | RefusalDetails_InvalidInput_Fragment
  | RefusalDetails_PolicyDenied_Fragment
  | RefusalDetails_TokenReused_Fragment
  | RefusalDetails_VoteRefused_Fragment
;

export type WarningDetailsFragment = { readonly code: WarningCode, readonly message: string, readonly advice: string };

type Payload_AdoptPodIdentityAssociationPayload_Fragment = { readonly status: RequestStatus, readonly retryAfterSeconds: number | null, readonly replayed: boolean, readonly clientRequestToken: string | null, readonly association: Association_AssociationSnapshot_Fragment | null, readonly refusal:
    | RefusalDetails_ApprovalRequired_Fragment
    | RefusalDetails_AssociationAlreadyExists_Fragment
    | RefusalDetails_AssociationChanged_Fragment
    | RefusalDetails_AssociationNotFound_Fragment
    | RefusalDetails_ChangesLocked_Fragment
    | RefusalDetails_EksRefused_Fragment
    | RefusalDetails_InvalidInput_Fragment
    | RefusalDetails_PolicyDenied_Fragment
    | RefusalDetails_TokenReused_Fragment
    | RefusalDetails_VoteRefused_Fragment
   | null, readonly warnings: ReadonlyArray<WarningDetailsFragment>, readonly auditEntry: { readonly id: string, readonly operationId: string } };

type Payload_CreatePodIdentityAssociationPayload_Fragment = { readonly adopted: boolean, readonly expiresAt: string | null, readonly status: RequestStatus, readonly retryAfterSeconds: number | null, readonly replayed: boolean, readonly clientRequestToken: string | null, readonly association: Association_AssociationSnapshot_Fragment | null, readonly refusal:
    | RefusalDetails_ApprovalRequired_Fragment
    | RefusalDetails_AssociationAlreadyExists_Fragment
    | RefusalDetails_AssociationChanged_Fragment
    | RefusalDetails_AssociationNotFound_Fragment
    | RefusalDetails_ChangesLocked_Fragment
    | RefusalDetails_EksRefused_Fragment
    | RefusalDetails_InvalidInput_Fragment
    | RefusalDetails_PolicyDenied_Fragment
    | RefusalDetails_TokenReused_Fragment
    | RefusalDetails_VoteRefused_Fragment
   | null, readonly warnings: ReadonlyArray<WarningDetailsFragment>, readonly auditEntry: { readonly id: string, readonly operationId: string } };

type Payload_DeletePodIdentityAssociationPayload_Fragment = { readonly status: RequestStatus, readonly retryAfterSeconds: number | null, readonly replayed: boolean, readonly clientRequestToken: string | null, readonly association: Association_AssociationSnapshot_Fragment | null, readonly refusal:
    | RefusalDetails_ApprovalRequired_Fragment
    | RefusalDetails_AssociationAlreadyExists_Fragment
    | RefusalDetails_AssociationChanged_Fragment
    | RefusalDetails_AssociationNotFound_Fragment
    | RefusalDetails_ChangesLocked_Fragment
    | RefusalDetails_EksRefused_Fragment
    | RefusalDetails_InvalidInput_Fragment
    | RefusalDetails_PolicyDenied_Fragment
    | RefusalDetails_TokenReused_Fragment
    | RefusalDetails_VoteRefused_Fragment
   | null, readonly warnings: ReadonlyArray<WarningDetailsFragment>, readonly auditEntry: { readonly id: string, readonly operationId: string } };

type Payload_TagPodIdentityAssociationPayload_Fragment = { readonly status: RequestStatus, readonly retryAfterSeconds: number | null, readonly replayed: boolean, readonly clientRequestToken: string | null, readonly association: Association_AssociationSnapshot_Fragment | null, readonly refusal:
    | RefusalDetails_ApprovalRequired_Fragment
    | RefusalDetails_AssociationAlreadyExists_Fragment
    | RefusalDetails_AssociationChanged_Fragment
    | RefusalDetails_AssociationNotFound_Fragment
    | RefusalDetails_ChangesLocked_Fragment
    | RefusalDetails_EksRefused_Fragment
    | RefusalDetails_InvalidInput_Fragment
    | RefusalDetails_PolicyDenied_Fragment
    | RefusalDetails_TokenReused_Fragment
    | RefusalDetails_VoteRefused_Fragment
   | null, readonly warnings: ReadonlyArray<WarningDetailsFragment>, readonly auditEntry: { readonly id: string, readonly operationId: string } };

type Payload_UntagPodIdentityAssociationPayload_Fragment = { readonly status: RequestStatus, readonly retryAfterSeconds: number | null, readonly replayed: boolean, readonly clientRequestToken: string | null, readonly association: Association_AssociationSnapshot_Fragment | null, readonly refusal:
    | RefusalDetails_ApprovalRequired_Fragment
    | RefusalDetails_AssociationAlreadyExists_Fragment
    | RefusalDetails_AssociationChanged_Fragment
    | RefusalDetails_AssociationNotFound_Fragment
    | RefusalDetails_ChangesLocked_Fragment
    | RefusalDetails_EksRefused_Fragment
    | RefusalDetails_InvalidInput_Fragment
    | RefusalDetails_PolicyDenied_Fragment
    | RefusalDetails_TokenReused_Fragment
    | RefusalDetails_VoteRefused_Fragment
   | null, readonly warnings: ReadonlyArray<WarningDetailsFragment>, readonly auditEntry: { readonly id: string, readonly operationId: string } };

type Payload_UpdatePodIdentityAssociationPayload_Fragment = { readonly expiresAt: string | null, readonly status: RequestStatus, readonly retryAfterSeconds: number | null, readonly replayed: boolean, readonly clientRequestToken: string | null, readonly association: Association_AssociationSnapshot_Fragment | null, readonly refusal:
    | RefusalDetails_ApprovalRequired_Fragment
    | RefusalDetails_AssociationAlreadyExists_Fragment
    | RefusalDetails_AssociationChanged_Fragment
    | RefusalDetails_AssociationNotFound_Fragment
    | RefusalDetails_ChangesLocked_Fragment
    | RefusalDetails_EksRefused_Fragment
    | RefusalDetails_InvalidInput_Fragment
    | RefusalDetails_PolicyDenied_Fragment
    | RefusalDetails_TokenReused_Fragment
    | RefusalDetails_VoteRefused_Fragment
   | null, readonly warnings: ReadonlyArray<WarningDetailsFragment>, readonly auditEntry: { readonly id: string, readonly operationId: string } };

export type PayloadFragment =
  | Payload_AdoptPodIdentityAssociationPayload_Fragment
  | Payload_CreatePodIdentityAssociationPayload_Fragment
  | Payload_DeletePodIdentityAssociationPayload_Fragment
  | Payload_TagPodIdentityAssociationPayload_Fragment
  | Payload_UntagPodIdentityAssociationPayload_Fragment
  | Payload_UpdatePodIdentityAssociationPayload_Fragment
;

export type CheckFragment = { readonly wouldBeAttempted: boolean, readonly onlyAsDryRun: boolean, readonly refusal:
    | RefusalDetails_ApprovalRequired_Fragment
    | RefusalDetails_AssociationAlreadyExists_Fragment
    | RefusalDetails_AssociationChanged_Fragment
    | RefusalDetails_AssociationNotFound_Fragment
    | RefusalDetails_ChangesLocked_Fragment
    | RefusalDetails_EksRefused_Fragment
    | RefusalDetails_InvalidInput_Fragment
    | RefusalDetails_PolicyDenied_Fragment
    | RefusalDetails_TokenReused_Fragment
    | RefusalDetails_VoteRefused_Fragment
   | null, readonly decision: { readonly allowed: boolean, readonly policyIds: ReadonlyArray<string>, readonly permittedBy: ReadonlyArray<string>, readonly approvalId: string | null, readonly violations: ReadonlyArray<ViolationFragment>, readonly needs: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null, readonly group: string, readonly count: number, readonly operation: OperationKind | null }> } | null, readonly existing: Association_PodIdentityAssociation_Fragment | null, readonly differences: ReadonlyArray<{ readonly field: string, readonly requested: string | null, readonly existing: string | null }> | null, readonly warnings: ReadonlyArray<WarningDetailsFragment>, readonly auditEntry: { readonly id: string, readonly operationId: string } };

export type ApprovalDetailsFragment = (
  { readonly operation: OperationKind, readonly onBehalfOf: string | null, readonly reason: string | null, readonly declaration: string | null, readonly requestedAt: string, readonly operationId: string | null, readonly principal: { readonly principalId: string, readonly kind: PrincipalKind }, readonly actor: { readonly principalId: string, readonly kind: PrincipalKind } | null, readonly target: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string }, readonly request: RequestDetailsFragment, readonly before: Association_AssociationSnapshot_Fragment | null }
  & ApprovalStatusFragment
);

export type RequestDetailsFragment = { readonly associationId: string | null, readonly roleArn: string | null, readonly targetRoleArn: string | null, readonly disableSessionTags: boolean | null, readonly policy: string | null, readonly tagKeys: ReadonlyArray<string>, readonly changes: ReadonlyArray<string>, readonly expiresAt: string | null, readonly ifExists: IfExists | null, readonly expectedRevision: number | null, readonly expectedModifiedAt: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }>, readonly expectedTags: ReadonlyArray<{ readonly key: string, readonly value: string }> | null };

export type AuditEntryDetailsFragment = { readonly id: string, readonly time: string, readonly event: AuditEvent, readonly operationId: string, readonly operationKind: OperationKind, readonly onBehalfOf: string | null, readonly reason: string | null, readonly declaration: string | null, readonly refusalCode: RefusalCode | null, readonly message: string | null, readonly associationArn: string | null, readonly eksRequestId: string | null, readonly approvalId: string | null, readonly principal: { readonly principalId: string, readonly kind: PrincipalKind }, readonly actor: { readonly principalId: string, readonly kind: PrincipalKind } | null, readonly target: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string } | null, readonly request: RequestDetailsFragment | null, readonly decision: { readonly allowed: boolean, readonly policyIds: ReadonlyArray<string>, readonly approvalId: string | null, readonly violations: ReadonlyArray<ViolationFragment> } | null, readonly deleteDecision: { readonly allowed: boolean, readonly policyIds: ReadonlyArray<string>, readonly approvalId: string | null, readonly violations: ReadonlyArray<ViolationFragment> } | null };

export type CreatePodIdentityAssociationMutationVariables = Exact<{
  input: CreatePodIdentityAssociationInput;
}>;


export type CreatePodIdentityAssociationMutation = { readonly createPodIdentityAssociation: Payload_CreatePodIdentityAssociationPayload_Fragment };

export type UpdatePodIdentityAssociationMutationVariables = Exact<{
  input: UpdatePodIdentityAssociationInput;
}>;


export type UpdatePodIdentityAssociationMutation = { readonly updatePodIdentityAssociation: Payload_UpdatePodIdentityAssociationPayload_Fragment };

export type DeletePodIdentityAssociationMutationVariables = Exact<{
  input: DeletePodIdentityAssociationInput;
}>;


export type DeletePodIdentityAssociationMutation = { readonly deletePodIdentityAssociation: Payload_DeletePodIdentityAssociationPayload_Fragment };

export type AdoptPodIdentityAssociationMutationVariables = Exact<{
  input: AdoptPodIdentityAssociationInput;
}>;


export type AdoptPodIdentityAssociationMutation = { readonly adoptPodIdentityAssociation: Payload_AdoptPodIdentityAssociationPayload_Fragment };

export type TagPodIdentityAssociationMutationVariables = Exact<{
  input: TagPodIdentityAssociationInput;
}>;


export type TagPodIdentityAssociationMutation = { readonly tagPodIdentityAssociation: Payload_TagPodIdentityAssociationPayload_Fragment };

export type UntagPodIdentityAssociationMutationVariables = Exact<{
  input: UntagPodIdentityAssociationInput;
}>;


export type UntagPodIdentityAssociationMutation = { readonly untagPodIdentityAssociation: Payload_UntagPodIdentityAssociationPayload_Fragment };

export type CheckCreatePodIdentityAssociationQueryVariables = Exact<{
  input: CreatePodIdentityAssociationInput;
}>;


export type CheckCreatePodIdentityAssociationQuery = { readonly checkCreatePodIdentityAssociation: CheckFragment | null };

export type CheckUpdatePodIdentityAssociationQueryVariables = Exact<{
  input: UpdatePodIdentityAssociationInput;
}>;


export type CheckUpdatePodIdentityAssociationQuery = { readonly checkUpdatePodIdentityAssociation: CheckFragment | null };

export type CheckDeletePodIdentityAssociationQueryVariables = Exact<{
  input: DeletePodIdentityAssociationInput;
}>;


export type CheckDeletePodIdentityAssociationQuery = { readonly checkDeletePodIdentityAssociation: CheckFragment | null };

export type CheckAdoptPodIdentityAssociationQueryVariables = Exact<{
  input: AdoptPodIdentityAssociationInput;
}>;


export type CheckAdoptPodIdentityAssociationQuery = { readonly checkAdoptPodIdentityAssociation: CheckFragment | null };

export type CheckTagPodIdentityAssociationQueryVariables = Exact<{
  input: TagPodIdentityAssociationInput;
}>;


export type CheckTagPodIdentityAssociationQuery = { readonly checkTagPodIdentityAssociation: CheckFragment | null };

export type CheckUntagPodIdentityAssociationQueryVariables = Exact<{
  input: UntagPodIdentityAssociationInput;
}>;


export type CheckUntagPodIdentityAssociationQuery = { readonly checkUntagPodIdentityAssociation: CheckFragment | null };

export type EnsureDetailsFragment = { readonly status: RequestStatus, readonly change: EnsureChange | null, readonly isSettled: boolean, readonly expiresAt: string | null, readonly retryAfterSeconds: number | null, readonly clientRequestToken: string | null, readonly differences: ReadonlyArray<{ readonly field: string, readonly requested: string | null, readonly existing: string | null }>, readonly association: Association_AssociationSnapshot_Fragment | null, readonly refusal:
    | RefusalDetails_ApprovalRequired_Fragment
    | RefusalDetails_AssociationAlreadyExists_Fragment
    | RefusalDetails_AssociationChanged_Fragment
    | RefusalDetails_AssociationNotFound_Fragment
    | RefusalDetails_ChangesLocked_Fragment
    | RefusalDetails_EksRefused_Fragment
    | RefusalDetails_InvalidInput_Fragment
    | RefusalDetails_PolicyDenied_Fragment
    | RefusalDetails_TokenReused_Fragment
    | RefusalDetails_VoteRefused_Fragment
   | null, readonly warnings: ReadonlyArray<WarningDetailsFragment>, readonly auditEntry: { readonly id: string, readonly operationId: string } | null };

export type EnsurePodIdentityAssociationMutationVariables = Exact<{
  input: EnsurePodIdentityAssociationInput;
}>;


export type EnsurePodIdentityAssociationMutation = { readonly ensurePodIdentityAssociation: EnsureDetailsFragment };

export type EnsureNoPodIdentityAssociationMutationVariables = Exact<{
  input: EnsureNoPodIdentityAssociationInput;
}>;


export type EnsureNoPodIdentityAssociationMutation = { readonly ensureNoPodIdentityAssociation: EnsureDetailsFragment };

export type EnsureCheckFragment = { readonly change: EnsureChange | null, readonly differences: ReadonlyArray<{ readonly field: string, readonly requested: string | null, readonly existing: string | null }>, readonly check: CheckFragment | null, readonly warnings: ReadonlyArray<WarningDetailsFragment> };

export type CheckEnsurePodIdentityAssociationQueryVariables = Exact<{
  input: EnsurePodIdentityAssociationInput;
}>;


export type CheckEnsurePodIdentityAssociationQuery = { readonly checkEnsurePodIdentityAssociation: EnsureCheckFragment | null };

export type CheckEnsureNoPodIdentityAssociationQueryVariables = Exact<{
  input: EnsureNoPodIdentityAssociationInput;
}>;


export type CheckEnsureNoPodIdentityAssociationQuery = { readonly checkEnsureNoPodIdentityAssociation: EnsureCheckFragment | null };

export type CheckedChangeDetailsFragment = { readonly change: EnsureChange | null, readonly wouldBeAttempted: boolean, readonly onlyAsDryRun: boolean, readonly unknownRoles: ReadonlyArray<string>, readonly revision: number, readonly refusal:
    | RefusalDetails_ApprovalRequired_Fragment
    | RefusalDetails_AssociationAlreadyExists_Fragment
    | RefusalDetails_AssociationChanged_Fragment
    | RefusalDetails_AssociationNotFound_Fragment
    | RefusalDetails_ChangesLocked_Fragment
    | RefusalDetails_EksRefused_Fragment
    | RefusalDetails_InvalidInput_Fragment
    | RefusalDetails_PolicyDenied_Fragment
    | RefusalDetails_TokenReused_Fragment
    | RefusalDetails_VoteRefused_Fragment
   | null, readonly decision: { readonly allowed: boolean, readonly policyIds: ReadonlyArray<string>, readonly violations: ReadonlyArray<ViolationFragment>, readonly needs: ReadonlyArray<{ readonly policyId: string, readonly message: string, readonly advice: string | null, readonly group: string, readonly count: number, readonly operation: OperationKind | null }> } | null, readonly existing: Association_AssociationSnapshot_Fragment | null, readonly differences: ReadonlyArray<{ readonly field: string, readonly requested: string | null, readonly existing: string | null }> | null, readonly warnings: ReadonlyArray<WarningDetailsFragment> };

export type BatchCheckQueryVariables = Exact<{
  input: CheckPodIdentityAssociationsInput;
}>;


export type BatchCheckQuery = { readonly checkPodIdentityAssociations: { readonly results: ReadonlyArray<CheckedChangeDetailsFragment>, readonly auditEntry: { readonly id: string, readonly operationId: string } } | null };

export type PodIdentityAssociationQueryVariables = Exact<{
  clusterName: string;
  associationId: string;
  accountId?: string | null | undefined;
  region?: string | null | undefined;
}>;


export type PodIdentityAssociationQuery = { readonly podIdentityAssociation: Association_PodIdentityAssociation_Fragment | null };

export type PodIdentityAssociationsQueryVariables = Exact<{
  clusterName: string;
  accountId?: string | null | undefined;
  region?: string | null | undefined;
  namespace?: string | null | undefined;
  serviceAccount?: string | null | undefined;
  roleArn?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PodIdentityAssociationsQuery = { readonly podIdentityAssociations: { readonly nodes: ReadonlyArray<{ readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string, readonly associationArn: string, readonly associationId: string, readonly ownerArn: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type AuditTrailQueryVariables = Exact<{
  scope: AuditScope;
  since?: string | null | undefined;
  until?: string | null | undefined;
  events?: ReadonlyArray<AuditEvent> | AuditEvent | null | undefined;
  roleArn?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditTrailQuery = { readonly auditTrail: { readonly nodes: ReadonlyArray<AuditEntryDetailsFragment>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type AssociationDriftQueryVariables = Exact<{
  clusterName: string;
  accountId?: string | null | undefined;
  region?: string | null | undefined;
  namespace?: string | null | undefined;
  source?: DriftSource | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AssociationDriftQuery = { readonly associationDrift: { readonly nodes: ReadonlyArray<{ readonly kind: DriftKind, readonly associationArn: string, readonly observedAt: string | null, readonly driftId: string | null, readonly association: Association_PodIdentityAssociation_Fragment | null, readonly differences: ReadonlyArray<{ readonly field: string, readonly requested: string | null, readonly existing: string | null }>, readonly lastEntry: { readonly id: string, readonly time: string, readonly event: AuditEvent, readonly operationId: string } | null }>, readonly coverage: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly isKnown: boolean, readonly firstScannedAt: string | null, readonly scannedAt: string | null, readonly failure: string | null, readonly goneSince: string | null } | null, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type AssociationsQueryVariables = Exact<{
  filter?: AssociationFilter | null | undefined;
  asOf?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AssociationsQuery = { readonly associations: { readonly nodes: ReadonlyArray<{ readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string, readonly roleArn: string, readonly associationArn: string, readonly associationId: string, readonly createdAt: string, readonly modifiedAt: string, readonly ownerArn: string | null, readonly disableSessionTags: boolean | null, readonly targetRoleArn: string | null, readonly externalId: string | null, readonly policy: string | null, readonly origin: AssociationOrigin, readonly operationId: string | null, readonly declaration: string | null, readonly seenOtherwiseBefore: string | null, readonly firstSeenAt: string, readonly observedAt: string, readonly seenOtherwiseAfter: string | null, readonly expiresAt: string | null, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }> }>, readonly coverage: ReadonlyArray<{ readonly accountId: string, readonly region: string, readonly clusterName: string, readonly isKnown: boolean, readonly firstScannedAt: string | null, readonly scannedAt: string | null, readonly failure: string | null, readonly goneSince: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type ClustersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ClustersQuery = { readonly clusters: { readonly nodes: ReadonlyArray<{ readonly accountId: string, readonly region: string, readonly clusterName: string, readonly environment: string, readonly mayList: boolean, readonly mayReadAuditTrail: boolean }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type NamespacesQueryVariables = Exact<{
  clusterName: string;
  accountId?: string | null | undefined;
  region?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type NamespacesQuery = { readonly namespaces: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly owners: ReadonlyArray<string>, readonly system: boolean, readonly mayList: boolean, readonly mayReadAuditTrail: boolean }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type BindableRolesQueryVariables = Exact<{
  clusterName: string;
  accountId?: string | null | undefined;
  region?: string | null | undefined;
  namespace: string;
  serviceAccount: string;
  tags?: ReadonlyArray<TagInput> | TagInput | null | undefined;
  onBehalfOf?: string | null | undefined;
}>;


export type BindableRolesQuery = { readonly bindableRoles: ReadonlyArray<{ readonly roleArn: string, readonly source: BindableRoleSource }> | null };

export type OperationQueryVariables = Exact<{
  id: string;
}>;


export type OperationQuery = { readonly operation: { readonly id: string, readonly kind: OperationKind, readonly status: OperationStatus, readonly startedAt: string, readonly completedAt: string | null, readonly associationArn: string | null, readonly approvalId: string | null, readonly refusalCode: RefusalCode | null, readonly message: string | null, readonly retryAfterSeconds: number | null, readonly target: { readonly accountId: string, readonly region: string, readonly clusterName: string, readonly namespace: string, readonly serviceAccount: string } | null, readonly entries: ReadonlyArray<AuditEntryDetailsFragment> } | null };

export type OpenOperationsQueryVariables = Exact<{
  first?: number | null | undefined;
}>;


export type OpenOperationsQuery = { readonly openOperations: ReadonlyArray<{ readonly operationId: string, readonly kind: OperationKind, readonly startedAt: string, readonly attempts: number, readonly nextAttemptAt: string | null, readonly parked: ParkedReason | null, readonly message: string | null }> | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { readonly viewer: { readonly id: string, readonly kind: PrincipalKind, readonly groups: ReadonlyArray<string>, readonly sessionName: string | null, readonly actor: { readonly principalId: string, readonly kind: PrincipalKind, readonly groups: ReadonlyArray<string> } | null } };

export type ApprovalQueryVariables = Exact<{
  id: string;
}>;


export type ApprovalQuery = { readonly approval: ApprovalDetailsFragment | null };

export type PageUrlQueryVariables = Exact<{ [key: string]: never; }>;


export type PageUrlQuery = { readonly gateway: { readonly pageUrl: string | null } };

export type ApprovalsQueryVariables = Exact<{
  scope?: ApprovalScope | null | undefined;
  state?: ApprovalState | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ApprovalsQuery = { readonly approvals: { readonly nodes: ReadonlyArray<ApprovalDetailsFragment>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } | null };

export type HeldRequestQueryVariables = Exact<{
  id: string;
}>;


export type HeldRequestQuery = { readonly approval: (
    { readonly clientRequestToken: string | null, readonly outcome: { readonly status: OperationStatus, readonly refusalCode: RefusalCode | null } | null }
    & ApprovalDetailsFragment
  ) | null };

export type WithdrawApprovalMutationVariables = Exact<{
  input: WithdrawApprovalInput;
}>;


export type WithdrawApprovalMutation = { readonly withdrawApproval: VotePayloadFragment };

export type ApproveMutationVariables = Exact<{
  input: ApproveInput;
}>;


export type ApproveMutation = { readonly approve: VotePayloadFragment };

export type RejectMutationVariables = Exact<{
  input: RejectInput;
}>;


export type RejectMutation = { readonly reject: VotePayloadFragment };

export type VotePayloadFragment = { readonly approval: ApprovalDetailsFragment | null, readonly refusal:
    | RefusalDetails_ApprovalRequired_Fragment
    | RefusalDetails_AssociationAlreadyExists_Fragment
    | RefusalDetails_AssociationChanged_Fragment
    | RefusalDetails_AssociationNotFound_Fragment
    | RefusalDetails_ChangesLocked_Fragment
    | RefusalDetails_EksRefused_Fragment
    | RefusalDetails_InvalidInput_Fragment
    | RefusalDetails_PolicyDenied_Fragment
    | RefusalDetails_TokenReused_Fragment
    | RefusalDetails_VoteRefused_Fragment
   | null, readonly auditEntry: { readonly id: string, readonly operationId: string } };
