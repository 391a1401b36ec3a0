import { HeaderMap } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { EksReadFailed } from '../eks/eks.ts';
import type { EksError } from '../eks/eks.ts';
import { LedgerUnusable, UnsupportedFormat } from '../ledger/format.ts';
import { ClockWrong, LedgerUnavailable } from '../ledger/ledger-unavailable.ts';
import type { Violation } from '../model/decision.ts';
import type { Finding } from '../model/refusal.ts';
import { outOfTime } from '../eks/rate-limited.ts';
import type { QueryResult } from '../queries/terms/query-result.ts';
import { errorCodes, isErrorCode } from './error-codes.ts';
import type { ErrorCode } from './error-codes.ts';

type Extensions = Readonly<Record<string, unknown>>;

/**
 * An error with a code. `formatError` adds whether and when to retry by the code's row;
 * `retryAfterSeconds` in `extensions` overrides the row.
 */
function errorOf(code: ErrorCode, message: string, extensions: Extensions = {}, originalError?: Error): GraphQLError {
  return new GraphQLError(message, {
    extensions: { ...extensions, code },
    ...(originalError ? { originalError } : {}),
  });
}

/**
 * An error that prevents a request from being executed, with the HTTP status of its code. The log
 * has its cause.
 */
export function requestError(
  code: ErrorCode,
  message: string,
  extensions: Extensions = {},
  originalError?: Error,
): GraphQLError {
  return errorOf(code, message, { ...extensions, http: { status: errorCodes[code].status } }, originalError);
}

/**
 * The principal sent more requests than it may. Nothing was done, so a mutation can be sent again
 * with the same token.
 */
export function rateLimited(waitMs: number): GraphQLError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const headers = new HeaderMap([['retry-after', String(retryAfterSeconds)]]);
  return new GraphQLError('Too many requests. Send the request again after retryAfterSeconds.', {
    extensions: { code: 'RATE_LIMITED', retryAfterSeconds, http: { status: errorCodes.RATE_LIMITED.status, headers } },
  });
}

/**
 * A lock stops the reads of the principal, those in a cluster, or all. Says neither who set it nor
 * why: the caller may have stolen the token.
 */
export function readsLocked(): GraphQLError {
  return errorOf(
    'READS_LOCKED',
    'Operators have locked reads: by this principal, in this cluster, or all. Ask them: a retry does not help.',
  );
}

/**
 * Throws an error before a request is executed: with the status of its code, where a client is told
 * about it.
 */
export function notExecuted(thrown: unknown): never {
  const error = thrown instanceof GraphQLError ? thrown : errorOfException(thrown);
  const { code, ...extensions } = error?.extensions ?? {};
  if (error && isErrorCode(code)) throw requestError(code, error.message, extensions, error.originalError ?? undefined);
  throw thrown;
}

/** The value of a query, or the error that the client gets. */
export function valueOf<Value>(result: QueryResult<Value>): Value {
  switch (result.kind) {
    case 'ok':
      return result.value;
    case 'invalid':
      throw errorOf('BAD_USER_INPUT', sentences(result.findings), { findings: result.findings });
    case 'denied':
      throw errorOf('FORBIDDEN', sentences(result.violations), { violations: result.violations });
    case 'eks-failed':
      throw eksReadFailed(result.error);
    case 'unsupported-format':
      throw unsupportedFormat(result.error, { endCursor: result.endCursor });
  }
}

/** Variables of the wrong type: the request is not executed. */
export function wrongVariables(findings: readonly Finding[]): GraphQLError {
  return requestError('BAD_USER_INPUT', sentences(findings), { findings });
}

function sentences(reasons: readonly Pick<Finding | Violation, 'message' | 'advice'>[]): string {
  return reasons.flatMap(({ message, advice }) => [message, advice ?? []].flat()).join(' ');
}

/** The answer would exceed a limit. */
export function answerTooLarge(size: string, operation: OperationTypeNode | null): GraphQLError {
  const advice =
    operation === OperationTypeNode.MUTATION
      ? 'The mutation was carried out: send it again with the same clientRequestToken, and select fewer fields.'
      : 'Request fewer at a time with first, or select fewer fields.';
  return errorOf('ANSWER_TOO_LARGE', `The answer would have more than ${size}. ${advice}`);
}

/**
 * EKS could not be read. Reads change nothing, so a retry is safe. EKS's own message names roles
 * and actions of the gateway, so only the log has it.
 */
function eksReadFailed(eksError: EksError): GraphQLError {
  const { exception } = eksError;
  const failed = (message: string, extensions: Extensions = {}) =>
    errorOf(
      'EKS_READ_FAILED',
      `Could not read from EKS: ${message}`,
      { exception, ...extensions },
      new EksReadFailed(eksError),
    );
  // Without a change, a request that ran out of time would do so again.
  if (exception === outOfTime.exception) return failed(eksError.message, { retryAfterSeconds: null });
  if (exception.startsWith('AccessDenied')) {
    const message = 'EKS denies the gateway access. Tell its operators; their log has the details.';
    return failed(message, { retryAfterSeconds: null });
  }
  return failed(`EKS answered ${exception}. Retry.`);
}

/**
 * Another version of the gateway wrote an item: usually a deployment is in progress. The log names
 * the item.
 */
function unsupportedFormat(cause: Error, page: { readonly endCursor?: string } = {}): GraphQLError {
  const message =
    'Another version of the gateway wrote an item that this one cannot read. Retry in a minute: a deployment may be in progress.' +
    (page.endCursor === undefined ? '' : ' To read the older entries, pass extensions.endCursor as after.');
  return errorOf('LEDGER_FORMAT_UNSUPPORTED', message, page, cause);
}

/**
 * The error for an exception of a layer below; null if it is not one that a client is told about.
 */
export function errorOfException(thrown: unknown): GraphQLError | null {
  if (thrown instanceof EksReadFailed) return eksReadFailed(thrown.eksError);
  if (thrown instanceof UnsupportedFormat) return unsupportedFormat(thrown);
  // A stored value that a later version has added to an enum.
  if (thrown instanceof GraphQLError && /^Enum "\w+" cannot represent value/.test(thrown.message)) {
    return unsupportedFormat(thrown);
  }
  if (thrown instanceof LedgerUnusable) {
    const message =
      'The ledger rejects requests of this version of the gateway. Give the request ID to its operators: their log has the details.';
    return errorOf('LEDGER_UNUSABLE', message, {}, thrown);
  }
  if (thrown instanceof LedgerUnavailable) {
    const cause = thrown instanceof ClockWrong ? 'The clock of this instance is wrong.' : 'The ledger is unavailable.';
    const message = `${cause} Retry; send a mutation again with the same clientRequestToken.`;
    return errorOf('LEDGER_UNAVAILABLE', message, {}, thrown);
  }
  return null;
}
