import { partsOfArn } from '../ui/arn-parts.ts';
import { isOutside, placeOf } from './rows.ts';
import type { Row, Selection } from './rows.ts';

/** Something on one side of the picture. */
export interface PictureNode {
  readonly id: string;
  readonly name: string;
  /** The nodes of a group follow each other under its heading. */
  readonly group: string;
  readonly associations: number;
  /** Where its name leads: parameters of the list, or the open service account. */
  readonly params: Selection;
}

/** What reaches what, and by how many associations. */
export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly associations: number;
  /** Whether no operation explains one of them. */
  readonly isOutside: boolean;
}

/**
 * Service accounts on the left, the roles that they reach on the right, as fine as the number of
 * nodes permits.
 */
export interface Picture {
  /** What the two sides show, e.g. "Service accounts" and "Roles". */
  readonly sides: readonly [string, string];
  readonly left: readonly PictureNode[];
  readonly right: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

type Head = Omit<PictureNode, 'associations'>;

/** How fine the picture is. */
interface Level {
  readonly sides: readonly [string, string];
  readonly left: (row: Row) => Head;
  readonly right: (arn: string) => Head;
}

const serviceAccount = (row: Row): Head => ({
  id: placeOf(row),
  name: row.serviceAccount,
  params: { open: placeOf(row) },
  group: `${row.namespace} · ${row.clusterName} · ${row.accountId}`,
});
const namespaceOfAccount = ({ accountId, namespace }: Row): Head => ({
  id: `${accountId}/${namespace}`,
  name: namespace,
  group: accountId,
  params: { accountId, namespace },
});
const namespaceOfAll = ({ namespace }: Row): Head => ({
  id: namespace,
  name: namespace,
  group: '',
  params: { namespace },
});
const accountOf = (arn: string) => arn.split(':')[4] ?? '';
const role = (arn: string): Head => ({
  id: arn,
  name: partsOfArn(arn).name,
  group: partsOfArn(arn).place,
  params: { roleArn: arn },
});
const pathOfRole = (arn: string): Head => {
  const path = arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1);
  const id = `:${accountOf(arn)}:role${path}`;
  return { id, name: path, group: accountOf(arn), params: { q: id } };
};
const accountOfRole = (arn: string): Head => {
  const id = `iam::${accountOf(arn)}:`;
  return { id, name: accountOf(arn), group: '', params: { q: id } };
};

/** From fine to coarse. */
const levels: readonly [Level, ...Level[]] = [
  { sides: ['Service accounts', 'Roles'], left: serviceAccount, right: role },
  { sides: ['Namespaces', 'Roles'], left: namespaceOfAccount, right: role },
  { sides: ['Namespaces', 'Paths of roles'], left: namespaceOfAccount, right: pathOfRole },
  { sides: ['Namespaces', 'Accounts of roles'], left: namespaceOfAll, right: accountOfRole },
];

/** More nodes than this are grouped. */
export const maxNodes = 200;

/**
 * The finest picture of rows with at most {@link maxNodes} nodes; the coarsest one leaves out the nodes with
 * the fewest associations, in one for all of them.
 */
export function pictureOf(rows: readonly Row[]): Picture {
  const level = levels.find((one) => countOf(one, rows) <= maxNodes);
  if (level) return pictureAt(level, rows);
  const [coarsest = levels[0]] = levels.slice(-1);
  const made = pictureAt(coarsest, rows);
  const [left, right] = [keptNodes(made.left, maxNodes / 2), keptNodes(made.right, maxNodes / 2)];
  return pictureAt(
    {
      sides: coarsest.sides,
      left: (row) => kept(coarsest.left(row), left),
      right: (arn) => kept(coarsest.right(arn), right),
    },
    rows,
  );
}

/** How many nodes a picture has. */
function countOf({ left, right }: Level, rows: readonly Row[]): number {
  const roles = new Set(rows.flatMap(rolesOf));
  return new Set(rows.map((row) => left(row).id)).size + new Set([...roles].map((arn) => right(arn).id)).size;
}

function rolesOf({ roleArn, targetRoleArn }: Row): readonly string[] {
  return targetRoleArn === null ? [roleArn] : [roleArn, targetRoleArn];
}

function keptNodes(nodes: readonly PictureNode[], most: number): ReadonlySet<string> {
  const largest = nodes.toSorted((one, other) => other.associations - one.associations).slice(0, most - 1);
  return new Set(largest.map(({ id }) => id));
}

function kept(head: Head, ids: ReadonlySet<string>): Head {
  return ids.has(head.id) ? head : { id: '', name: 'all others', group: '', params: {} };
}

function pictureAt({ sides, left, right }: Level, rows: readonly Row[]): Picture {
  const [lefts, rights] = [new Map<string, PictureNode>(), new Map<string, PictureNode>()];
  const edges = new Map<string, PictureEdge>();
  for (const row of rows) {
    const from = left(row);
    count(lefts, from);
    for (const arn of rolesOf(row)) {
      const to = right(arn);
      count(rights, to);
      const key = JSON.stringify([from.id, to.id]);
      const known = edges.get(key);
      edges.set(key, {
        from: from.id,
        to: to.id,
        associations: (known?.associations ?? 0) + 1,
        isOutside: (known?.isOutside ?? false) || isOutside(row),
      });
    }
  }
  const ordered = inOrder([...lefts.values()], (one, other) => collator.compare(one.name, other.name));
  return {
    sides,
    left: ordered,
    right: besideTheirs([...rights.values()], ordered, [...edges.values()]),
    edges: [...edges.values()],
  };
}

function count(nodes: Map<string, PictureNode>, head: Head): void {
  nodes.set(head.id, { ...head, associations: (nodes.get(head.id)?.associations ?? 0) + 1 });
}

const collator = new Intl.Collator('en', { numeric: true });

/** Nodes by group, and in the order given within one. */
function inOrder(nodes: readonly PictureNode[], order: (one: PictureNode, other: PictureNode) => number) {
  return nodes.toSorted((one, other) => collator.compare(one.group, other.group) || order(one, other));
}

/**
 * The right side: nodes and groups as high as the middle of what reaches them, so that few lines
 * cross.
 */
function besideTheirs(nodes: readonly PictureNode[], left: readonly PictureNode[], edges: readonly PictureEdge[]) {
  const places = new Map(left.map(({ id }, index) => [id, index]));
  const reached = Map.groupBy(edges, ({ to }) => to);
  const heights = new Map([...reached].map(([to, some]) => [to, mean(some.map(({ from }) => places.get(from) ?? 0))]));
  const height = ({ id }: PictureNode) => heights.get(id) ?? 0;
  const ofGroup = Map.groupBy(nodes, ({ group }) => group);
  const groups = [...ofGroup.values()].map((some) => ({ some, at: mean(some.map(height)) }));
  return groups
    .sort((one, other) => one.at - other.at)
    .flatMap(({ some }) => some.toSorted((one, other) => height(one) - height(other)));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / Math.max(numbers.length, 1);
}
