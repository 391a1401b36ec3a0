import { describeChange, intentsOf, isOfToken, tokenOf } from './attribution.ts';
import type { CallerAnswer, Effect, EksChange, Facts } from './facts.ts';

/*
 * What others do while an operation is under way: they change the association, undo the operation, or lock changes. Each check
 * gives one line per violation.
 */

/** Changes and deletes of what others have changed since the `modifiedAt` that the request expects. */
export function overwrittenChanges(facts: Facts): string[] {
  return facts.changes
    .filter(({ kind, effect }) => kind !== 'create' && effect !== null)
    .flatMap((change) => {
      const request = requestOf(facts, change);
      const expected = request?.expectedModifiedAt;
      if (!request || expected === undefined) return [];
      const seen = changesByOthers(facts, change).filter(
        ({ modifiedAt, visibleAt, at }) =>
          modifiedAt > expected && visibleAt <= request.startedAt && at < (change.effect?.at ?? 0),
      );
      if (seen.length === 0) return [];
      return [`${describeChange(change)}, but others had changed the association before the request arrived`];
    });
}

/** The effects of other requests, and of changes outside the gateway, on the association of a change. */
function changesByOthers({ changes, entries, outside }: Facts, change: EksChange): Effect[] {
  const { associationId } = change;
  const token = tokenOf(change, entries);
  const others = changes.filter((other) => token !== null && !isOfToken(other, token, entries));
  const isOfIt = (other: { readonly associationId: string | null }) => other.associationId === associationId;
  return [...outside.filter(isOfIt), ...others.filter(isOfIt).flatMap(({ effect }) => effect ?? [])];
}

/** Creates of a token after the association that it had created was deleted through the gateway. */
export function undoneRevocations({ changes, entries }: Facts): string[] {
  const applied = changes.flatMap(({ effect, ...change }) => (effect ? [{ ...change, effect }] : []));
  return applied
    .filter(({ kind }) => kind === 'create')
    .flatMap((create) => {
      const token = tokenOf(create, entries);
      const earlier = applied.filter(
        (other) => other.kind === 'create' && other.effect.at < create.effect.at && tokenOf(other, entries) === token,
      );
      const revoked = earlier.find(({ associationId }) =>
        applied.some(
          (gone) =>
            gone.kind === 'delete' &&
            gone.associationId === associationId &&
            gone.effect.at < create.effect.at &&
            intentsOf(gone, entries).length > 0,
        ),
      );
      if (!revoked) return [];
      return [
        `${describeChange(create)}, but ${revoked.associationId} of the same token was deleted through the gateway`,
      ];
    });
}

/** Creates that expect the revision before a delete which began before them, and took effect after their plan. */
export function undoneByPlans(facts: Facts): string[] {
  const { changes, entries } = facts;
  const begun = (change: EksChange) => intentsOf(change, entries);
  const deletes = changes.filter(({ kind, effect }) => kind === 'delete' && effect !== null);
  return changes.flatMap((create) => {
    const plannedAt = requestOf(facts, create)?.plannedAt;
    const [intent] = begun(create);
    if (create.kind !== 'create' || create.effect === null || plannedAt === undefined || !intent) return [];
    const undone = deletes.find(
      (gone) =>
        (gone.effect?.at ?? 0) > plannedAt &&
        begun(gone).some(({ serviceAccount, time }) => serviceAccount === intent.serviceAccount && time < intent.time),
    );
    if (!undone) return [];
    return [`${describeChange(create)}, which was planned before: ${describeChange(undone)}`];
  });
}

/** Refusals of creates and updates for a revision that nothing moved since their plan: no outcome that changed the association, or may have, and no scan. */
export function unfoundedRefusals({ answers, entries, scanned = [] }: Facts): string[] {
  const outcomes = entries.filter(
    ({ event, refusalCode, fence }) =>
      fence !== null && (event === 'SUCCEEDED' || (event === 'REFUSED' && refusalCode === 'OUTCOME_UNDETERMINED')),
  );
  const moved = [...outcomes.map(({ time }) => time), ...scanned];
  return answers.flatMap(({ kind, code, plannedAt, expectedModifiedAt, answeredAt, clientRequestToken: token }) => {
    if (code !== 'ASSOCIATION_CHANGED' || plannedAt === undefined || expectedModifiedAt !== undefined) return [];
    if (moved.some((time) => plannedAt < time && time < answeredAt)) return [];
    return [`the ${kind} of ${token} was refused for its revision, which nothing moved since its plan`];
  });
}

/** Changes that were sent under a lock that was set before the request arrived, or before it took the operation over. */
export function sentUnderLock(facts: Facts): string[] {
  const { changes, entries, locks } = facts;
  return changes.flatMap((change) => {
    const request = requestOf(facts, change);
    if (!request) return [];
    const takeOvers = entries.filter(
      ({ event, apiRequestId }) => event === 'TAKEN_OVER' && apiRequestId === request.apiRequestId,
    );
    const since = Math.max(request.startedAt, ...takeOvers.map(({ time }) => time));
    const lock = locks.find(({ from, until }) => from <= since && change.time < until);
    const when = takeOvers.length > 0 ? 'took the operation over' : 'arrived';
    return lock ? [`${describeChange(change)}, but changes were locked when the request ${when}`] : [];
  });
}

/** The request that sent a change; undefined where it is not known. */
function requestOf({ entries, answers }: Facts, change: EksChange): CallerAnswer | undefined {
  const ids = new Set(intentsOf(change, entries).map(({ apiRequestId }) => apiRequestId));
  const [id] = ids;
  if (ids.size !== 1 || id === undefined) return undefined;
  return answers.find(({ apiRequestId }) => apiRequestId === id);
}
