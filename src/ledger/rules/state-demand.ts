import type { AuditEntry } from '../../model/audit.ts';
import { expectedRevisions, hasTrait, namedExpiries } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import type { AssociationState } from '../association-state.ts';
import type { StateDemand, StateMismatch } from '../state-store.ts';
import { setsExpiryOnly } from './expiry-change.ts';

/** What a commit demands, and the record whose operation may be in progress. */
interface Demanding {
  readonly demand: StateDemand | null;
  readonly ownRecord: string | null;
}

/**
 * What the entry that begins an operation, or that sets an expiry at once, demands. Such an entry
 * keeps its request. Whatever depends on the expiry excludes every other operation in progress: so
 * an extension and the deletion at the expiry never overlap. The same for a change of tags, which
 * nothing at EKS orders.
 *
 * @param startedAt when the operation began. Milliseconds since the epoch
 */
export function demandOf(entry: AuditEntry | undefined, startedAt: number): StateDemand | null {
  if (!entry?.request) return null;
  const { publicRevision, setsExpiry } = named(entry as RequestedOperation);
  const { before, endingBefore, tagsKnown } = entry;
  if (hasTrait('deletes', entry) && before) {
    const { ending, expectedModifiedAt } = entry.request;
    const { associationId } = before;
    if (ending && expectedModifiedAt !== null)
      return {
        publicRevision: null,
        confirmed: { associationId, modifiedAt: expectedModifiedAt },
        expirySetBy: ending.setBy,
      };
  }
  if (hasTrait('changesTags', entry)) {
    const setBy = tagsKnown?.setBy ?? null;
    const read = tagsKnown?.publicRevision ?? null;
    return { publicRevision: publicRevision ?? read, confirmed: null, tags: { setBy, startedAt } };
  }
  // A request is judged by the expiry that it replaces.
  const judged = endingBefore === undefined ? {} : { expirySetBy: endingBefore?.setBy ?? null };
  if (setsExpiryOnly(entry)) return { publicRevision, confirmed: before, ...judged };
  return publicRevision === null && !setsExpiry ? null : { publicRevision, confirmed: null, ...judged };
}

/** The revision that a request expects, and whether it names an expiry. */
function named<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  return {
    publicRevision: expectedRevisions[operation](request),
    setsExpiry: namedExpiries[operation](request) !== undefined,
  };
}

/** The mismatch of a commit that a state did not permit. */
export function stateMismatch(state: AssociationState | null, { demand, ownRecord }: Demanding): StateMismatch {
  const isBusy = state?.recordsInProgress.some((key) => key !== ownRecord) ?? false;
  const expirySetBy = demand?.expirySetBy;
  const hasOtherExpiry = expirySetBy !== undefined && (state?.expiry?.setBy ?? null) !== expirySetBy;
  const mismatch = { kind: 'state-mismatch', publicRevision: state?.publicRevision ?? 0, isBusy } as const;
  return hasOtherExpiry ? { ...mismatch, hasOtherExpiry } : mismatch;
}
