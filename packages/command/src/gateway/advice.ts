import type { Succeeded } from '../../../client/src/client/result.ts';

/** The warnings after a change, a line each. */
export function adviceOf({ warnings, replayed }: Succeeded): readonly string[] {
  const repeated = replayed ? ['This is the recorded answer of an earlier request with the same token.'] : [];
  return [...repeated, ...warnings.map(({ message, advice }) => `${message} ${advice}`)];
}
