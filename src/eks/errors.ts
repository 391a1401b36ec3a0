import type { ChangeResult, EksError } from './eks.ts';

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
 * What a change that threw means. Only an answer of EKS that refuses (4xx), or no connection at all, is certain; the
 * rest is `unknown`. Names and messages: EKS API reference, and reports of users where it is silent.
 */
export function changeFailure(error: unknown): Exclude<ChangeResult, { kind: 'done' }> {
  const raised = (error ?? {}) as Raised;
  const eksError = eksErrorOf(error);
  const status = raised.$metadata?.httpStatusCode;
  if (status === undefined)
    return { kind: notConnected.includes(raised.code) ? 'unreachable' : 'unknown', error: eksError };
  // 408 says that the server stopped waiting for the request, not what it did with the part that came.
  if (status < 400 || status >= 500 || status === 408) return { kind: 'unknown', error: eksError };
  if (status === 429 || throttling.includes(raised.name)) return { kind: 'throttled', error: eksError };
  if (status === 401 || status === 403) return { kind: 'access-denied', error: eksError };
  if (raised.name === 'ResourceInUseException') {
    return { kind: 'in-use', associationId: alreadyExists.exec(eksError.message)?.[1] ?? null, error: eksError };
  }
  if (raised.name === 'ResourceNotFoundException') return { kind: 'not-found', error: eksError };
  if (raised.name === 'ResourceLimitExceededException') return { kind: 'limit-exceeded', error: eksError };
  if (/^Role provided .*does not exist/.test(eksError.message)) return { kind: 'role-not-found', error: eksError };
  if (eksError.message.startsWith('Trust policy of the role')) return { kind: 'trust-policy-invalid', error: eksError };
  return { kind: 'refused', error: eksError };
}
