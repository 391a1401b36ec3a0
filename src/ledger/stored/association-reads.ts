import type { AssociationReads, FoundTargets, KeyRange } from '../association-history.ts';
import { allOf, isIn, queryAll, textIn } from './items.ts';
import type { Item, Items } from './items.ts';
import {
  associationKeyOf,
  associationPrefix,
  clusterKeyOf,
  placeOf,
  scanKeyOf,
  targetOfAssociationKey,
  targetOfPlace,
} from './keys.ts';
import { scanOfItem } from './scan.ts';
import { stateKey, stateOfItem, statesQuery } from './state.ts';
import { versionOfItem } from './version.ts';
import { roleIndexes, stateIndex } from './tables.ts';
import { historyKeyOf, historyPrefix, placeOfVersionKey, versionPrefixOf } from './version-keys.ts';

/** What requests read of the states and the history, in the table of the idempotency records. */
export function storedAssociationReads(items: Items): AssociationReads {
  return {
    targetsInCluster(cluster, range, limit) {
      const source = { index: stateIndex, hash: clusterKeyOf(cluster), prefix: associationPrefix };
      return targetsIn(items, source, range, limit);
    },
    async targetsWithRole(roleArn, range, limit) {
      const found = Object.keys(roleIndexes).map((index) =>
        targetsIn(items, { index, hash: roleArn, prefix: historyPrefix }, range, limit),
      );
      return mergeFound(await Promise.all(found));
    },
    async getAssociationState(target) {
      return orNull(await items.get('idempotency', stateKey(target)), stateOfItem);
    },
    async getAssociationStates(targets) {
      return (await items.getMany(targets.map(associationKeyOf))).map((item) => orNull(item, stateOfItem));
    },
    async targetsOfAssociations(cluster, associationIds) {
      // The index has no key for the id of an association.
      const { filter, ...query } = statesQuery(cluster);
      const ofIds = allOf(filter, isIn('associationId', associationIds));
      const found = await queryAll(items, { ...query, filter: ofIds, attributes: ['idempotencyKey'] });
      return found.map((item) => targetOfAssociationKey(textIn(item, 'idempotencyKey')));
    },
    async readVersions(target, range, limit) {
      const isBefore = 'before' in range;
      const value = `${versionPrefixOf(target)}${isBefore ? range.before : range.from}`;
      const page = await items.query({
        table: 'idempotency',
        index: stateIndex,
        hash: historyKeyOf(target),
        range: { kind: isBefore ? 'below' : 'from', value },
        isDescending: isBefore,
        limit,
      });
      return page.items.map(versionOfItem);
    },
    async getClusterScans(clusters) {
      return (await items.getMany(clusters.map(scanKeyOf))).map((item) => orNull(item, scanOfItem));
    },
  };
}

function orNull<T>(item: Item | null, read: (item: Item) => T): T | null {
  return item === null ? null : read(item);
}

/** An index, a hash key in it, and how the keys of its items begin. */
interface KeySource {
  readonly index: string;
  readonly hash: string;
  readonly prefix: string;
}

/** The service accounts of the items of a range, in order. */
async function targetsIn(
  items: Pick<Items, 'query'>,
  { index, hash, prefix }: KeySource,
  { from, to }: KeyRange,
  limit: number,
): Promise<FoundTargets> {
  const page = await items.query({
    table: 'idempotency',
    index,
    hash,
    // No key equals `to`.
    range: { kind: 'between', low: `${prefix}${from}`, high: `${prefix}${to}` },
    attributes: ['idempotencyKey'],
    limit,
  });
  const placeOfKey = prefix === historyPrefix ? placeOfVersionKey : (key: string) => key.slice(prefix.length);
  const places = new Set(page.items.map((item) => placeOfKey(textIn(item, 'idempotencyKey'))));
  return { targets: [...places].map(targetOfPlace), isComplete: page.next === null };
}

/** Lists of the same range as one, up to where the first incomplete list ends. */
function mergeFound(lists: readonly FoundTargets[]): FoundTargets {
  const ends = lists.flatMap(({ targets, isComplete }) => {
    const last = targets.at(-1);
    return isComplete || last === undefined ? [] : [placeOf(last)];
  });
  const byPlace = new Map(lists.flatMap(({ targets }) => targets.map((target) => [placeOf(target), target] as const)));
  const end = ends.sort()[0];
  const targets = [...byPlace]
    .filter(([place]) => end === undefined || place <= end)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, target]) => target);
  return { targets, isComplete: lists.every(({ isComplete }) => isComplete) };
}
