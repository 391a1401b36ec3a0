import type { Approval } from '../../model/approval.ts';
import { parsePosition, positionText, requestedPosition } from './approval-page.ts';
import type { ApprovalPosition } from './approval-page.ts';
import { maxExaminedApprovals, maxOwnApprovals } from '../approvals.ts';
import type { ApprovalPage, ApprovalPartition, ApprovalStore, PendingLimits, Withdrawal } from '../approvals.ts';
import type { ApprovalVersion } from '../approval-version.ts';
import { formatVersion } from '../format.ts';
import { allOf, equals, textIn } from './items.ts';
import type { Item, Items } from './items.ts';
import {
  approvalItemKeyOf,
  approvalItemPrefix,
  approvalsKeyOf,
  livePartitions,
  pendingApprovalsKeyOf,
} from './keys.ts';
import {
  addPending,
  addWithdrawal,
  approvalOfItem,
  approvalPut,
  openOfItem,
  pendingOfItem,
  removePending,
  replacePending,
  replaceWithdrawals,
} from './approval.ts';
import { insertions } from './entry.ts';
import { locksKey, locksOrNone } from './locks.ts';
import { conditionOn, recordItem, recordOfItem, supported } from './record.ts';
import { writeTogether } from './transaction.ts';
import { leaseIndex, stateIndex } from './tables.ts';

/** The approvals of a ledger, in the table of the idempotency records. */
export function storedApprovals(items: Items): ApprovalStore {
  return {
    async getRecordAndApproval(idempotencyKey, approvalKey) {
      const keys = [idempotencyKey, approvalItemKeyOf(approvalKey), locksKey];
      const [record = null, approval = null, locks = null] = await items.getTogether(keys);
      return {
        record: record && recordOfItem(record),
        approval: approval && approvalOfItem(approval),
        locks: locksOrNone(locks),
      };
    },
    async getApproval(key) {
      const item = await items.get('idempotency', { idempotencyKey: approvalItemKeyOf(key) });
      return item && approvalOfItem(item);
    },
    async putApproval(expected, next, entry, limits) {
      const writes = [approvalPut(expected, next), ...insertions([entry])];
      const isPending = next.state === 'PENDING';
      // A vote that leaves it pending changes nothing of what is counted.
      const isCounted = !isPending || expected?.state !== 'PENDING' || expected.id !== next.id;
      const update = isPending ? addPending(next, limits) : removePending(next);
      const result = await writeTogether(items, [entry], writes, isCounted ? update : null);
      if (result.kind === 'conflict' && result.stored) approvalOfItem(result.stored); // Throws for another format.
      if (result.kind === 'committed') return 'written';
      if (result.kind !== 'update-rejected') return 'conflict';
      if (!result.isCondition || limits === null) throw result.failure;
      // As many as a limit are counted: those that can no longer be decided do not count.
      const { live, approved, reached } = await countedFor(items, next, result.stored, limits);
      if (reached !== null) return reached;
      const second = await writeTogether(items, [entry], writes, replacePending(next, result.stored, live, approved));
      return second.kind === 'committed' ? 'written' : 'conflict';
    },
    async limitReached(next, limits) {
      const key = { idempotencyKey: pendingApprovalsKeyOf(next.requested.principal.id) };
      const item = await items.get('idempotency', key);
      const isBelow = pendingOfItem(item).size < Math.min(limits.ofPrincipal, limits.ofPerson ?? Infinity);
      return isBelow ? null : (await countedFor(items, next, item, limits)).reached;
    },
    withdrawApproval: (expected, withdrawal) => withdraw(items, expected, withdrawal),
    async getApprovals(keys) {
      const found = keys.length === 0 ? [] : await items.getMany(keys.map(approvalItemKeyOf));
      return found.map((item) => (item?.v === formatVersion ? approvalOfItem(item) : null));
    },
    async openApprovalsOf(principalId) {
      const item = await items.get('idempotency', { idempotencyKey: pendingApprovalsKeyOf(principalId) });
      const keys = [...openOfItem(item)].slice(0, maxOwnApprovals);
      const found = await approvalsOf(items, keys.map(approvalItemKeyOf));
      const open = found.filter(({ state }) => state === 'PENDING' || state === 'APPROVED');
      return open.sort(newestFirst);
    },
    async listApprovals(partition, limit, after) {
      const position = after === null ? null : parsePosition(after);
      if (partition.kind === 'cluster') return await clusterPage(items, partition, limit, position);
      return await livePage(items, partition.state, limit, position);
    },
  };
}

