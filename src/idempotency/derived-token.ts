import { stringify } from 'safe-stable-stringify';
import { sha256 } from './record.ts';

// The tokens of desired states are derived from what is desired and what was read. One that was used
// says nothing of a later time: its final answer is not returned to a desired state, and a refusal
// leaves it free, so that a cause that is fixed needs no other token.

const prefix = 'ensure-';

/** The token of a change that a desired state needs, from all that it was chosen by. */
export function derivedToken(chosenBy: readonly unknown[]): string {
  return `${prefix}${sha256(stringify(chosenBy))}`;
}

/** Whether a token is one of a desired state: also where its change is resumed by the mutation itself. */
export function isDerivedToken(clientRequestToken: string): boolean {
  return /^ensure-[0-9a-f]{64}$/.test(clientRequestToken);
}
