import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { MutationResult } from '../../../client/src/client/result.ts';
import type { Change } from '../declaration/planner.ts';
import type { Mutate } from '../declaration/sending.ts';
import { adoptionInput } from './check.ts';
import type { Recorded } from './check.ts';

/**
 * Makes the function that sends an adoption. Its token follows from what is adopted: a second run,
 * or another at the same time, has no effect.
 *
 * @param asksAgain whether to ask for another approval if one of an earlier run was rejected or
 *   expired, which is final for its token. The next token also follows from the id of that
 *   approval, so that runs at the same time ask for one.
 */
export function makeSend(client: GatewayClient, recorded: Recorded, asksAgain: boolean): Mutate {
  const tokens = new Map<Change, string>();
  return async (change, options) => {
    const first = `adopt-${change.associationId}-${change.expectedModifiedAt}`;
    let token = tokens.get(change) ?? first;
    for (;;) {
      tokens.set(change, token);
      const input = { ...adoptionInput(change, recorded), clientRequestToken: token };
      const result = await client.adoptPodIdentityAssociation(input, options);
      const approvalId = endedApprovalOf(result);
      // An approval that ends while this run waits for it answers this run.
      if (!asksAgain || options.waitForApproval !== undefined || approvalId === null) return result;
      const next = `${first}-${approvalId}`;
      if (next === token) return result;
      token = next;
    }
  };
}

/** The id of the approval whose end is the final answer of a token; null for other results. */
function endedApprovalOf(result: MutationResult): string | null {
  if (result.kind !== 'refused' || result.refusal.__typename !== 'ApprovalRequired') return null;
  const { code, approval } = result.refusal;
  return code === 'APPROVAL_REJECTED' || code === 'APPROVAL_EXPIRED' ? (approval?.id ?? null) : null;
}
