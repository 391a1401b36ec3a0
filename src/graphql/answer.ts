import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { answerTooLarge } from './errors.ts';
import { describeError } from './format-error.ts';
import { currentReport } from './request-report.ts';

/** The most errors of an answer; if there are more, the last one says how many. */
const maxErrors = 10;

/**
 * The most bytes of an answer. Lambda allows 6 MB for the JSON text in which the answer is one
 * string, with escaped quotes.
 */
const maxBytes = 5_000_000;
const maxEscapedBytes = 6_000_000;

/**
 * An answer as JSON, of bounded size: at most 10 errors, and an error in place of an answer of more
 * than 5 MB.
 */
export function stringifyAnswer({ errors, ...result }: FormattedExecutionResult): string {
  const text = JSON.stringify({ ...(errors ? { errors: boundedErrors(errors) } : {}), ...result });
  if (fits(text)) return text;
  return JSON.stringify({ errors: [describeError(answerTooLarge('5 MB', currentReport().operation))], data: null });
}

function boundedErrors(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  if (errors.length <= maxErrors) return errors;
  const [first] = errors.slice(maxErrors - 1);
  if (!first) return errors;
  const message = `${errors.length - maxErrors + 1} more errors are not listed. The first of them: ${first.message}`;
  return [...errors.slice(0, maxErrors - 1), { ...first, message }];
}

/**
 * Short texts are not measured: a character has at most three bytes in UTF-8, and at most two after
 * escaping.
 */
function fits(text: string): boolean {
  if (text.length * 3 <= maxBytes) return true;
  return Buffer.byteLength(text) <= maxBytes && Buffer.byteLength(JSON.stringify(text)) <= maxEscapedBytes;
}
