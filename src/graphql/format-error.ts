import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { EksReadFailed } from '../eks/eks.ts';
import { isThrottling } from '../eks/errors.ts';
import type { Finding } from '../model/refusal.ts';
import { firstCharacters } from '../validation/text-rules.ts';
import { errorCodes, isErrorCode } from './error-codes.ts';
import type { ErrorCode } from './error-codes.ts';
import { errorOfException } from './errors.ts';
import { clientMessage } from './graphql-messages.ts';
import { currentReport } from './request-report.ts';

/** What an answer says about an error, apart from the fields that every error has. */
interface Described {
  readonly code: ErrorCode;
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** The most locations of an error: one that is about two fields has two. */
const maxLocations = 2;

/**
 * The error that the client gets, and its report for the log: every top-level error of every answer
 * passes here. It always has code, request ID, and whether and when to retry. Bugs and failed
 * services are masked; the log has the details.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { code, message, extensions } = describe(formatted, error);
  const { retryAfterSeconds = errorCodes[code].retryAfterSeconds, ...details } = extensions;
  const { requestId, errors } = currentReport();
  errors.push({
    code,
    path: formatted.path?.join('.') ?? findingPaths(extensions),
    level: levelOf(code, error),
    detail: detailOf(code, message, error),
  });
  const { locations, path } = formatted;
  return {
    message,
    ...(locations ? { locations: locations.slice(0, maxLocations) } : {}),
    ...(path ? { path } : {}),
    extensions: { ...details, code, requestId, retryable: retryAfterSeconds !== null, retryAfterSeconds },
  };
}

/** The error of an answer that Apollo Server does not make. */
export function describeError(error: GraphQLError): GraphQLFormattedError {
  const { http: _, ...extensions } = error.extensions;
  return formatError({ message: error.message, extensions }, error);
}

/** The error of a field that was resolved, and can't be answered after all. */
export function errorAt(path: readonly (string | number)[], error: unknown): GraphQLFormattedError {
  return formatError({ message: String(error), path }, error);
}

function describe(formatted: GraphQLFormattedError, error: unknown): Described {
  const { code, stacktrace: _, ...extensions } = formatted.extensions ?? {};
  if (isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR' && error instanceof GraphQLError) {
    return { code, message: clientMessage(code, error), extensions };
  }
  const known = errorOfException(rootCause(error));
  if (known) {
    const { code: knownCode, ...rest } = known.extensions;
    if (isErrorCode(knownCode)) return { code: knownCode, message: known.message, extensions: rest };
  }
  const argument = argumentMessage(error);
  if (argument !== null) return { code: 'BAD_USER_INPUT', message: argument, extensions: {} };
  const message = 'Internal error. Give the request ID to the operators of the gateway: their log has the details.';
  return { code: 'INTERNAL_SERVER_ERROR', message, extensions: {} };
}

/**
 * The message of an error that graphql-js raises during execution, if a variable has no value where
 * an argument needs one; null for other errors. Validation can't find it: such a variable has a
 * default, and the client gave null.
 */
function argumentMessage(error: unknown): string | null {
  const cause = rootCause(error);
  const argument = cause instanceof GraphQLError ? /^Argument "(\w+)" /.exec(cause.message)?.[1] : undefined;
  if (argument === undefined) return null;
  return `The argument ${argument} is not valid: a variable in it is null or has no value.`;
}

/**
 * What was thrown: graphql-js wraps it in an error with the place in the document, also if it is a
 * GraphQLError.
 */
function rootCause(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? rootCause(error.originalError) : error;
}

function findingPaths({ findings }: Described['extensions']): string | null {
  return Array.isArray(findings) ? findings.map(({ path }: Finding) => path).join(', ') : null;
}

function levelOf(code: ErrorCode, error: unknown): 'warn' | 'error' {
  if (errorCodes[code].causedBy === 'client') return 'warn';
  const thrown = rootCause(error);
  return thrown instanceof EksReadFailed && isThrottling(thrown.eksError.exception) ? 'warn' : 'error';
}

/** The most characters of an error's description in the log. */
const maxDetailLength = 2_000;

/** Why a request is not authenticated, and the stack and cause of an error of the gateway. */
function detailOf(code: ErrorCode, message: string, error: unknown): string | null {
  if (code === 'UNAUTHENTICATED') return message;
  if (errorCodes[code].causedBy === 'client') return null;
  const thrown = rootCause(error);
  if (!(thrown instanceof Error)) return firstCharacters(String(thrown), maxDetailLength);
  const { stack = thrown.message, cause } = thrown;
  const because = cause instanceof Error ? `Cause: ${cause.name}: ${cause.message}\n` : '';
  return firstCharacters(`${because}${stack}`, maxDetailLength);
}
