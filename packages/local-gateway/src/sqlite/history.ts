import type { DatabaseSync } from 'node:sqlite';
import type { AssociationReads, FoundTargets, VersionsAround } from '../../../../src/ledger/association-history.ts';
import type { AssociationVersion } from '../../../../src/ledger/association-state.ts';
import { mergeFound } from '../../../../src/ledger/found-targets.ts';
import {
  associationKeyOf,
  associationPrefix,
  clusterKeyOf,
  placeOf,
  targetOfAssociationKey,
  targetOfPlace,
} from '../../../../src/ledger/keys.ts';
import { scanOfText, stateOfText, versionOfText, versionText } from './record-json.ts';

/** A method of {@link AssociationReads} that returns its result. */
type Synchronous = {
  readonly [Name in Exclude<keyof AssociationReads, 'getAssociationState'>]: (
    ...args: Parameters<AssociationReads[Name]>
  ) => Awaited<ReturnType<AssociationReads[Name]>>;
};

/** The prepared statements of the history and of what queries read, as functions. They throw the errors of SQLite. */
export function prepareHistory(database: DatabaseSync) {
  const insert = database.prepare(`
    INSERT OR IGNORE INTO associationVersion (place, seenAt, operationId, roleArn, targetRoleArn, version) VALUES (?, ?, ?, ?, ?, ?)`);
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
  const last = database.prepare(
    'SELECT version FROM associationVersion WHERE place = ? AND seenAt <= ? ORDER BY seenAt DESC, operationId DESC LIMIT 1',
  );
  const next = database.prepare(
    'SELECT version FROM associationVersion WHERE place = ? AND seenAt > ? ORDER BY seenAt, operationId LIMIT 1',
  );
  const scan = database.prepare('SELECT scan FROM clusterScan WHERE clusterKey = ?');
  /** One row more than the limit tells whether the list is complete. */
  const found = (places: readonly string[], limit: number): FoundTargets => ({
    targets: places.slice(0, limit).map(targetOfPlace),
    isComplete: places.length <= limit,
  });
  const textOf = (row: Record<string, unknown> | undefined, column: string) => (row ? String(row[column]) : null);
  const versionOf = (row: Record<string, unknown> | undefined) => {
    const text = textOf(row, 'version');
    return text === null ? null : versionOfText(text);
  };

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
    versionsAround(target, at): VersionsAround {
      const place = placeOf(target);
      return { last: versionOf(last.get(place, at)), next: versionOf(next.get(place, at)) };
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
      const { target, seenAt, operationId, association } = version;
      insert.run(
        placeOf(target),
        seenAt,
        operationId ?? 'scan',
        association?.roleArn ?? null,
        association?.targetRoleArn ?? null,
        versionText(version),
      );
    },
  };
}
