import { findIntent } from '../../ledger/audit-entry.ts';
import type { IdempotencyRecord } from '../../ledger/ledger.ts';
import type { OperationReader } from '../../ledger/trail.ts';
import { hasTags } from '../../model/tags.ts';
import type { NamedTags } from '../../model/tags.ts';
import type { KindThat } from '../../model/operation.ts';
import { found, mayNotBeVisible, notObservable, stillInDoubt } from '../terms/conclusions.ts';
import { tagsUndetermined } from '../terms/conflict-conclusions.ts';
import { tagDifferences } from '../terms/differences.ts';
import type { EffectInput, EffectObservation, EffectReads } from '../terms/operation.ts';
import { concludedAs } from './observe.ts';
import { existingBefore, isCertainlyGone } from './target.ts';

/**
 * Observes whether a change of tags was made. Tags as they were before prove nothing at any time:
 * it may have been applied, and others have set them back. Tags as requested are its success, whoever
 * set them: while it is in doubt, only if they were others before, and if the read is so late that
 * it shows what was there when the operation began; after that, in any case. Everything else is
 * undetermined once the operation can no longer take effect.
 */
export async function observeTags(
  { ledger, clock, times }: EffectReads,
  { eks, request, record, before, deadline }: EffectInput<KindThat<'changesTags'>>,
  named: NamedTags,
): Promise<EffectObservation> {
  const observedAt = clock();
  const described = await eks.describe(request.associationId, { deadline });
  if (described.kind === 'failed') return concludedAs(notObservable(described.error));
  const inDoubt = observedAt <= record.inDoubtUntil;
  const known = existingBefore({ before });
  if (described.kind === 'absent') {
    if (inDoubt) return concludedAs(stillInDoubt(record));
    const isGone = isCertainlyGone(known, observedAt, times);
    return concludedAs(isGone ? tagsUndetermined(request, null, null) : mayNotBeVisible);
  }
  const { association } = described;
  const showsStart = observedAt > record.startedAt + times.listLagMs + times.clockErrorMs;
  const isAsRequested = hasTags(association.tags, named);
  if (isAsRequested && (!inDoubt || (showsStart && (await wereOthersBefore(ledger, record, named))))) {
    return concludedAs(found(association, 'The association in EKS has the tags of this request.'));
  }
  if (inDoubt) return concludedAs(stillInDoubt(record));
  return concludedAs(tagsUndetermined(request, association, tagDifferences(known.tags, association.tags)));
}

/** Whether the tags were not as requested when the operation began: what a later request reads does not say it. */
async function wereOthersBefore(
  ledger: OperationReader,
  { operationId }: IdempotencyRecord,
  named: NamedTags,
): Promise<boolean> {
  const before = (await findIntent(ledger, operationId))?.before ?? null;
  return before !== null && !hasTags(before.tags, named);
}
