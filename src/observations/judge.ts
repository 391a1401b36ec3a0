import { isDeepStrictEqual } from 'node:util';
import type { ConfirmedAssociation, OpenOperation } from '../ledger/association-state.ts';
import { operationIdOf } from '../model/association.ts';
import type { Association } from '../model/association.ts';
import { settingsOf } from '../model/setting-fields.ts';
import { settingDifferences } from '../operations/terms/differences.ts';
import { explainingOperations } from './explained.ts';
import { judgeAbsence } from './judge-absence.ts';
import { lapsedOperations, observed, undecided } from './judgement.ts';
import type { Judgement, Reading } from './judgement.ts';
import { isOlder, sightsOf, withoutRefuted } from './sights.ts';
import type { ReadTimes } from './sights.ts';
import { mayHaveOlderTags, tagsLeftBy } from './tags.ts';

/**
 * Who made what a scan read. A read that is older than what was seen before decides nothing, nor
 * one that shows other tags so soon after these were written that it may be older. A
 * change is explained by what an operation confirmed, or by operations that may have made it; every
 * other change was made outside. See `docs/decisions/0005-association-state-and-history.md`.
 */
export function judge(reading: Reading, times: ReadTimes): Judgement {
  return reading.association === null
    ? judgeAbsence(reading, times)
    : judgePresence(reading, reading.association, times);
}

function judgePresence(reading: Reading, association: Association, times: ReadTimes): Judgement {
  const { state, readAt, knownRevision, isOwn } = reading;
  const sights = sightsOf(withoutRefuted(state, association, readAt, times));
  if (sights.some((sight) => isOlder(association, sight))) return undecided;
  if (mayHaveOlderTags(reading, association, times)) return { ...undecided, isDue: true };

  const confirmed = state?.confirmed ?? null;
  const base = confirmed?.association.associationId === association.associationId ? confirmed.association : null;
  const lapsed = lapsedOperations(state, readAt);
  if (base && isSame(base, association)) return observed(reading, 'OPERATION', { sights, lapsed, isConfirmed: true });

  const explaining = explainingOperations(state, base, association, times);
  if (explaining.length > 0) {
    // Once all of them can no longer act, the association is what they left: it is confirmed as an
    // outcome is.
    const isFinal = explaining.every((operation) => lapsed.includes(operation));
    // A change of tags leaves who made the association as it is.
    const last = explaining.findLast((one) => one.tags === undefined);
    const tags = isFinal ? tagsLeftBy(explaining, association, readAt, times) : undefined;
    const confirmedNow = {
      ...(isFinal && last ? { confirmed: confirmedBy(last, association) } : {}),
      ...(tags && { tags }),
    };
    return observed(reading, 'OPERATION', {
      sights,
      lapsed: isFinal ? lapsed : [],
      isConfirmed: isFinal,
      ...confirmedNow,
    });
  }
  if (base === null) {
    // An operation may have begun and ended since EKS was read.
    if ((state?.revision ?? 0) !== knownRevision) return undecided;
    const operationId = isOwn ? operationIdOf(association) : null;
    if (operationId !== null) {
      const confirmedNow = confirmedBy({ operationId, operation: 'CREATE_POD_IDENTITY_ASSOCIATION' }, association);
      return observed(reading, 'OPERATION', {
        sights,
        lapsed,
        isConfirmed: true,
        isLost: true,
        confirmed: confirmedNow,
      });
    }
  }
  return observed(reading, association.ownerArn === null ? 'OUTSIDE' : 'ADD_ON', {
    sights,
    lapsed,
    isConfirmed: false,
  });
}

function confirmedBy(
  { operationId, operation }: Pick<OpenOperation, 'operationId' | 'operation'>,
  association: Association,
): ConfirmedAssociation {
  return { association, isDeleted: false, operationId, operation, declaration: null };
}

/** Whether an association is a confirmed one. Tags can change without `modifiedAt`. */
function isSame(confirmed: Association, association: Association): boolean {
  return confirmed.modifiedAt === association.modifiedAt && isUnchanged(confirmed, association);
}

function isUnchanged(one: Association, other: Association): boolean {
  return isDeepStrictEqual(one.tags, other.tags) && settingDifferences(settingsOf(one), other).length === 0;
}
