import { getLocation, Kind } from 'graphql';
import type { ASTNode, GraphQLError } from 'graphql';
import { firstCharacters } from '../validation/text-rules.ts';
import type { ErrorCode } from './error-codes.ts';

/**
 * The most characters of a message: those of graphql-js contain names of the document, of any
 * length.
 */
const maxMessageLength = 500;

/**
 * The message of an error that graphql-js or Apollo Server raised because of the client. Where
 * theirs can contain a value of the document or of a variable, which may be secret, this one has
 * the place and the expected type only.
 */
export function clientMessage(code: ErrorCode, error: GraphQLError): string {
  if (code === 'GRAPHQL_PARSE_FAILED') return syntaxMessage(error);
  if (code !== 'GRAPHQL_VALIDATION_FAILED') return error.message;
  return firstCharacters(literalMessage(error) ?? error.message, maxMessageLength);
}

/** The message of graphql-js for a document with too many tokens. */
const tooManyTokens = /Document contains more tha[nt] (\d+) tokens/;

function syntaxMessage(error: GraphQLError): string {
  const [, tokens] = tooManyTokens.exec(error.message) ?? [];
  if (tokens !== undefined) return `The document has more than ${tokens} tokens: send fewer fields at a time.`;
  const position = error.positions?.[0];
  const place = error.source && position !== undefined ? placeOf(getLocation(error.source, position)) : '';
  return `Syntax error${place}: the document is not GraphQL there. Pass values as variables.`;
}

const valueKinds: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
]);

/**
 * Beginnings of messages about a literal, as far as the name of the expected type; the value comes
 * after it.
 */
const expectedTypes = [
  /^Expected value of type "([\w[\]!]+)"/,
  /^Value "\w*" does not exist in "(\w+)" enum/,
  /^(?:Enum )?"?(\w+)"? cannot represent/,
];

/**
 * The message about a value that is written in the document; null if the error is about something
 * else.
 */
function literalMessage({ nodes, message }: GraphQLError): string | null {
  const [node] = nodes ?? [];
  if (!node || !valueKinds.has(node.kind)) return null;
  const type = expectedTypes.map((pattern) => pattern.exec(message)?.[1]).find(Boolean);
  // About a field that an object lacks: it has names of the schema only.
  if (type === undefined) return message;
  return `The value${nodePlace(node)} is not valid: ${expectedType(type)} is expected.`;
}

const typeHints: Readonly<Record<string, string>> = {
  DateTime: ', an RFC 3339 timestamp such as "2026-11-24T10:00:00Z",',
  Int: ', a whole number of at most 32 bits,',
};

/** A type that is expected somewhere, for a message. */
export function expectedType(name: string): string {
  return `a value of type ${name}${typeHints[name.replaceAll(/[[\]!]/g, '')] ?? ''}`;
}

function nodePlace({ loc }: ASTNode): string {
  return loc ? placeOf({ line: loc.startToken.line, column: loc.startToken.column }) : '';
}

function placeOf({ line, column }: { readonly line: number; readonly column: number }): string {
  return ` at line ${line}, column ${column}`;
}
