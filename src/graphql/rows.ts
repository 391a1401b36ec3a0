import { GraphQLError } from 'graphql';
import type { TakeRows } from '../queries/request-context.ts';

/** Maximum number of rows (associations and entries, at any depth) of one answer: about 5 MB of the 6 MB that Lambda allows. */
const maxRows = 5_000;

/** Creates the counter of one request. */
export function countRows(): TakeRows {
  let taken = 0;
  return (count) => {
    taken += count;
    if (taken <= maxRows) return;
    const message = `The answer would have more than ${maxRows} associations and entries. Request fewer at a time with first.`;
    throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
  };
}
