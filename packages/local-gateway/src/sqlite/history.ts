import type { DatabaseSync } from 'node:sqlite';
import type { AssociationReads, FoundTargets } from '../../../../src/ledger/association-history.ts';
import type { AssociationVersion } from '../../../../src/ledger/association-version.ts';
import { mergeFound } from '../../../../src/ledger/found-targets.ts';
import {
  associationKeyOf,
  associationPrefix,
  clusterKeyOf,
  placeOf,
  targetOfAssociationKey,
  targetOfPlace,
} from '../../../../src/ledger/keys.ts';
import { versionPlaceOf } from '../../../../src/ledger/version-keys.ts';
import { scanOfText, stateOfText, versionOfText, versionText } from './record-json.ts';

/** A method of {@link AssociationReads} that returns its result. */
type Synchronous = {
  readonly [Name in Exclude<keyof AssociationReads, 'getAssociationState'>]: (
    ...args: Parameters<AssociationReads[Name]>
  ) => Awaited<ReturnType<AssociationReads[Name]>>;
};

/**
 * The prepared statements of the history and of what queries read, as functions. They throw the
 * errors of SQLite.
 */
export function prepareHistory(database: DatabaseSync) {
  const insert = database.prepare(`
    INSERT OR IGNORE INTO associationVersion (place, versionPlace, roleArn, targetRoleArn, version) VALUES (?, ?, ?, ?, ?)`);
  const inCluster = database.prepare(`
    SELECT associationKey FROM association WHERE clusterKey = ? AND associationKey >= ? AND associationKey < ?
    ORDER BY associationKey LIMIT ?`);
  const withRole = ['roleArn', 'targetRoleArn'].map((column) =>
    database.prepare(`
      SELECT DISTINCT place FROM associationVersion WHERE ${column} = ? AND place >= ? AND place < ? ORDER BY place LIMIT ?`),
  );
  const named = database.prepare(`
    SELECT associationKey FROM association WHERE clusterKey = ? AND associationId IN (SELECT value FROM json_each(?))`);
  const state = database.prepare('SELECT state FROM association WHERE associationKey = ?');
  const before = database.prepare(`
    SELECT version FROM associationVersion WHERE place = ? AND versionPlace < ? ORDER BY versionPlace DESC LIMIT ?`);
  const from = database.prepare(
    'SELECT version FROM associationVersion WHERE place = ? AND versionPlace >= ? ORDER BY versionPlace LIMIT ?',
  );
  const scan = database.prepare('SELECT scan FROM clusterScan WHERE clusterKey = ?');
  /** One row more than the limit tells whether the list is complete. */
  const found = (places: readonly string[], limit: number): FoundTargets => ({
    targets: places.slice(0, limit).map(targetOfPlace),
    isComplete: places.length <= limit,
  });
  const textOf = (row: Record<string, unknown> | undefined, column: string) => (row ? String(row[column]) : null);

  const reads: Synchronous = {
    targetsInCluster(cluster, { from, to }, limit) {
      const [low, high] = [`${associationPrefix}${from}`, `${associationPrefix}${to}`];
      const rows = inCluster.all(clusterKeyOf(cluster), low, high, limit + 1);
      const places = rows.map(({ associationKey }) => String(associationKey).slice(associationPrefix.length));
      return found(places, limit);
    },
    targetsWithRole(roleArn, { from, to }, limit) {
      const lists = withRole.map((select) =>
        select.all(roleArn, from, to, limit + 1).map(({ place }) => String(place)),
      );
      return mergeFound(lists.map((places) => found(places, limit)));
    },
    getAssociationStates(targets) {
      return targets.map((target) => {
        const text = textOf(state.get(associationKeyOf(target)), 'state');
        return text === null ? null : stateOfText(text);
      });
    },
    targetsOfAssociations(cluster, associationIds) {
      const rows = named.all(clusterKeyOf(cluster), JSON.stringify(associationIds));
      return rows.map(({ associationKey }) => targetOfAssociationKey(String(associationKey)));
    },
    readVersions(target, range, limit) {
      const rows =
        'before' in range
          ? before.all(placeOf(target), range.before, limit)
          : from.all(placeOf(target), range.from, limit);
      return rows.map(({ version }) => versionOfText(String(version)));
    },
    getClusterScans(clusters) {
      return clusters.map((cluster) => {
        const text = textOf(scan.get(clusterKeyOf(cluster)), 'scan');
        return text === null ? null : scanOfText(text);
      });
    },
  };
  return {
    reads,
    insertVersion(version: AssociationVersion): void {
      const { target, association } = version;
      insert.run(
        placeOf(target),
        versionPlaceOf(version),
        association?.roleArn ?? null,
        association?.targetRoleArn ?? null,
        versionText(version),
      );
    },
  };
}
