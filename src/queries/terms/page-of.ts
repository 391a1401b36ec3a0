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
 */
export async function pageOf<Item, Node>(
  cursors: Cursors,
  query: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
  visible: (item: Item) => Node | null,
  input: PageInput,
  maxExamined: number,
): Promise<QueryResult<Connection<Node>>> {
  const read = await cursors.open(query, input.after);
  const index = read?.kind === 'position' ? items.findIndex((item) => nameOf(item) === read.position) : -1;
  const broken = read?.kind === 'position' && index < 0 ? invalidCursor : read;
  const findings = [...firstFindings(input), ...(broken?.kind === 'invalid' ? [broken.finding] : [])];
  if (findings.length > 0) return { kind: 'invalid', findings };

  const rows: { readonly position: string; readonly node: Node }[] = [];
  const examined = items.slice(index + 1, index + 1 + maxExamined);
  let next: string | null = null;
  for (const item of examined) {
    if (rows.length === firstOf(input)) break;
    const [position, node] = [nameOf(item), visible(item)];
    if (node !== null) rows.push({ position, node });
    next = item === items.at(-1) ? null : position;
  }
  return { kind: 'ok', value: await cursors.connection(query, rows, next) };
}
