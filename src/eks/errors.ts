import { characterCount, firstCharacters } from '../validation/text-rules.ts';
import type { ChangeResult, EksError, RejectedOutcome } from './eks.ts';

/** The properties that an error of the SDK or the network may have. */
interface Raised {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly __type?: unknown;
  /** Set if the response has the format of an AWS service. */
  readonly $fault?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/**
 * Error codes of Node.js that mean that no connection was established, so no byte of the request
 * was sent.
 */
const notConnected: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** Exceptions of EKS for throttling. The service model does not list them for these operations. */
const throttling: readonly unknown[] = ['ThrottlingException', 'TooManyRequestsException', 'Throttling'];

/** Whether an error is the throttling of EKS: the request succeeds later without a change. */
export function isThrottling(exception: unknown): boolean {
  return throttling.includes(exception);
}

/**
 * Whether an error says that the gateway lacks a right: EKS denied the call, or AWS STS the role
 * for it.
 */
export function isDenial(exception: string): boolean {
  return exception === 'AccessDenied' || exception === 'AccessDeniedException';
}

/**
 * Message of a ResourceInUseException: the service account already has the association with this
 * id.
 */
const alreadyExists = /Association already exists: ([a-z]-[a-z0-9]{17})(?![a-z0-9])/;

/**
 * The most characters of a message of EKS, and of its other texts: they are stored and returned.
 */
const maxMessageLength = 1_024;
const maxNameLength = 128;

/**
 * The exception, message and request id of an error that the SDK or the network threw, each of
 * bounded length. A response that is not one of AWS, e.g. the page of a proxy, is an
 * `UnexpectedResponse`: the SDK's own message shows its internals.
 */
export function eksErrorOf(error: unknown): EksError {
  const raised = (error ?? {}) as Raised;
  const { httpStatusCode: status, requestId = null } = raised.$metadata ?? {};
  if (status !== undefined && !isServiceException(raised)) {
    return unexpectedResponse(`The response with HTTP status ${status} does not have the format of AWS.`, requestId);
  }
  const code = typeof raised.code === 'string' ? raised.code : null;
  const message =
    typeof raised.message === 'string' && raised.message !== '' ? raised.message : (code ?? 'No message.');
  return bounded(code ?? (typeof raised.name === 'string' ? raised.name : 'Error'), message, requestId);
}

/** An error for a response that EKS never sends. */
export function unexpectedResponse(message: string, requestId: string | null): EksError {
  return bounded('UnexpectedResponse', message, requestId);
}

/** An error for a list whose pages do not end. */
export function endlessList(requestId: string | null): EksError {
  return unexpectedResponse('The token of the next page is empty, or that of an earlier page.', requestId);
}

function bounded(exception: string, message: string, requestId: string | null): EksError {
  return {
    exception: shortened(exception, maxNameLength),
    message: shortened(message, maxMessageLength),
    requestId: requestId === null ? null : shortened(requestId, maxNameLength),
  };
}

function shortened(text: string, length: number): string {
  return characterCount(text) > length ? `${firstCharacters(text, length - 1)}…` : text;
}

/** What the SDK calls an error response that does not name its exception. */
const unnamed: readonly string[] = ['Unknown', 'UnknownError'];

/** Whether a response is an exception of an AWS service. */
function isServiceException({ $fault, name }: Raised): boolean {
  return $fault !== undefined && typeof name === 'string' && /^[A-Za-z]/.test(name) && !unnamed.includes(name);
}

/**
 * Whether a response is an exception of EKS: of the REST protocol of AWS, so that a proxy can't
 * have written it by chance.
 */
function isEksException(raised: Raised): boolean {
  const { $response, $metadata, code, __type: type } = raised;
  const isNamed = Boolean($response?.headers?.['x-amzn-errortype']) || typeof type === 'string';
  return isServiceException(raised) && (isNamed || (typeof code === 'string' && $metadata?.requestId !== undefined));
}

/** Whether a request failed because EKS has no such association or cluster. */
export function isAbsent(error: unknown): boolean {
  const raised = (error ?? {}) as Raised;
  return isEksException(raised) && raised.name === 'ResourceNotFoundException';
}

/** Whether the message of a ResourceNotFoundException is about a cluster. */
export function isAbsentCluster(error: unknown): boolean {
  return isAbsent(error) && eksErrorOf(error).message.startsWith('No cluster found');
}

/** No credentials were there before the deadline. */
export class CredentialsTimeout extends Error {
  constructor() {
    super('AWS STS did not answer in time.');
    this.name = 'TimeoutError';
  }
}

/**
 * The result of a change for which no credentials could be had, so that nothing was sent. Where AWS
 * STS rejects the request, or there is nothing to sign it with, operators have to act; otherwise
 * the request succeeds later.
 */
export function credentialsFailure(error: unknown): Extract<ChangeResult, { kind: 'rejected' }> {
  const { $metadata, name } = (error ?? {}) as Raised;
  const status = $metadata?.httpStatusCode ?? 0;
  const isRejected = status >= 400 && status < 500 && status !== 429 && !isThrottling(name);
  const isDenied = isRejected || name === 'CredentialsProviderError';
  // The request id is one of STS: in the trail, it would be taken for one of EKS.
  const eksError = { ...eksErrorOf(error), requestId: null };
  return { kind: 'rejected', outcome: isDenied ? 'CREDENTIALS_DENIED' : 'CREDENTIALS_UNAVAILABLE', error: eksError };
}

/**
 * Thrown in place of sending a change: the clock of this process, with which it is signed, is
 * wrong.
 */
export class ClockWrong extends Error {
  constructor() {
    super('The clock of the gateway is wrong.');
    this.name = 'ClockWrong';
  }
}

/**
 * The result of a change that threw. Only an exception of EKS with a status 4xx and a connection
 * that was never established prove that the change had no effect; everything else is `unknown`.
 * Source of the names and messages: the EKS API reference and, where it says nothing, reports of
 * users.
 */
export function changeFailure(error: unknown): Exclude<ChangeResult, { kind: 'done' }> {
  const raised = (error ?? {}) as Raised;
  const eksError = eksErrorOf(error);
  const rejected = (outcome: RejectedOutcome) => ({ kind: 'rejected', outcome, error: eksError }) as const;
  if (error instanceof ClockWrong) return rejected('EKS_UNREACHABLE');
  const status = raised.$metadata?.httpStatusCode;
  if (status === undefined && notConnected.includes(raised.code)) return rejected('EKS_UNREACHABLE');
  // After a 408, EKS may still have processed the part of the request that it received.
  if (status === undefined || status < 400 || status >= 500 || status === 408 || !isEksException(raised)) {
    return { kind: 'unknown', error: eksError };
  }
  if (status === 429 || isThrottling(raised.name)) return rejected('THROTTLED');
  if (status === 401 || status === 403) return rejected('GATEWAY_ACCESS_DENIED');
  if (raised.name === 'ResourceInUseException') {
    return { kind: 'in-use', associationId: alreadyExists.exec(eksError.message)?.[1] ?? null, error: eksError };
  }
  // TagResource and UntagResource have a name of their own for it.
  if (raised.name === 'ResourceNotFoundException' || raised.name === 'NotFoundException')
    return { kind: 'not-found', error: eksError };
  if (raised.name === 'ResourceLimitExceededException') return rejected('ASSOCIATION_LIMIT_EXCEEDED');
  if (/^Role provided .*does not exist/.test(eksError.message)) return rejected('ROLE_NOT_FOUND');
  if (eksError.message.startsWith('Trust policy of the role')) return rejected('TRUST_POLICY_INVALID');
  return rejected('EKS_REFUSED');
}
