import type { CommandError, ErrorDetails } from '../aws/errors.ts';
import { approvalRequiredCode, GeneralError, ServiceError } from '../aws/errors.ts';
import type { Value } from '../aws/value.ts';
import type { GatewayError } from '../../../client/src/client/errors.ts';
import type { InProgress, Refusal, Refused } from '../../../client/src/client/result.ts';
import { personalAdvice } from '../../../client/src/client/refusal-words.ts';
import { approvalFields, approvalLines } from './approvals.ts';

/** The exceptions of EKS that scripts know, by the codes of the gateway that mean the same. */
const exceptions: Readonly<Record<string, string>> = {
  APPROVAL_NOT_FOUND: 'ResourceNotFoundException',
  APPROVAL_NOT_PENDING: 'InvalidRequestException',
  ASSOCIATION_ALREADY_EXISTS: 'ResourceInUseException',
  ASSOCIATION_LIMIT_EXCEEDED: 'ResourceLimitExceededException',
  ASSOCIATION_NOT_FOUND: 'ResourceNotFoundException',
  BAD_USER_INPUT: 'InvalidParameterException',
  CLUSTER_NOT_FOUND: 'ResourceNotFoundException',
  DECLARED_ELSEWHERE: 'ResourceInUseException',
  FORBIDDEN: 'AccessDeniedException',
  HTTP_403: 'AccessDeniedException',
  INTERNAL_SERVER_ERROR: 'ServerException',
  INVALID_INPUT: 'InvalidParameterException',
  LEDGER_UNAVAILABLE: 'ServiceUnavailableException',
  LEDGER_UNUSABLE: 'ServerException',
  POLICY_DENIED: 'AccessDeniedException',
  ROLE_NOT_FOUND: 'InvalidParameterException',
  THROTTLED: 'ThrottlingException',
  TOKEN_REUSED_WITH_DIFFERENT_INPUT: 'InvalidRequestException',
  TRUST_POLICY_INVALID: 'InvalidParameterException',
  UNAUTHENTICATED: 'UnrecognizedClientException',
};

/** Exceptions that have another name in the operations on tags. */
const exceptionsOfTags: Readonly<Record<string, string>> = {
  InvalidParameterException: 'BadRequestException',
  ResourceNotFoundException: 'NotFoundException',
  TAG_LIMIT_EXCEEDED: 'BadRequestException',
};

/** An exception by the name that an operation has for it. */
function exceptionFor(operation: string, name: string): string {
  return operation.endsWith('Resource') ? (exceptionsOfTags[name] ?? name) : name;
}

/** What a refusal of a change and of a vote have in common. */
type AnyRefused = Pick<Refused, 'refusal' | 'retryAfterSeconds' | 'clientRequestToken'> & {
  /** Null if the request wrote no entry. */
  readonly operationId: string | null;
};

/**
 * The error of what was refused, with what people need: the reason, the policy, and who can help.
 *
 * @param link to the approval that it waits for; null without one
 */
export function refusalError(
  operation: string,
  { refusal, ...result }: AnyRefused,
  link: string | null = null,
): CommandError {
  const { lines, fields } = refusalDetails(refusal, link);
  const token = result.clientRequestToken === null ? [] : [`Client request token: ${result.clientRequestToken}`];
  const code = exceptions[refusal.code] ?? exceptionOf(refusal) ?? refusal.code;
  const { operationId } = result;
  const operationLine = operationId === null ? `Code: ${refusal.code}` : `Operation: ${operationId} (${refusal.code})`;
  return new ServiceError(exceptionFor(operation, code), operation, refusal.message, {
    lines: [...lines, ...againLines(refusal, result), ...token, operationLine],
    fields: {
      ...fields,
      ...(operationId !== null && { OperationId: operationId }),
      ...(result.clientRequestToken !== null && { ClientRequestToken: result.clientRequestToken }),
    },
    ...(refusal.code === 'APPROVAL_REQUIRED' && { exitCode: approvalRequiredCode }),
  });
}

/** When and how to send a request again, if that can help. */
function againLines({ code }: Refusal, result: Omit<AnyRefused, 'refusal'>): readonly string[] {
  const { retryAfterSeconds, clientRequestToken } = result;
  if (code === 'APPROVAL_REQUIRED') {
    const withToken = clientRequestToken === null ? '' : ` with --client-request-token ${clientRequestToken}`;
    const again = `run the same command again${withToken}`;
    return [`Once it is approved: ${again} (--wait does so by itself).`];
  }
  if (retryAfterSeconds === null) return [];
  return [`Retry in ${retryAfterSeconds} s${clientRequestToken === null ? '' : ' with the same token'}.`];
}

