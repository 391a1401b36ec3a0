import type { RefusedConclusion } from '../../idempotency/conclusion.ts';
import { isFromOutside, latestAssociation } from '../../ledger/association-history.ts';
import type { AssociationState } from '../../ledger/association-state.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { Association, TagRequest, UntagRequest } from '../../model/association.ts';
import type { KnownVersion } from '../../model/audit.ts';
import { hasTrait } from '../../model/operation.ts';
import type { KindThat } from '../../model/operation.ts';
import { changedTags, exceedsTagLimit, isRequestTag } from '../../model/tags.ts';
import type { NamedTags } from '../../model/tags.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { TargetResult, ValidRequest } from '../terms/admission.ts';
import { tagLimitExceeded } from '../terms/conclusions.ts';
import { tagsChanged } from '../terms/conflict-conclusions.ts';
import { tagDifferences } from '../terms/differences.ts';
import type { TargetReads } from '../terms/operation.ts';
import { checkExpectedModifiedAt, loadExisting } from './target.ts';

/**
 * Loads the association of a change of tags, with the tags that it has for certain: those of the
 * last change through the gateway, while reads of EKS may show older ones. Its claim demands that
 * nothing has changed them since. One read of EKS and one of the ledger, which throw as in
 * {@link loadExisting}.
 */
export async function loadTagged<Kind extends KindThat<'changesTags'>>(
  reads: TargetReads,
  valid: ValidRequest<Kind>,
): Promise<TargetResult> {
  const loaded = await loadExisting(reads, valid);
  if (loaded.kind !== 'loaded' || !loaded.isCurrent || loaded.before === null) return loaded;
  const { before } = loaded;
  const state = await readState(reads, before, effectDeadline(valid));
  const tags = state?.tags?.associationId === before.associationId ? state.tags : null;
  const mayBeOlder = tags !== null && valid.startedAt <= tags.shownFrom;
  const newest = newestOf(state, before);
  const association = mayBeOlder ? { ...newest, tags: tags.tags } : newest;
  return { ...loaded, target: association, before: association, tagsKnown: knownOf(state, association) };
}

async function readState(
  { associations, clock }: TargetReads,
  { accountId, region, clusterName, namespace, serviceAccount }: Association,
  deadline: number,
): Promise<AssociationState | null> {
  if (associations === null) throw new Error('A function that changes no tags reads no states.');
  const reading = associations.getAssociationState({ accountId, region, clusterName, namespace, serviceAccount });
  return withDeadline(deadline - clock(), reading, ledgerTimeout);
}

/**
 * An association as EKS showed it, or as an outcome says that came since, or that reads do not show
 * yet: its tags are changed, not those of the version before.
 */
function newestOf(state: AssociationState | null, shown: Association): Association {
  const latest = state && latestAssociation(state);
  const isNewer = latest?.associationId === shown.associationId && latest.modifiedAt > shown.modifiedAt;
  return isNewer ? { ...latest, tags: shown.tags } : shown;
}

/** What the state has of the version whose tags are changed. */
function knownOf(state: AssociationState | null, association: Association): KnownVersion {
  const { associationId, modifiedAt } = association;
  const read = { setBy: state?.tags?.setBy ?? null, publicRevision: state?.publicRevision ?? 0 };
  const origin = state?.latest?.origin ?? null;
  const latest = state && latestAssociation(state);
  const isKnown = latest?.associationId === associationId && latest.modifiedAt === modifiedAt;
  if (!state || origin === null || !isKnown)
    return { ...read, origin: originOfUnseen(state, association), operationId: null, declaration: null };
  if (isFromOutside(state.latest) || state.confirmed === null) {
    return { ...read, origin, operationId: null, declaration: null };
  }
  const { operationId, declaration } = state.confirmed;
  return { ...read, origin, operationId, declaration };
}

/**
 * Who made a version that EKS showed before the state was read: others, if the state has only
 * earlier ones and no operation that may have made it. Null: that is not known.
 */
function originOfUnseen(
  state: AssociationState | null,
  { modifiedAt, ownerArn }: Association,
): 'OUTSIDE' | 'ADD_ON' | null {
  const { confirmed, observed, openOperations = [] } = state ?? {};
  const known = [confirmed?.association, observed?.association, observed?.sight];
  const isLater = known.every((one) => !one || one.modifiedAt < modifiedAt);
  // What one that is closed made has a version of its own.
  const mayBeOfOperation = openOperations.some(
    (one) => one.closedAt === null && (hasTrait('creates', one) || hasTrait('updates', one)),
  );
  if (!isLater || mayBeOfOperation) return null;
  return ownerArn === null ? 'OUTSIDE' : 'ADD_ON';
}

/** The refusal of a change of tags of this association; null if it may begin. */
export function checkTags(
  request: TagRequest | UntagRequest,
  named: NamedTags,
  association: Association,
): RefusedConclusion | null {
  const { expectedTags } = request;
  const tags = association.tags.filter(isRequestTag);
  const modified = checkExpectedModifiedAt(request, association, expectedTags && tagDifferences(expectedTags, tags));
  if (modified) return modified;
  const differences = expectedTags === null ? [] : tagDifferences(expectedTags, tags);
  if (differences.length > 0) return tagsChanged(association, differences);
  return exceedsTagLimit(changedTags(association.tags, named)) ? tagLimitExceeded(association) : null;
}
