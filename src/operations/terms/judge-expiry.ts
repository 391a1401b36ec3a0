import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { Association } from '../../model/association.ts';
import type { JudgedExpiry, RecordedExpiry } from '../../model/audit.ts';
import { namedExpiries } from '../../model/operation.ts';
import type { OperationKind } from '../../model/operation.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { effectDeadline } from './admission.ts';
import type { ValidRequest } from './admission.ts';
import type { Dependencies } from './dependencies.ts';

/** What an expiry is judged with. */
export type JudgeExpiryDependencies = Pick<Dependencies, 'authorize' | 'associations' | 'clock'>;

/**
 * Judges the expiry that a request sets of an existing association. One that is earlier than the
 * present one, or the first, is a delete, which policy decides about for the time of the expiry; a
 * later one is an update only. Null if the request sets none: then nothing is read. One read of the
 * ledger else; the claim demands the expiry that was read. Throws `LedgerUnavailable`.
 *
 * @param association as it is after the request
 */
export async function judgeExpiry<Kind extends OperationKind>(
  deps: JudgeExpiryDependencies,
  valid: Pick<ValidRequest<Kind>, 'operation' | 'request' | 'authorization' | 'deadline'>,
  association: Association,
): Promise<JudgedExpiry | null> {
  const expiresAt = namedExpiries[valid.operation](valid.request) ?? null;
  if (expiresAt === null) return null;
  const endingBefore = await readExpiry(deps, association, effectDeadline(valid));
  const now = Date.parse(expiresAt);
  const isOwn = endingBefore?.associationId === association.associationId;
  if (isOwn && now >= Date.parse(endingBefore.expiresAt)) return { endingBefore };
  const request = { action: 'DeletePodIdentityAssociation', association } as const;
  return { endingBefore, deleteDecision: deps.authorize({ ...valid.authorization, now }, request) };
}

async function readExpiry(
  { associations, clock }: Pick<JudgeExpiryDependencies, 'associations' | 'clock'>,
  { accountId, region, clusterName, namespace, serviceAccount }: Association,
  deadline: number,
): Promise<RecordedExpiry | null> {
  if (associations === null) throw new Error('A function that sets no expiry reads none.');
  const reading = associations.getAssociationState({ accountId, region, clusterName, namespace, serviceAccount });
  const state = await withDeadline(deadline - clock(), reading, ledgerTimeout);
  if (!state?.expiry) return null;
  const { associationId, expiresAt, setBy } = state.expiry;
  return { associationId, expiresAt, setBy };
}
