import { clusterKey } from '../api/cluster-key.ts';
import { partsOfArn } from '../ui/arn-parts.ts';
import { isOutside } from './rows.ts';
import type { Row, Selection } from './rows.ts';

/** What rows can be grouped by, with the words for it. */
export const groupings = { account: 'Account', cluster: 'Cluster', namespace: 'Namespace', role: 'Role' } as const;

/** What rows are grouped by. */
export type Grouping = keyof typeof groupings;

/** Reads a grouping from the URL; null if it is none. */
export function readGrouping(text: string | null): Grouping | null {
  return text !== null && Object.hasOwn(groupings, text) ? (text as Grouping) : null;
}

/** Rows with something in common, and how many. */
export interface Group {
  readonly key: string;
  readonly name: string;
  /** What tells it from others of the same name, e.g. its account; empty without. */
  readonly place: string;
  readonly associations: number;
  readonly clusters: number;
  readonly namespaces: number;
  readonly roles: number;
  /** Associations that no operation explains. */
  readonly outside: number;
  /** The filters that select it. */
  readonly filters: Selection;
}

const headOf: Readonly<Record<Grouping, (row: Row) => Pick<Group, 'name' | 'place' | 'filters'>>> = {
  account: ({ accountId }) => ({ name: accountId, place: '', filters: { accountId } }),
  cluster: ({ accountId, region, clusterName }) => ({
    name: clusterName,
    place: `${accountId} ${region}`,
    filters: { accountId, region, clusterName },
  }),
  namespace: ({ namespace }) => ({ name: namespace, place: '', filters: { namespace } }),
  role: ({ roleArn }) => ({ ...partsOfArn(roleArn), filters: { roleArn } }),
};

/** Rows by what they have in common, the largest group first. */
export function groupRows(rows: readonly Row[], by: Grouping): readonly Group[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(headOf[by](row).filters));
  return [...groups]
    .flatMap(([key, [first, ...rest]]) => (first ? [groupOf(key, [first, ...rest], by)] : []))
    .sort((one, other) => other.associations - one.associations || one.name.localeCompare(other.name));
}

function groupOf(key: string, rows: readonly [Row, ...Row[]], by: Grouping): Group {
  const count = (of: (row: Row) => string) => new Set(rows.map(of)).size;
  return {
    key,
    ...headOf[by](rows[0]),
    associations: rows.length,
    clusters: count(clusterKey),
    namespaces: count(({ namespace }) => namespace),
    roles: count(({ roleArn }) => roleArn),
    outside: rows.filter(isOutside).length,
  };
}