/** The open approvals of the principal of one that is asked for, and the limit that they reach. */
async function countedFor(items: Items, next: Approval, stored: Item | null, limits: PendingLimits) {
  const counted = await approvalsOf(items, [...openOfItem(stored)].map(approvalItemKeyOf));
  const live = counted.filter((one) => mayBeDecided(one, Date.parse(next.requestedAt)) && one.key !== next.key);
  const approved = counted.filter(({ state }) => state === 'APPROVED');
  const { onBehalfOf } = next.requested;
  const ofPerson = live.filter(({ requested }) => requested.onBehalfOf === onBehalfOf);
  const isPersonReached = limits.ofPerson !== null && ofPerson.length >= limits.ofPerson;
  const isReached = live.length >= limits.ofPrincipal;
  const reached = isPersonReached ? 'person-limit-reached' : isReached ? 'limit-reached' : null;
  return { live, approved, reached } as const;
}

async function withdraw(
  items: Items,
  expected: ApprovalVersion,
  { next, token, entries, ...bound }: Withdrawal,
): Promise<'written' | 'conflict' | 'limit-reached'> {
  const writes = [approvalPut(expected, next), ...insertions(entries)];
  const record = token && {
    ...({ kind: 'put', table: 'idempotency' } as const),
    item: recordItem(token.record),
    condition: conditionOn(token.expected),
  };
  const first = await writeTogether(items, entries, writes, addWithdrawal(next, bound), record);
  if (first.kind === 'committed') return 'written';
  if (first.kind === 'conflict' && first.stored) approvalOfItem(first.stored); // Throws for another format.
  if (first.kind !== 'update-rejected') return 'conflict';
  if (!first.isCondition) throw first.failure;
  const update = replaceWithdrawals(next, first.stored, bound);
  if (update === null) return 'limit-reached';
  const second = await writeTogether(items, entries, writes, update, record);
  return second.kind === 'committed' ? 'written' : 'conflict';
}

/** The order of the list of a cluster. */
function newestFirst(one: Approval, other: Approval): number {
  if (one.requestedAt !== other.requestedAt) return one.requestedAt < other.requestedAt ? 1 : -1;
  return one.key < other.key ? 1 : -1;
}

/** The most items of one batch. */
const maxBatch = 100;

/**
 * Approvals by their keys; those that were deleted meanwhile, or that another version wrote, are
 * left out.
 */
async function approvalsOf(items: Items, keys: readonly string[]): Promise<Approval[]> {
  const approvals: Approval[] = [];
  for (let start = 0; start < keys.length; start += maxBatch) {
    const found = await items.getMany(keys.slice(start, start + maxBatch));
    approvals.push(...found.flatMap((item) => (item?.v === formatVersion ? [approvalOfItem(item)] : [])));
  }
  return approvals;
}

function mayBeDecided({ state, decideUntil }: Approval, now: number): boolean {
  return state === 'PENDING' && decideUntil > now;
}

/** As many as are examined are read, however many there are. */
async function livePage(
  items: Items,
  wanted: keyof typeof livePartitions,
  limit: number,
  after: ApprovalPosition | null,
): Promise<ApprovalPage> {
  const clusterKey = livePartitions[wanted];
  const page = await items.query({
    table: 'idempotency',
    index: stateIndex,
    hash: clusterKey,
    limit,
    attributes: ['idempotencyKey'],
    ...(after && { start: { clusterKey, idempotencyKey: approvalItemKeyOf(after.key) } }),
  });
  const approvals = await approvalsOf(
    items,
    page.items.map((item) => textIn(item, 'idempotencyKey')),
  );
  const next = page.next && positionText({ time: 0, key: positionOfKey(page.next).key });
  return { approvals: approvals.filter(({ state }) => state === wanted), next };
}

/**
 * A page of the approvals of a cluster, newest first. Those of other format versions are left out.
 */
async function clusterPage(
  items: Items,
  { namespace, ...cluster }: Extract<ApprovalPartition, { kind: 'cluster' }>,
  limit: number,
  after: ApprovalPosition | null,
): Promise<ApprovalPage> {
  const openShard = approvalsKeyOf(cluster);
  const page = await items.query({
    table: 'idempotency',
    index: leaseIndex,
    hash: openShard,
    isDescending: true,
    filter: namespace === null ? supported : allOf(supported, equals('namespace', namespace)),
    limit: namespace === null ? limit : maxExaminedApprovals,
    ...(after && { start: { openShard, leaseUntil: after.time, idempotencyKey: approvalItemKeyOf(after.key) } }),
  });
  const approvals = page.items.slice(0, limit).map(approvalOfItem);
  const last = page.items.length > limit ? approvals.at(-1) : undefined;
  if (last) return { approvals, next: positionText(requestedPosition(last)) };
  return { approvals, next: page.next && positionText(positionOfKey(page.next)) };
}

function positionOfKey(item: Item): ApprovalPosition {
  return { time: Number(item.leaseUntil), key: textIn(item, 'idempotencyKey').slice(approvalItemPrefix.length) };
}
