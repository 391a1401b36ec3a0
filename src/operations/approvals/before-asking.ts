import type { Conclusion, RefusedConclusion } from '../../idempotency/conclusion.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { ApprovalNeed } from '../../model/approval-vote.ts';
import { hasTrait, namedExpiries } from '../../model/operation.ts';
import type { OperationKind } from '../../model/operation.ts';
import { refusalFields } from '../../model/refusal.ts';
import type { ApprovalRefusal } from '../../model/refusal.ts';
import type { Clock } from '../../runtime/clock.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { AdmittedMutation } from '../terms/admission.ts';
import { hiddenFrom } from '../terms/hidden.ts';
import type { AdoptionPorts, Operation } from '../terms/operation.ts';

/** What is read before approvers are asked. */
export interface BeforeAskingPorts extends AdoptionPorts {
  /** Null in a function that answers no requests. */
  readonly associations: AssociationReads | null;
  readonly clock: Clock;
}

/** Why approvers need not be asked. */
export type Settled =
  /** The service account has an association, as EKS would answer a create. */
  | { readonly kind: 'refused'; readonly conclusion: RefusedConclusion }
  /** The create adopts the equal association that exists. */
  | { readonly kind: 'adopted'; readonly conclusion: Conclusion }
  | { readonly kind: 'unchanged' };

/**
 * What is known of a request before anyone is asked to approve it; null: it would change something.
 * An association that the principal may not view counts as absent, so that asking does not tell
 * which exist. Throws `EksReadFailed` and `LedgerUnavailable`.
 */
export async function settledBefore<Kind extends OperationKind>(
  ports: BeforeAskingPorts,
  operation: Pick<Operation<Kind>, 'foresee' | 'differences'>,
  mutation: AdmittedMutation<Kind>,
): Promise<Settled | null> {
  if (hasTrait('updates', mutation)) {
    return (await changesNothing(ports, operation, mutation)) ? { kind: 'unchanged' } : null;
  }
  if (!hasTrait('creates', mutation)) return null;
  const conclusion = await operation.foresee(ports, mutation);
  if (conclusion === null) return null;
  const { refusal } = conclusion;
  if (refusal === null) return { kind: 'adopted', conclusion };
  const existing = refusal.kind === 'AssociationAlreadyExists' ? refusal.existing : null;
  if (existing && hiddenFrom(ports, mutation.authorization, existing)) return null;
  return { kind: 'refused', conclusion: { ...conclusion, refusal } as RefusedConclusion };
}

/** Whether an association has all that an update names already, also the expiry. */
async function changesNothing<Kind extends OperationKind>(
  { associations, clock }: BeforeAskingPorts,
  { differences }: Pick<Operation<Kind>, 'differences'>,
  mutation: AdmittedMutation<Kind>,
): Promise<boolean> {
  const { operation, request, before, target } = mutation;
  if (before === null || differences(request, before)?.length !== 0) return false;
  const expiresAt = namedExpiries[operation](request);
  if (expiresAt === undefined) return true;
  if (associations === null) return false;
  const { accountId, region, clusterName, namespace, serviceAccount } = target;
  const reading = associations.getAssociationState({ accountId, region, clusterName, namespace, serviceAccount });
  const state = await withDeadline(effectDeadline(mutation) - clock(), reading, ledgerTimeout);
  const present = state?.expiry?.associationId === before.associationId ? state.expiry.expiresAt : null;
  return timeOf(present) === timeOf(expiresAt);
}

function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/** The answer to an update that changes nothing, for which nobody is asked. */
export function nothingToChange(needs: readonly ApprovalNeed[]): ApprovalRefusal {
  const message =
    'The association is already as the request asks. No approval was asked for, and nothing was sent to EKS.';
  return { ...refusalFields('NOTHING_TO_CHANGE', message), kind: 'ApprovalRequired', needs, approval: null };
}