function exceptionOf(refusal: Refusal): string | null {
  return refusal.__typename === 'EksRefused' ? refusal.exception : null;
}

/** What a refusal says beside its message. */
function refusalDetails(refusal: Refusal, link: string | null): ErrorDetails {
  const { advice, code, retryable } = refusal;
  const words = personalAdvice(refusal);
  return {
    lines: [...reasonsOf(refusal, link), ...(words === null || hasAdvice(refusal) ? [] : [`Advice: ${words}`])],
    fields: {
      RefusalCode: code,
      Retryable: retryable,
      ...(advice !== null && { Advice: advice }),
      ...fieldsOf(refusal),
      ...(link !== null && { Link: link }),
    },
  };
}

/** Whether the lines of a refusal have the advice already. */
function hasAdvice({ __typename, code }: Refusal): boolean {
  return __typename === 'PolicyDenied' || __typename === 'InvalidInput' || code === 'APPROVAL_REQUIRED';
}

/**
 * The reasons and differences of a refusal, a line each. Its message has those of policies and
 * findings. A type that is not known has none.
 */
function reasonsOf(refusal: Refusal, link: string | null): readonly string[] {
  switch (refusal.__typename) {
    case 'PolicyDenied':
      return refusal.violations.map(violationLine);
    case 'InvalidInput':
      return refusal.findings.map(({ path, advice }) => `- ${path}: ${advice}`);
    case 'ApprovalRequired':
      return approvalLines(refusal, link);
    case 'AssociationAlreadyExists':
    case 'AssociationChanged':
      return [
        ...(refusal.existing === null ? [] : [`Existing association: ${refusal.existing.associationId}`]),
        ...(refusal.differences ?? []).map(differenceLine),
      ];
    case 'EksRefused':
      return [`EKS: ${refusal.exception}: ${refusal.eksMessage}`];
    case 'ChangesLocked':
      return [`Locked by ${refusal.lockedBy} since ${refusal.lockedAt}: ${refusal.reason ?? 'no reason given'}`];
    case 'TokenReused':
      return [`Operation of the other request: ${refusal.originalOperationId}`];
    case 'AssociationNotFound':
    case 'VoteRefused':
    default:
      return [];
  }
}

function fieldsOf(refusal: Refusal): Readonly<Record<string, Value>> {
  if (refusal.__typename === 'InvalidInput') return { Findings: refusal.findings.map((finding) => ({ ...finding })) };
  if (refusal.__typename === 'ApprovalRequired') return approvalFields(refusal);
  if (refusal.__typename !== 'PolicyDenied') return {};
  return { Violations: refusal.violations.map((violation) => ({ ...violation })), Owners: refusal.owners };
}

interface Violation {
  readonly policyId: string;
  readonly message: string;
  readonly advice: string | null;
}

function violationLine({ policyId, message, advice }: Violation): string {
  return `- Policy ${policyId}: ${advice ?? message}`;
}

function differenceLine({
  field,
  requested,
  existing,
}: {
  field: string;
  requested: string | null;
  existing: string | null;
}) {
  return `- ${field}: requested ${requested ?? 'nothing'}, existing ${existing ?? 'nothing'}`;
}

/** The error of a change whose result is not known yet. */
export function inProgressError({ clientRequestToken, retryAfterSeconds, operationId }: InProgress): CommandError {
  const when = retryAfterSeconds === null ? '' : ` in ${retryAfterSeconds} s`;
  return new GeneralError(
    `The result is not known yet: the change may be done, or may still be made. Run the same command again${when} with --client-request-token ${clientRequestToken ?? ''} and --wait. Operation: ${operationId}`,
  );
}

/** The error of a request that the gateway answered with an error. */
export function gatewayFailure(operation: string, error: GatewayError): CommandError {
  const { exception, violations } = error.extensions;
  const code = exceptions[error.code] ?? (typeof exception === 'string' ? exception : error.code);
  const policies = Array.isArray(violations) ? (violations as readonly Violation[]).map(violationLine) : [];
  return new ServiceError(exceptionFor(operation, code), operation, error.message, {
    lines: [...policies, ...(error.requestId === null ? [] : [`Request ID: ${error.requestId}`])],
    fields: { Retryable: error.retryable, ...(error.requestId !== null && { RequestId: error.requestId }) },
  });
}
