import type { ChangeResult, EksError, RejectedOutcome } from './eks.ts';

/** What an error of the SDK or of the network can carry; all of it is optional. */
interface Raised {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** Errors of Node.js that mean that no connection came about, so no byte of a request was sent. */
const notConnected: readonly unknown[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** EKS throttles under these names, which the service model does not list for these operations. */
const throttling: readonly unknown[] = ['ThrottlingException', 'TooManyRequestsException', 'Throttling'];

/** EKS's name for an association of the service account that is there already, and its words with the id. */
const alreadyExists = /Association already exists: (a-[a-z0-9]+)/;

/** The words of what the SDK or the network threw. */
export function eksErrorOf(error: unknown): EksError {
  const raised = (error ?? {}) as Raised;
  const code = typeof raised.code === 'string' ? raised.code : null;
  return {
    exception: code ?? (typeof raised.name === 'string' ? raised.name : 'Error'),
    message: typeof raised.message === 'string' && raised.message !== '' ? raised.message : (code ?? 'No message.'),
    requestId: raised.$metadata?.requestId ?? null,
  };
}

/** True when Describe says that there is no such association (or no such cluster). */
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
