import type { ObservationStore } from './cluster-scan.ts';
import { queryAll } from './items.ts';
import type { Items } from './items.ts';
import { insertions } from './stored-entry.ts';
import { storedRepairs } from './stored-repairs.ts';
import { accountReadsOfItem, accountReadsPut, scanOfItem, scanPut, scansQuery } from './stored-scan.ts';
import {
  endingsQueries,
  listedEndingOf,
  stateOfItem,
  statesQuery,
  stateUpdate,
  summaryOfItem,
  versionPuts,
} from './stored-state.ts';
import { writeTogether } from './stored-transaction.ts';

/**
 * What scans store, in the table of the idempotency records: see
 * `docs/decisions/0044-state-of-associations.md`.
 */
export function storedObservations(items: Items): ObservationStore {
  return {
    ...storedRepairs(items),
    async statesOfCluster(cluster) {
      return (await queryAll(items, statesQuery(cluster))).map(summaryOfItem);
    },
    async dueEndings(due, limit) {
      const found = await Promise.all(endingsQueries(due).map((query) => queryAll(items, query, limit)));
      return found.flat().map(listedEndingOf);
    },
    async clusterScans() {
      return (await queryAll(items, scansQuery)).map(scanOfItem);
    },
    async putClusterScan(fence, next) {
      return (await items.write(scanPut(fence, next))).kind === 'written';
    },
    async putAccountReads(next, now) {
      const result = await items.write(accountReadsPut(next, now), 'replaced');
      if (result.kind !== 'written') return { kind: 'leased' };
      return { kind: 'written', previous: result.replaced && accountReadsOfItem(result.replaced) };
    },
    async observeAssociation(revision, change, entry) {
      const update = stateUpdate(change, { kind: 'revision', revision });
      const entries = entry === null ? [] : [entry];
      const others = [...insertions(entries), ...versionPuts(change)];
      const result =
        others.length > 0 ? await writeTogether(items, entries, [update, ...others]) : await items.write(update);
      if ('stored' in result && result.stored !== null) stateOfItem(result.stored); // Throws for another format.
      return result.kind === 'committed' || result.kind === 'written';
    },
  };
}
