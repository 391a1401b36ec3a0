import { HeaderMap } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { EksReadFailed } from '../eks/eks.ts';
import type { EksError } from '../eks/eks.ts';
import { isThrottling } from '../eks/errors.ts';
import { UnsupportedFormat } from '../ledger/format.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { Violation } from '../model/decision.ts';
import type { Finding } from '../model/refusal.ts';
import { outOfTime } from '../eks/paced.ts';
import type { QueryResult } from '../queries/query-result.ts';

/** The request carries no accepted identity. */
export function unauthenticated(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });
}

/** The principal sent more requests than it may. Nothing was done, so a mutation can be sent again with the same token. */
export function rateLimited(waitMs: number): GraphQLError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  const headers = new HeaderMap([['retry-after', String(retryAfterSeconds)]]);
  return new GraphQLError('Too many requests. Send the request again after retryAfterSeconds.', {
    extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds, http: { status: 429, headers } },
  });
}

/** The value of a query, or the error that the client gets. */
export function valueOf<Value>(result: QueryResult<Value>): Value {
  switch (result.kind) {
    case 'ok':
      return result.value;
    case 'invalid':
      throw badUserInput(result.findings);
    case 'denied':
      throw forbidden(result.violations);
    case 'eks-failed':
      throw eksReadFailed(result.error);
    case 'unsupported-format':
      throw unsupportedFormat(result.error, { endCursor: result.endCursor });
  }
}

/** Arguments of a query break rules: all findings, each with advice. */
function badUserInput(findings: readonly Finding[]): GraphQLError {
  return new GraphQLError(sentences(findings), { extensions: { code: 'BAD_USER_INPUT', findings } });
}

/** Policy denies the read: all violations, each with advice. */
function forbidden(violations: readonly Violation[]): GraphQLError {
  return new GraphQLError(sentences(violations), { extensions: { code: 'FORBIDDEN', violations } });
}

function sentences(reasons: readonly { readonly message: string; readonly advice: string | null }[]): string {
  return reasons.flatMap(({ message, advice }) => [message, advice ?? []].flat()).join(' ');
}

/**
 * EKS could not be read. Reads change nothing, so a retry is safe. EKS's own message names roles and actions of the
 * gateway, so only the log has it.
 */
function eksReadFailed(eksError: EksError): GraphQLError {
  const { exception } = eksError;
  // Without a change, a request that ran out of time would do so again.
  const message = exception === outOfTime.exception ? eksError.message : `EKS answered ${exception}. Retry.`;
  return new GraphQLError(`Could not read from EKS: ${message}`, {
    extensions: { code: 'EKS_READ_FAILED', exception },
    originalError: new EksReadFailed(eksError),
  });
}

/** Another version of the gateway wrote an item: usually a deployment is in progress. The log names the item. */
function unsupportedFormat(originalError: UnsupportedFormat, page: { readonly endCursor?: string } = {}): GraphQLError {
  const message =
    'Another version of the gateway wrote an item that this one cannot read. Retry in a minute: a deployment may be in progress.' +
    (page.endCursor === undefined ? '' : ' To read the older entries, pass extensions.endCursor as after.');
  const extensions = { code: 'LEDGER_FORMAT_UNSUPPORTED', retryable: true, retryAfterSeconds: 60, ...page };
  return new GraphQLError(message, { extensions, originalError });
}

/** Codes of errors that the client caused. */
const clientErrors: readonly unknown[] = [
  'UNAUTHENTICATED',
  'RATE_LIMITED',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
];

/** Codes whose message is meant for the client, written here or by Apollo Server. */
const publicErrors: readonly unknown[] = [...clientErrors, 'EKS_READ_FAILED', 'LEDGER_FORMAT_UNSUPPORTED'];

/** Whether the client caused an error, so that it needs no operator. */
export function isClientError({ extensions }: GraphQLError): boolean {
  return clientErrors.includes(extensions.code);
}

/** Whether EKS throttled a read, so that it succeeds later and needs no operator. */
export function isThrottledRead(error: GraphQLError): boolean {
  const thrown = unwrapResolverError(error);
  return isThrottling(thrown instanceof EksReadFailed ? thrown.eksError.exception : error.extensions.exception);
}

/** The error that the client gets. Bugs and failed dependencies are masked; the log has the details. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const thrown = unwrapResolverError(error);
  if (thrown instanceof EksReadFailed) {
    const { message, extensions } = eksReadFailed(thrown.eksError);
    return { ...formatted, message, extensions };
  }
  if (thrown instanceof UnsupportedFormat && formatted.extensions?.code !== 'LEDGER_FORMAT_UNSUPPORTED') {
    const { message, extensions } = unsupportedFormat(thrown);
    return { ...formatted, message, extensions };
  }
  if (thrown instanceof LedgerUnavailable) {
    const message = 'The ledger is unavailable. Retry; send a mutation again with the same clientRequestToken.';
    return { ...formatted, message, extensions: { code: 'LEDGER_UNAVAILABLE' } };
  }
  if (publicErrors.includes(formatted.extensions?.code)) return withoutStack(formatted);
  const message = 'Internal error. Give the request ID to the operators of the gateway: their log has the details.';
  return { ...formatted, message, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}

function withoutStack({ extensions, ...formatted }: GraphQLFormattedError): GraphQLFormattedError {
  const { stacktrace: _, ...rest } = extensions ?? {};
  return { ...formatted, extensions: rest };
}
