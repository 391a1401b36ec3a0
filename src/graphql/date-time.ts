import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import type { ValueNode } from 'graphql';
import { parseTimestamp, utcTimestamp } from '../validation/timestamps.ts';

/**
 * The scalar `DateTime`: RFC 3339 text, as `parseTimestamp` reads it. Inputs keep the text of the
 * client, since comparisons need its fraction of a second; answers are in UTC with milliseconds.
 * Errors don't contain the value.
 */
export const dateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  parseValue: (value) => timestampOf(value),
  parseLiteral: (node) => timestampOf(node.kind === Kind.STRING ? node.value : null, node),
  serialize: (value) => {
    const text = utcTimestamp(value);
    if (text === null) throw new Error('A resolver returned a value for DateTime that is not an RFC 3339 timestamp.');
    return text;
  },
});

function timestampOf(value: unknown, node?: ValueNode): string {
  if (typeof value === 'string' && parseTimestamp(value) !== null) return value;
  const nodes = node ? { nodes: node } : {};
  throw new GraphQLError('DateTime cannot represent a value that is not an RFC 3339 timestamp.', nodes);
}
