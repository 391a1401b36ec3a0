import type { Ledger } from '../ledger/ledger.ts';
import type { OperationKind } from '../model/operation.ts';
import type { MutationCall } from './terms/admission.ts';
import { executeIfApproved } from './approvals/hold.ts';
import type { ApprovalPorts } from './approvals/hold.ts';
import type { Operation } from './terms/operation.ts';
import { redactFor } from './terms/refusals.ts';
import type { MutationResult } from './terms/result.ts';
import { answerRefused } from './terms/answers-without-claim.ts';
import { admit } from './flow/admit.ts';
import type { AdmissionPorts } from './flow/admit.ts';

// The request flow of every mutation, one step a file:
//
//   admit    flow/admit.ts       validate · load the target · authorize, with role attributes where
//                                policy uses them · check the precondition · authorize the delete
//                                at an earlier expiry
//   approve  approvals/hold.ts   where policy asks for approvals: read record and approval; execute,
//                                or ask, wait, refuse
//   execute  flow/execute.ts     claim:  transaction 1, idempotency record + INTENT, or + the refusal
//                                        if the precondition is not met; the locks are read beside it
//                                effect: one EKS call, or observing that of an earlier lease holder
//                                record: transaction 2, idempotency record + outcome

/** What mutations are admitted, approved and executed with. */
export interface MutationPorts extends AdmissionPorts, ApprovalPorts {
  readonly ledger: Ledger;
}

/**
 * Runs a mutation. Throws `EksReadFailed` where the target can't be read, and `LedgerUnavailable`
 * where nothing can be recorded; in both cases no change was sent to EKS.
 */
export async function mutate<Kind extends OperationKind>(
  ports: MutationPorts,
  operation: Operation<Kind>,
  call: MutationCall<Kind>,
): Promise<MutationResult> {
  const admission = await admit(ports, operation, call, { isDryRun: false });
  if (admission.kind === 'refused') {
    return redactFor(ports.authorize, admission.authorization, await answerRefused(ports, admission));
  }
  const { mutation } = admission;
  const result = await executeIfApproved(ports, operation, mutation);
  const adopted = result.adopted ? result.association : null;
  const differences = (adopted && operation.differences(mutation.request, adopted)) ?? [];
  return redactFor(ports.authorize, mutation.authorization, { ...result, differences });
}
