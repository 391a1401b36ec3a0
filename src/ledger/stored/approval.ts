import { createHash } from 'node:crypto';
import type { Approval } from '../../model/approval.ts';
import { approvalOfText, approvalText } from './approval-text.ts';
import type { PendingLimits, Withdrawal } from '../approvals.ts';
import type { ApprovalVersion } from '../approval-version.ts';
import { supported } from './record.ts';
import { absent, allOf, anyOf, contains, equals, sizeLess, textIn } from './items.ts';
import type { Condition, Item, ItemUpdate, Put, Update } from './items.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { approvalItemKeyOf, approvalsKeyOf, livePartitions, pendingApprovalsKeyOf } from './keys.ts';
import { ttlAttribute } from './tables.ts';

/**
 * How long an approval is kept after it ended, or could have, in milliseconds: as long as the
 * record of its token by default.
 */
const keptApprovalMs = 7 * 24 * 3_600_000;

/**
 * An approval as an item. In the lease index, it is listed by its cluster and the time at which it
 * was asked for. Until it ends, it is in the index by cluster too, under a key that all pending or
 * all approved ones share.
 */
export function approvalItem(approval: Approval): Item {
  const { id, key, revision, state, requested, requestedAt } = approval;
  return {
    v: formatVersion,
    idempotencyKey: approvalItemKeyOf(key),
    approvalId: id,
    revision,
    state,
    openShard: approvalsKeyOf(requested.target),
    leaseUntil: Date.parse(requestedAt),
    namespace: requested.target.namespace,
    ...(state === 'PENDING' || state === 'APPROVED' ? { clusterKey: livePartitions[state] } : {}),
    [ttlAttribute]: Math.ceil((endOf(approval) + keptApprovalMs) / 1000),
    approval: approvalText(approval),
  };
}

/** When it ends at the latest. */
function endOf({ decideUntil, useUntil }: Approval): number {
  return Math.max(decideUntil, useUntil ?? 0);
}

/**
 * The approval of an item that {@link approvalItem} made. Throws `UnsupportedFormat` if another
 * version made it.
 */
export function approvalOfItem(item: Item): Approval {
  requireSupported(`approval ${textIn(item, 'idempotencyKey')}`, item.v);
  return approvalOfText(textIn(item, 'approval'));
}

/**
 * The put of an approval over the version that must be stored; null: none. An item of another
 * format version is not replaced.
 */
export function approvalPut(expected: ApprovalVersion | null, next: Approval): Put {
  const condition =
    expected === null
      ? absent('idempotencyKey')
      : allOf(equals('approvalId', expected.id), equals('revision', expected.revision), supported);
  return { kind: 'put', table: 'idempotency', item: approvalItem(next), condition };
}

/**
 * An update of the item with the keys of the pending approvals of a principal, and those for each
 * person.
 */
function pendingUpdate({ requested }: Approval, update: Update, condition?: Condition): ItemUpdate {
  const key = { idempotencyKey: pendingApprovalsKeyOf(requested.principal.id) };
  return { kind: 'update', table: 'idempotency', key, update, ...(condition && { condition }) };
}

/** The attribute with those for a person, whose name can have any characters. */
function personAttribute(onBehalfOf: string): string {
  return `${personPrefix}${createHash('sha256').update(onBehalfOf).digest('hex')}`;
}

const personPrefix = 'person/';

/** How many keys of open approvals are kept for each pending one that a principal may have. */
const openForEachPending = 2;

/**
 * Adds an approval to the pending and the open ones of its principal, unless the pending ones are
 * as many as it may have; null: however many they are. The open ones keep keys of used approvals
 * until they are replaced, since an operation that begins writes one item less so.
 */
export function addPending(next: Approval, limits: PendingLimits | null): ItemUpdate {
  const { onBehalfOf } = next.requested;
  const person = onBehalfOf === null ? null : personAttribute(onBehalfOf);
  const below = (set: string, most: number) => anyOf(absent(set), sizeLess(set, most), contains(set, next.key));
  const conditions = limits
    ? [below('pending', limits.ofPrincipal), below('open', limits.ofPrincipal * openForEachPending)]
    : [];
  if (person !== null && limits && limits.ofPerson !== null) conditions.push(below(person, limits.ofPerson));
  const addTo = setsOf(next, person);
  return pendingUpdate(
    next,
    { set: pendingFields(next), addTo },
    ...(conditions.length > 0 ? [allOf(...conditions)] : []),
  );
}

