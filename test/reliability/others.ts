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
