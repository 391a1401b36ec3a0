import { byOperation } from './attribution.ts';
import type { CallerAnswer, Effect, Facts, TrailEntry } from './facts.ts';

/*
 * What must hold of adoptions, which change nothing at EKS and are recorded at once. Each check gives one line per violation.
 */

/** The entries of adoptions that succeeded, also of creates that adopted what existed. */
export function adoptions(entries: readonly TrailEntry[]): TrailEntry[] {
  return entries.filter(({ kind, event, isAdopted }) => (kind === 'adopt' || isAdopted) && event === 'SUCCEEDED');
}

/** Creates that adopted an association, although EKS applied a create of theirs. */
export function adoptedBesideOwn({ changes, entries }: Facts): string[] {
  return adoptions(entries).flatMap((entry) => {
    const isApplied = changes.some(({ operationId, effect }) => effect && operationId === entry.operationId);
    return entry.isAdopted && isApplied ? [`${name(entry)} is not what the operation created`] : [];
  });
}

/** Whether an operation sends nothing to EKS, and is recorded at once: an adoption, or an update of the expiry alone. */
export function isAtOnce({ kind, isExpiryOnly, isAdopted }: TrailEntry): boolean {
  return kind === 'adopt' || isExpiryOnly === true || (kind === 'update' && isAdopted === true);
}

/** Operations that are recorded at once with other entries of a lease holder than one success: an INTENT, a takeover, a second success. */
export function holesAtOnce(entries: readonly TrailEntry[]): string[] {
  const ofSuch = entries.filter((entry) => isAtOnce(entry) && entry.fence !== null);
  return [...byOperation(ofSuch)].flatMap(([operationId, ofOne]) => {
    const events = ofOne.map(({ event }) => event).join(', ');
    return events === 'SUCCEEDED' ? [] : [`the ${ofOne[0]?.kind} ${operationId} has the entries [${events}]`];
  });
}

/** Adoptions of an association that never existed, or that was visibly gone before the request arrived. */
export function untrueAdoptions(facts: Facts): string[] {
  return adoptions(facts.entries).flatMap((entry) => {
    const effects = effectsOn(facts, entry);
    const isCreated = effects.some(({ kind, at }) => kind === 'create' && at <= entry.time);
    const request = requestOf(facts, entry);
    const isGone = effects.some(({ kind, visibleAt }) => kind === 'delete' && visibleAt < (request?.startedAt ?? 0));
    return isCreated && !isGone ? [] : [`${name(entry)} did not exist`];
  });
}

/** Adoptions of a state that others had made after the `modifiedAt` that the request expects. */
export function adoptedLaterStates(facts: Facts): string[] {
  return adoptions(facts.entries).flatMap((entry) => {
    const { expectedModifiedAt = Infinity, startedAt = 0 } = requestOf(facts, entry) ?? {};
    const later = effectsOn(facts, entry).some(
      ({ modifiedAt, visibleAt }) => modifiedAt > expectedModifiedAt && visibleAt <= startedAt,
    );
    return later ? [`${name(entry)} had been changed before the request arrived`] : [];
  });
}

/** Adoptions that were recorded under a lock that was set before the request arrived. */
export function adoptedUnderLock(facts: Facts): string[] {
  return adoptions(facts.entries).flatMap((entry) => {
    const request = requestOf(facts, entry);
    const isLocked = facts.locks.some(
      ({ from, until }) => request !== undefined && from <= request.startedAt && entry.time < until,
    );
    return isLocked ? [`${name(entry)} was adopted, but changes were locked when the request arrived`] : [];
  });
}

function name({ operationId, associationArn }: TrailEntry): string {
  return `${associationArn}, which ${operationId} adopted,`;
}

function requestOf({ answers }: Facts, { apiRequestId }: TrailEntry): CallerAnswer | undefined {
  return apiRequestId === undefined ? undefined : answers.find((answer) => answer.apiRequestId === apiRequestId);
}

/** What was done to the association of an entry at EKS, by anyone. */
function effectsOn(
  { changes, outside }: Facts,
  { associationArn }: TrailEntry,
): (Effect & { readonly kind: string })[] {
  const isOfIt = ({ associationId }: { readonly associationId: string | null }) =>
    associationId !== null && (associationArn?.endsWith(`/${associationId}`) ?? false);
  const byGateway = changes.filter(isOfIt).flatMap(({ kind, effect }) => (effect ? [{ ...effect, kind }] : []));
  return [...outside.filter(isOfIt), ...byGateway];
}
