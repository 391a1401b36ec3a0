import { GraphQLError } from 'graphql';

/** The most rows (associations and entries, wherever they stand) of one answer: some 5 MB, of the 6 MB that Lambda answers with. */
export const maxRows = 5_000;

/** Counts the rows of one answer. Throws what the caller reads once there are too many. */
export type TakeRows = (count: number) => void;

/** A count for one request. */
export function countRows(): TakeRows {
  let taken = 0;
  return (count) => {
    taken += count;
    if (taken <= maxRows) return;
    const message = `The answer would hold more than ${maxRows} associations and entries. Ask for fewer at a time, with first.`;
    throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
  };
}
