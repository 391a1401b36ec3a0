export type {
  AdoptPodIdentityAssociationInput,
  ApprovalQueryVariables,
  ApprovalsQueryVariables,
  ApproveInput,
  AssociationDriftQueryVariables,
  AuditEntryDetailsFragment as AuditEntry,
  AuditTrailQueryVariables,
  BatchCheckQueryVariables,
  BindableRolesQueryVariables,
  CheckedChangeDetailsFragment as CheckedChange,
  CheckedChangeInput,
  CheckFragment as CheckResult,
  ClustersQueryVariables,
  CreatePodIdentityAssociationInput,
  DeletePodIdentityAssociationInput,
  EnsureCheckFragment as EnsureCheckResult,
  EnsureNoPodIdentityAssociationInput,
  EnsurePodIdentityAssociationInput,
  NamespacesQueryVariables,
  OpenOperationsQueryVariables,
  OperationQueryVariables,
  PodIdentityAssociationQueryVariables,
  PodIdentityAssociationsQueryVariables,
  RejectInput,
  TagInput,
  TagPodIdentityAssociationInput,
  UntagPodIdentityAssociationInput,
  UpdatePodIdentityAssociationInput,
  VotePayloadFragment as VoteResult,
  WithdrawApprovalInput,
} from './generated/operations.ts';
export { embeddedTypes, possibleTypes } from './generated/possible-types.ts';
export type { Approval, ApprovalStatus, ApprovalWait, HeldRequest, MutationOptions } from './client/approval.ts';
export { approvalsByShortId, isShortApprovalId, shortApprovalId } from './client/short-ids.ts';
export { anonymous, bearer, sigV4 } from './client/auth.ts';
export type { Authentication, SigV4Settings } from './client/auth.ts';
export { makeGatewayClient } from './client/client.ts';
export type { CallOptions } from './client/call.ts';
export type { ClientSettings, GatewayClient } from './client/client.ts';
export type { EnsureChange, EnsureInProgress, EnsureRefused, EnsureResult, EnsureSucceeded } from './client/ensure.ts';
export { GatewayError, LostAnswerError, RegionMissingError, UnsentError } from './client/errors.ts';
export type { GatewayDocument, RequestOptions } from './client/own-document.ts';
export { pageLink } from './client/page-links.ts';
export { itemsOf } from './client/pages.ts';
export type { Page } from './client/pages.ts';
export type { Association, InProgress, MutationResult, Refusal, Refused, Succeeded, Warning } from './client/result.ts';
export { missingTags, personalAdvice, refusalWords, refusalWordsOf } from './client/refusal-words.ts';
export type { RefusalWords } from './client/refusal-words.ts';
export { resumedRequest, sendResumed } from './client/resume.ts';
export type { ResumedRequest } from './client/resume.ts';
export type { Retry, RetryLimits } from './client/retry.ts';
export type { AwsCredentials, UnsignedRequest } from './client/sign.ts';
export type { Fetch, HttpResponse } from './client/transport.ts';
export { verifyWebhook, WebhookVerificationError } from './client/webhook.ts';
export type { WebhookDelivery, WebhookVerification } from './client/webhook.ts';
