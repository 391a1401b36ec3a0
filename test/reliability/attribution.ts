import type { CallerAnswer, EksChange, TrailEntry } from './facts.ts';

/** Whether a lease holder wrote the entry. Entries of requests without a lease, such as REPLAYED, have no fence. */
export function isByLeaseHolder({ event, fence }: TrailEntry): boolean {
  return event === 'INTENT' || (isClosing({ event }) && fence !== null);
}

/** Whether the entry closes its operation. */
export function isClosing({ event }: Pick<TrailEntry, 'event'>): boolean {
  return event === 'SUCCEEDED' || event === 'REFUSED' || event === 'RELEASED';
}

/** Whether an INTENT entry of the change precedes it. */
export function hasIntent(change: EksChange, entries: readonly TrailEntry[]): boolean {
  return entries.some((entry) => isIntentOf(entry, change) && entry.time <= change.time);
}

/** Create and update requests carry their operation id. A delete is matched by the association it deletes. */
function isIntentOf({ event, kind, operationId, associationArn }: TrailEntry, change: EksChange): boolean {
  if (event !== 'INTENT' || kind !== change.kind) return false;
  if (change.operationId !== null) return operationId === change.operationId;
  return associationArn?.endsWith(`/${change.associationId}`) ?? false;
}

/** The INTENT entries of the operations that may have sent the change. */
export function intentsOf(change: EksChange, entries: readonly TrailEntry[]): TrailEntry[] {
  return entries.filter((entry) => isIntentOf(entry, change));
}

/** Whether an operation of the token may have sent the change. */
export function isOfToken(change: EksChange, token: string, entries: readonly TrailEntry[]): boolean {
  return intentsOf(change, entries).some((intent) => tokenName(intent) === token);
}

/** Name of the token whose operation caused the change; null if several tokens may have. */
export function tokenOf(change: EksChange, entries: readonly TrailEntry[]): string | null {
  const names = new Set(intentsOf(change, entries).map(tokenName));
  return names.size === 1 ? [...names].join('') : null;
}

/** Refusals that do not use up the token unless an operation had begun. */
const leavesTokenUnused = ['ASSOCIATION_NOT_FOUND', 'CHANGES_LOCKED', 'NOTHING_TO_CHANGE', 'OPERATION_IN_PROGRESS'];

/** Whether every later request with the token gets this answer. All other answers may change over time, and all refusals of desired states. */
export function isFinal(
  { status, event, code, operationId, desired }: CallerAnswer,
  entries: readonly TrailEntry[],
): boolean {
  if (status === 'SUCCEEDED') return true;
  if (desired || status !== 'REFUSED' || (event !== 'REFUSED' && event !== 'REPLAYED')) return false;
  const isOfOperation = (entry: TrailEntry) => entry.operationId === operationId && isByLeaseHolder(entry);
  return event === 'REPLAYED' || !leavesTokenUnused.includes(code ?? '') || entries.some(isOfOperation);
}

/** Groups audit entries by operation id. */
export function byOperation(entries: readonly TrailEntry[]): Map<string, TrailEntry[]> {
  return Map.groupBy(entries, ({ operationId }) => operationId);
}

/** Groups answers by token name. */
export function byToken(answers: readonly CallerAnswer[]): Map<string, CallerAnswer[]> {
  return Map.groupBy(answers, tokenName);
}

/** What names a token. */
type TokenUse = Pick<CallerAnswer, 'kind' | 'principal'> & { readonly clientRequestToken: string | null };

/** A token is scoped to its principal and to one kind of operation. */
export function tokenName({ kind, clientRequestToken, principal }: TokenUse): string {
  return `${kind} ${clientRequestToken} of ${principal}`;
}

/** Describes a change for a violation. */
export function describeChange({ kind, requestId, effect, operationId, associationId }: EksChange): string {
  const about = operationId ?? associationId ?? 'unknown';
  return `EKS ${effect ? 'applied' : 'received'} the ${kind} ${requestId} (${about})`;
}
