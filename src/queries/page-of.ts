import { brokenCursor, cursorOf, firstFindings, firstOf, readCursor } from '../validation/paging.ts';
import type { Connection, PageInput } from '../validation/paging.ts';
import type { QueryResult } from './query-result.ts';

/**
 * A page of the items of a list in memory that are visible, from the one after the cursor's on.
 *
 * @param query identifies the query, and what the list follows from, for its cursors
 * @param nameOf a name of each item, different from those of others
 * @param visible what is shown of an item; null: nothing
 */
export function pageOf<Item, Node>(
  query: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
  visible: (item: Item) => Node | null,
  input: PageInput,
  maxExamined: number,
): QueryResult<Connection<Node>> {
  const read = typeof input.after === 'string' ? readCursor(query, input.after) : null;
  const index = read?.kind === 'position' ? items.findIndex((item) => nameOf(item) === read.position) : -1;
  const broken = read?.kind === 'position' && index < 0 ? brokenCursor : read;
  const findings = [...firstFindings(input), ...(broken?.kind === 'invalid' ? [broken.finding] : [])];
  if (findings.length > 0) return { kind: 'invalid', findings };

  const edges: { readonly cursor: string; readonly node: Node }[] = [];
  const examined = items.slice(index + 1, index + 1 + maxExamined);
  let end = index + 1;
  for (const item of examined) {
    if (edges.length === firstOf(input)) break;
    end += 1;
    const node = visible(item);
    if (node !== null) edges.push({ cursor: cursorOf(query, nameOf(item)), node });
  }
  const last = items[end - 1];
  const endCursor = last === undefined ? null : cursorOf(query, nameOf(last));
  return { kind: 'ok', value: { edges, hasNextPage: end < items.length, endCursor } };
}
