import { conditionOn, supported } from './record.ts';
import { alreadyWritten, entryOrNull, requireDistinct } from './entry-json.ts';
import { requireSupported } from '../format.ts';
import { queryAll } from './items.ts';
import type { TransactedItems, Write } from './items.ts';
import { openShards, scanKeyOf } from './keys.ts';
import { firstEntries } from '../ledger.ts';
import type { Ledger } from '../ledger.ts';
import { stateChangeOf } from '../rules/state-change.ts';
import { stateMismatch } from '../rules/state-demand.ts';
import { alternativesOf } from '../rules/state-transition.ts';
import { approvalOfItem, approvalPut } from './approval.ts';
import { storedCursorKeys } from './cursor-keys.ts';
import { claimedByOfItem, claimPrefix, entryItem, entryOfItem, insertion, insertions } from './entry.ts';
import { storedLocks } from './locks.ts';
import { recordItem, recordOfItem } from './record.ts';
import { scanOfItem } from './scan.ts';
import { stateOfItem, stateUpdate, versionPuts } from './state.ts';
import { writeTogether } from './transaction.ts';
import { leaseIndex } from './tables.ts';
import { readTrail } from './trail.ts';

/** A ledger in two tables. A commit is one transaction, an append one put. */
export function storedLedger(items: TransactedItems): Omit<Ledger, 'close'> {
  return {
    commit: (...commit) => commitTo(items, ...commit),
    async appendEntry(entry) {
      const result = await items.put(insertion(entryItem(entry)));
      if (result.kind === 'rejected') alreadyWritten([entry], [entryOfItem(result.stored ?? {})]);
    },
    async getRecord(idempotencyKey) {
      const item = await items.get('idempotency', { idempotencyKey });
      return item === null ? null : recordOfItem(item);
    },
    async findClaimOfCreated(operationId) {
      const range = { kind: 'prefix', value: claimPrefix } as const;
      const [item] = await queryAll(items, { table: 'audit', hash: operationId, range }, 1);
      return item === undefined ? null : claimedByOfItem(item);
    },
    async getEntry({ operationId, entryId }) {
      const item = await items.get('audit', { operationId, entryId });
      return entryOrNull(() => item && entryOfItem(item));
    },
    async operationEntries(operationId, page) {
      const { limit, after } = { ...firstEntries, ...page };
      // Lower than every entry id. A key can't be the empty string.
      const range = { kind: 'above', value: after ?? '-' } as const;
      const found = await queryAll(items, { table: 'audit', hash: operationId, range }, limit);
      return found.map(entryOfItem);
    },
    readTrail: (query) => readTrail(items, query),
    async expiredLeases(now, limit) {
      const range = { kind: 'upTo', value: now } as const;
      const byShard = openShards.map((hash) =>
        queryAll(items, { table: 'idempotency', index: leaseIndex, hash, range, filter: supported }, limit),
      );
      const records = (await Promise.all(byShard)).flat().map(recordOfItem);
      return records.sort((one, other) => one.leaseUntil - other.leaseUntil).slice(0, limit);
    },
    async getClusterScan(cluster) {
      const item = await items.get('idempotency', { idempotencyKey: scanKeyOf(cluster) });
      if (item === null) return null;
      requireSupported(`scan of ${cluster.clusterName}`, item.v);
      return scanOfItem(item);
    },
    ...storedLocks(items),
    ...storedCursorKeys(items),
  };
}

/** As `Ledger.commit`. */
async function commitTo(
  items: TransactedItems,
  ...[expected, next, entries, use = null]: Parameters<Ledger['commit']>
): ReturnType<Ledger['commit']> {
  requireDistinct(entries);
  // A transaction even without entries: only a transaction can be repeated safely when its response
  // was lost.
  const put: Write = {
    kind: 'put',
    table: 'idempotency',
    item: recordItem(next),
    condition: conditionOn(expected),
  };
  const writes = [put, ...insertions(entries)];
  const alternatives = alternativesOf(stateChangeOf(next, entries));
  for (const [index, change] of alternatives.entries()) {
    const update = change && stateUpdate(change, { kind: 'later', commit: change });
    const all = [...writes, ...(change ? versionPuts(change) : [])];
    const result = await writeTogether(items, entries, all, update, use && approvalPut(use.expected, use.next));
    if (result.kind === 'committed') return result;
    if (result.kind === 'conflict') return { kind: 'conflict', record: result.stored && recordOfItem(result.stored) };
    if (result.kind === 'approval-mismatch') {
      if (result.stored) approvalOfItem(result.stored); // Throws for another format.
      return { kind: 'approval-mismatch' };
    }
    if (index < alternatives.length - 1) continue;
    const state = result.stored && stateOfItem(result.stored); // Throws for another format.
    if (result.isCondition && change?.demand) return stateMismatch(state, change);
    throw result.failure;
  }
  throw new Error('unreachable');
}
