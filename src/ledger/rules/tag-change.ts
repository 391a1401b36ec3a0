import type { AssociationTarget } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait, namedTags } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import { changedTags } from '../../model/tags.ts';
import type { ConfirmedAssociation, KnownTags } from '../association-state.ts';
import type { StateChange } from '../state-store.ts';
import type { IdempotencyRecord } from '../ledger.ts';

/**
 * What an outcome of a change of tags writes: the tags that it left, and a version with them. What
 * others changed beside it is not confirmed, so that a scan finds it.
 */
export function outcomeOfTags(
  next: IdempotencyRecord,
  ended: AuditEntry,
  target: AssociationTarget,
): Pick<StateChange, 'tags' | 'version' | 'isLate'> {
  const { result } = next;
  const { event, operationId, before, request } = ended;
  if (!hasTrait('changesTags', next) || event !== 'SUCCEEDED' || !result?.association) return {};
  if (before === null || request === null) return {};
  const { association } = result;
  const { associationId } = before;
  const tags = changedTags(before.tags, named(ended as RequestedOperation));
  const at = Date.parse(ended.time);
  // Closed by an observation: until the doubt ends, it may set its tags again.
  const isInDoubt = ended.eksRequestId === null && at <= next.inDoubtUntil;
  const doubt = isInDoubt ? { inDoubtUntil: next.inDoubtUntil } : {};
  const shownFrom = Math.max(result.shownFrom ?? at, isInDoubt ? next.inDoubtUntil : 0);
  const seen = { createdAt: before.createdAt, modifiedAt: association.modifiedAt };
  const known: KnownTags = { associationId, tags, setBy: operationId, at, shownFrom, ...doubt, seen };
  // An operation whose outcome came meanwhile may have made it: its own version says so.
  if (!ended.tagsKnown?.origin) return { tags: known };
  const { origin, operationId: madeBy, declaration } = ended.tagsKnown;
  // Who made a version that came meanwhile is not known here.
  const isSame = association.modifiedAt === before.modifiedAt;
  return {
    tags: known,
    version: {
      target,
      association: isSame && ended.eksRequestId === null ? association : { ...before, tags },
      origin,
      operationId: madeBy,
      declaration,
      seenAt: at,
      seenOtherwiseAt: next.startedAt,
      tagsSetBy: operationId,
      tagsBefore: before.tags,
    },
    // The state keeps who made the latest version.
    isLate: true,
  };
}

/**
 * An adoption records the tags as EKS returned them, and an update those that it was judged by:
 * known ones of earlier changes are over.
 */
export function tagsReadBy(
  { startedAt }: IdempotencyRecord,
  { operation }: ConfirmedAssociation,
): Pick<StateChange, 'tags' | 'tagsReadFrom'> {
  const readsTags = operation === 'ADOPT_POD_IDENTITY_ASSOCIATION' || hasTrait('updates', { operation });
  return readsTags ? { tags: null, tagsReadFrom: startedAt } : {};
}

function named<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  return namedTags[operation](request);
}