/** The sets that a pending approval is in. */
function setsOf(next: Approval, person: string | null): Record<string, ReadonlySet<string>> {
  const keys = keysOf([next]);
  return { pending: keys, open: keys, ...(person === null ? {} : { [person]: keys }) };
}

/** The format version, and when the item expires. */
function pendingFields(next: Approval): Item {
  return { v: formatVersion, [ttlAttribute]: Math.ceil((endOf(next) + keptApprovalMs) / 1000) };
}

/**
 * Replaces the pending approvals of a principal, as they were read, by those that can still be
 * decided and the next one; and the open ones by these and the approved ones.
 */
export function replacePending(
  next: Approval,
  stored: Item | null,
  live: readonly Approval[],
  approved: readonly Approval[],
): ItemUpdate {
  const all = [...live, next];
  const byPerson = Map.groupBy(all, ({ requested: { onBehalfOf } }) => onBehalfOf && personAttribute(onBehalfOf));
  const kept = [...byPerson].flatMap(([name, ofPerson]) => (name === null ? [] : [[name, keysOf(ofPerson)] as const]));
  const remove = Object.keys(stored ?? {}).filter((name) => name.startsWith(personPrefix) && !byPerson.has(name));
  const open = keysOf([...all, ...approved]);
  const set = { ...pendingFields(next), pending: keysOf(all), open, ...Object.fromEntries(kept) };
  const pending = pendingOfItem(stored);
  const condition = pending.size === 0 ? absent('pending') : equals('pending', pending);
  return pendingUpdate(next, { set, remove }, condition);
}

function keysOf(approvals: readonly Approval[]): Set<string> {
  return new Set(approvals.map(({ key }) => key));
}

/**
 * Removes an approval from the pending ones of its principal, and from the open ones unless it is
 * approved: then an earlier version may not have added it.
 */
export function removePending(next: Approval): ItemUpdate {
  const { open, ...pending } = setsOfApproval(next);
  if (next.state !== 'APPROVED') return pendingUpdate(next, { removeFrom: { open, ...pending } });
  return pendingUpdate(next, { removeFrom: pending, addTo: { open } });
}

function setsOfApproval(next: Approval) {
  const { onBehalfOf } = next.requested;
  return { open: keysOf([next]), ...setsOf(next, onBehalfOf === null ? null : personAttribute(onBehalfOf)) };
}

/** The attribute with the withdrawals of a principal, each a time and the id of an approval. */
const withdrawals = 'withdrawals';

const dayMs = 86_400_000;

/**
 * Removes a withdrawn approval as {@link removePending} does, and counts the withdrawal, unless
 * those of the principal are as many as it may have.
 */
export function addWithdrawal(next: Approval, { maxADay, now }: Pick<Withdrawal, 'maxADay' | 'now'>): ItemUpdate {
  const mark = new Set([markOf(next, now)]);
  const update = { set: pendingFields(next), removeFrom: setsOfApproval(next), addTo: { [withdrawals]: mark } };
  return pendingUpdate(next, update, anyOf(absent(withdrawals), sizeLess(withdrawals, maxADay)));
}

/**
 * As {@link addWithdrawal}, in place of the withdrawals as they were read, of which those within a
 * day are kept; null if they are as many as a principal may have.
 */
export function replaceWithdrawals(
  next: Approval,
  stored: Item | null,
  { maxADay, now }: Pick<Withdrawal, 'maxADay' | 'now'>,
): ItemUpdate | null {
  const all = setOf(stored, withdrawals);
  const recent = [...all].filter((mark) => Number(mark.split('.')[0]) > now - dayMs);
  if (recent.length >= maxADay) return null;
  const set = { ...pendingFields(next), [withdrawals]: new Set([...recent, markOf(next, now)]) };
  return pendingUpdate(next, { set, removeFrom: setsOfApproval(next) }, equals(withdrawals, all));
}

function markOf({ id }: Approval, now: number): string {
  return `${now}.${id}`;
}

/** The keys of the pending approvals of a principal, of an item of these updates. */
export function pendingOfItem(item: Item | null): ReadonlySet<string> {
  return setOf(item, 'pending');
}

/** The keys of the approvals of a principal that are or were open, of an item of these updates. */
export function openOfItem(item: Item | null): ReadonlySet<string> {
  return new Set([...pendingOfItem(item), ...setOf(item, 'open')]);
}

function setOf(item: Item | null, name: string): ReadonlySet<string> {
  const value = item?.[name];
  return value instanceof Set ? (value as ReadonlySet<string>) : new Set();
}
