import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { unwrapResolverError } from '@apollo/server/errors';
import { EksReadFailed } from '../eks/eks.ts';
import type { EksError } from '../eks/eks.ts';
import { LedgerUnavailable } from '../ledger/ledger.ts';
import type { Violation } from '../model/decision.ts';
import type { Finding } from '../model/refusal.ts';

/** Codes of top-level errors that are the gateway's own; Apollo Server's stand beside them. */
export type ErrorCode =
  'UNAUTHENTICATED' | 'FORBIDDEN' | 'LEDGER_UNAVAILABLE' | 'EKS_READ_FAILED' | 'INTERNAL_SERVER_ERROR';

/** Nobody is known to be asking. */
export function unauthenticated(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });
}

/** Arguments of a query break rules: all of them, with what to do about each. */
export function badUserInput(findings: readonly Finding[]): GraphQLError {
  return new GraphQLError(sentences(findings), { extensions: { code: 'BAD_USER_INPUT', findings } });
}

/** Policy does not let the caller read this: all reasons, with what to do about each. */
export function forbidden(violations: readonly Violation[]): GraphQLError {
  return new GraphQLError(sentences(violations), { extensions: { code: 'FORBIDDEN', violations } });
}

function sentences(reasons: readonly { readonly message: string; readonly advice: string | null }[]): string {
  return reasons.flatMap(({ message, advice }) => [message, advice ?? []].flat()).join(' ');
}

/** EKS gave no answer to a read. Nothing is changed by reads, so to ask again is safe. */
export function eksReadFailed({ exception, message }: EksError): GraphQLError {
  return new GraphQLError(`EKS could not be asked: ${message} Ask again.`, {
    extensions: { code: 'EKS_READ_FAILED', exception },
  });
}

/** Codes of what callers did wrong. */
const mistakes: readonly unknown[] = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
];

/** Codes whose message was written for the caller, here or by Apollo Server. */
const spoken: readonly unknown[] = [...mistakes, 'EKS_READ_FAILED'];

/** Whether an error is the caller's to mend, and no operator needs to look at it. */
export function isMistake({ extensions }: GraphQLError): boolean {
  return mistakes.includes(extensions.code);
}

/** What the caller reads of an error: of bugs and broken parts no more than that there is one; the log has the rest. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const thrown = unwrapResolverError(error);
  if (thrown instanceof EksReadFailed) {
    const { message, extensions } = eksReadFailed(thrown.eksError);
    return { ...formatted, message, extensions };
  }
  if (thrown instanceof LedgerUnavailable) {
    const message =
      'The ledger could not be reached, so nothing was asked of EKS. Send the same request with the same clientRequestToken again.';
    return { ...formatted, message, extensions: { code: 'LEDGER_UNAVAILABLE' } };
  }
  if (spoken.includes(formatted.extensions?.code)) return withoutStack(formatted);
  const message = 'Something broke inside the gateway. Its operators find it in the log, by the id of the request.';
  return { ...formatted, message, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}

function withoutStack({ extensions, ...formatted }: GraphQLFormattedError): GraphQLFormattedError {
  const { stacktrace: _, ...rest } = extensions ?? {};
  return { ...formatted, extensions: rest };
}
