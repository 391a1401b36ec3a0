import type { ChangeResult, EksError, RejectedOutcome } from './eks.ts';

/** The properties that an error of the SDK or the network may have. */
interface Raised {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** Error codes of Node.js that mean that no connection was established, so no byte of the request was sent. */
const notConnected: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** Exceptions of EKS for throttling. The service model does not list them for these operations. */
const throttling: readonly unknown[] = ['ThrottlingException', 'TooManyRequestsException', 'Throttling'];

/** Message of a ResourceInUseException: the service account already has the association with this id. */
const alreadyExists = /Association already exists: ([a-z]-[a-z0-9]{17})(?![a-z0-9])/;

/** The exception, message and request id of an error that the SDK or the network threw. */
export function eksErrorOf(error: unknown): EksError {
  const raised = (error ?? {}) as Raised;
  const code = typeof raised.code === 'string' ? raised.code : null;
  return {
    exception: code ?? (typeof raised.name === 'string' ? raised.name : 'Error'),
    message: typeof raised.message === 'string' && raised.message !== '' ? raised.message : (code ?? 'No message.'),
    requestId: raised.$metadata?.requestId ?? null,
  };
}

/** An error for a response that lacks fields which EKS always returns. */
export function incompleteResponse(message: string, requestId: string | null): EksError {
  return { exception: 'IncompleteResponse', message, requestId };
}

/** True when a describe failed because the association, or its cluster, does not exist. */
export function isAbsent(error: unknown): boolean {
  return (error as Raised | null)?.name === 'ResourceNotFoundException';
}

/**
 * The result of a change that threw. Only a 4xx response and a connection that was never established prove that the change
 * had no effect; everything else is `unknown`. Source of the names and messages: the EKS API reference and, where it says
 * nothing, reports of users.
 */
export function changeFailure(error: unknown): Exclude<ChangeResult, { kind: 'done' }> {
  const raised = (error ?? {}) as Raised;
  const eksError = eksErrorOf(error);
  const rejected = (outcome: RejectedOutcome) => ({ kind: 'rejected', outcome, error: eksError }) as const;
  const status = raised.$metadata?.httpStatusCode;
  if (status === undefined && notConnected.includes(raised.code)) return rejected('EKS_UNREACHABLE');
  // After a 408, EKS may still have processed the part of the request that it received.
  if (status === undefined || status < 400 || status >= 500 || status === 408) {
    return { kind: 'unknown', error: eksError };
  }
  if (status === 429 || throttling.includes(raised.name)) return rejected('THROTTLED');
  if (status === 401 || status === 403) return rejected('GATEWAY_ACCESS_DENIED');
  if (raised.name === 'ResourceInUseException') {
    return { kind: 'in-use', associationId: alreadyExists.exec(eksError.message)?.[1] ?? null, error: eksError };
  }
  if (raised.name === 'ResourceNotFoundException') return { kind: 'not-found', error: eksError };
  if (raised.name === 'ResourceLimitExceededException') return rejected('ASSOCIATION_LIMIT_EXCEEDED');
  if (/^Role provided .*does not exist/.test(eksError.message)) return rejected('ROLE_NOT_FOUND');
  if (eksError.message.startsWith('Trust policy of the role')) return rejected('TRUST_POLICY_INVALID');
  return rejected('EKS_REFUSED');
}
