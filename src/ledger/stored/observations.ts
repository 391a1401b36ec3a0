import type { ListedExpiry } from '../association-expiry.ts';
import type { StateSummary } from '../state-store.ts';
import type { ObservationStore } from '../cluster-scan.ts';
import { queryAll, textIn } from './items.ts';
import type { Item, ItemQuery, UpdatedItems } from './items.ts';
import { expiryShards, targetOfAssociationKey } from './keys.ts';
import { insertions } from './entry.ts';
import { storedRepairs } from './repairs.ts';
import { accountReadsOfItem, accountReadsPut, scanOfItem, scanPut, scansQuery } from './scan.ts';
import { supported } from './record.ts';
import { expiryOf, keysIn, stateOfItem, statesQuery, stateUpdate, versionPuts } from './state.ts';
import type { StoredState } from './state.ts';
import { writeTogether } from './transaction.ts';
import { leaseIndex } from './tables.ts';

/**
 * What scans store, in the table of the idempotency records: see
 * `docs/decisions/0005-association-state-and-history.md`.
 */
export function storedObservations(items: UpdatedItems): ObservationStore {
  return {
    ...storedRepairs(items),
    async statesOfCluster(cluster) {
      return (await queryAll(items, statesQuery(cluster))).map(summaryOfItem);
    },
    async dueExpiries(due, limit) {
      const found = await Promise.all(expiriesQueries(due).map((query) => queryAll(items, query, limit)));
      return found.flat().map(listedExpiryOf);
    },
    async clusterScans() {
      return (await queryAll(items, scansQuery)).map(scanOfItem);
    },
    async putClusterScan(fence, next, entry = null) {
      const put = scanPut(fence, next);
      if (entry === null) return (await items.put(put)).kind === 'written';
      return (await writeTogether(items, [entry], [put, ...insertions([entry])])).kind === 'committed';
    },
    async putAccountReads(next, now) {
      const result = await items.put(accountReadsPut(next, now), 'replaced');
      if (result.kind !== 'written') return { kind: 'leased' };
      return { kind: 'written', previous: result.replaced && accountReadsOfItem(result.replaced) };
    },
    async observeAssociation(revision, change, entry) {
      const update = stateUpdate(change, { kind: 'revision', revision });
      const entries = entry === null ? [] : [entry];
      const others = [...insertions(entries), ...versionPuts(change)];
      const result =
        others.length > 0 ? await writeTogether(items, entries, [update, ...others]) : await items.update(update);
      if ('stored' in result && result.stored !== null) stateOfItem(result.stored); // Throws for another format.
      return result.kind === 'committed' || result.kind === 'written';
    },
  };
}

/** The expiry of an item that {@link expiriesQueries} found. */
function listedExpiryOf(item: Item): ListedExpiry {
  const key = textIn(item, 'idempotencyKey');
  const stored = item as Item & Pick<StoredState, 'revision' | 'observed' | 'ending' | 'openShard' | 'leaseUntil'>;
  const expiry = expiryOf(stored);
  if (!expiry) throw new Error(`The item ${key} is listed and has no expiry.`);
  const hasDrift = (stored.observed?.driftId ?? null) !== null;
  return { target: targetOfAssociationKey(key), revision: stored.revision, expiry, hasDrift };
}

/**
 * The queries for the expiries to examine: of those that were not warned of, and of the others.
 */
function expiriesQueries({ warnUntil, now }: { readonly warnUntil: number; readonly now: number }) {
  const query = (hash: string, until: number): ItemQuery => ({
    table: 'idempotency',
    index: leaseIndex,
    hash,
    range: { kind: 'upTo', value: until },
    filter: supported,
    attributes: ['idempotencyKey', 'revision', 'ending', 'openShard', 'leaseUntil', ['observed', 'driftId']],
  });
  return [query(expiryShards.toWarn, warnUntil), query(expiryShards.warned, now)];
}

/** The summary of an item that {@link statesQuery} found. */
function summaryOfItem(item: Item): StateSummary {
  const stored = item as Item & Pick<StoredState, 'revision' | 'recordsInProgress'> & Partial<StateSummary>;
  return {
    target: targetOfAssociationKey(textIn(item, 'idempotencyKey')),
    revision: stored.revision,
    scannedRevision: stored.scannedRevision ?? null,
    scannedAt: stored.scannedAt ?? null,
    isPresent: stored.isPresent === true,
    associationId: stored.associationId ?? null,
    recordsInProgress: keysIn(stored.recordsInProgress),
  };
}
