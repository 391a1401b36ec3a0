import { firstFindings, firstOf, invalidCursor } from '../../validation/paging.ts';
import type { Connection, PageInput } from '../../validation/paging.ts';
import type { Cursors } from './cursors.ts';
import type { QueryResult } from './query-result.ts';

/**
 * A page of the items of a list in memory that are visible, from the one after the cursor's on.
 *
 * @param query identifies the query, and what the list follows from, for its cursors
 * @param nameOf a name of each item, different from those of others
 * @param visible what is shown of an item; null: nothing
 * @param isSpent asked after each item: whether the page must end, because it has cost enough
 */
export async function pageOf<Item, Node>(
  cursors: Cursors,
  query: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
  visible: (item: Item) => Node | null,
  input: PageInput,
  isSpent: () => boolean = () => false,
): Promise<QueryResult<Connection<Node>>> {
  const read = await cursors.open(query, input.after);
  const index = read?.kind === 'position' ? items.findIndex((item) => nameOf(item) === read.position) : -1;
  const broken = read?.kind === 'position' && index < 0 ? invalidCursor : read;
  const findings = [...firstFindings(input), ...(broken?.kind === 'invalid' ? [broken.finding] : [])];
  if (findings.length > 0) return { kind: 'invalid', findings };

  const rows: { readonly position: string; readonly node: Node }[] = [];
  let next: string | null = null;
  for (const item of items.slice(index + 1)) {
    const [position, node] = [nameOf(item), visible(item)];
    if (node !== null) rows.push({ position, node });
    next = item === items.at(-1) ? null : position;
    if (rows.length === firstOf(input) || isSpent()) break;
  }
  return { kind: 'ok', value: await cursors.connection(query, rows, next) };
}
