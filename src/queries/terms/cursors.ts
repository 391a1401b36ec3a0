import type { CursorSeals } from '../../ledger/cursor-keys.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { Principal } from '../../model/principal.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { invalidCursor } from '../../validation/paging.ts';
import type { Connection, ReadCursor } from '../../validation/paging.ts';
import { cursorSeals, formerKeyMs, newerCursorSeals } from './cursor-keys.ts';
import type { CursorKeySource } from './cursor-keys.ts';

/** A row of a page, and the position after it, as JSON. */
interface Row<Node> {
  readonly position: unknown;
  readonly node: Node;
}

/**
 * The cursors of one principal. `query` is any text that identifies a query: a cursor is valid for
 * that query and that principal only, and tells
 * nothing of its position, which can be that of a row that the principal may not see. The first
 * cursor of a process costs a read of the ledger.
 * Methods throw `LedgerUnavailable`.
 */
export interface Cursors {
  /** Null without a cursor. */
  readonly open: (query: string, cursor: string | null | undefined) => Promise<ReadCursor | null>;
  readonly seal: (query: string, position: unknown) => Promise<string>;
  /** A page. `next` is the position at which the next one begins; null at the end. */
  readonly connection: <Node>(query: string, rows: readonly Row<Node>[], next: unknown) => Promise<Connection<Node>>;
}

/**
 * Creates the cursors of a principal.
 *
 * @param deadline when the answer must be sent, in milliseconds since the epoch
 */
export function makeCursors(
  source: CursorKeySource,
  { kind, id }: Pick<Principal, 'kind' | 'id'>,
  deadline: number,
): Cursors {
  const inTime = (seals: Promise<CursorSeals>) => withDeadline(deadline - source.clock(), seals, ledgerTimeout);
  const boundTo = (query: string) => JSON.stringify([kind, id, query]);
  const openWith = ({ current, former, madeAt }: CursorSeals, query: string, cursor: string) => {
    const isFormerValid = source.clock() - madeAt < formerKeyMs;
    return current.open(boundTo(query), cursor) ?? (isFormerValid ? former?.open(boundTo(query), cursor) : null);
  };
  const sealer = async (query: string) => {
    const { current } = await inTime(cursorSeals(source));
    return (position: unknown) => current.seal(boundTo(query), position);
  };
  return {
    open: async (query, cursor) => {
      if (cursor === null || cursor === undefined) return null;
      const opened = openWith(await inTime(cursorSeals(source)), query, cursor);
      if (opened) return { kind: 'position', position: opened.value };
      const newer = newerCursorSeals(source);
      const reopened = newer && openWith(await inTime(newer), query, cursor);
      return reopened ? { kind: 'position', position: reopened.value } : invalidCursor;
    },
    seal: async (query, position) => (await sealer(query))(position),
    connection: async (query, rows, next) => {
      if (rows.length === 0 && next === null) return { edges: [], hasNextPage: false, endCursor: null };
      const seal = await sealer(query);
      // Most requests select nodes, and no cursor of theirs.
      const edges = rows.map(({ position, node }) => ({
        node,
        get cursor() {
          return seal(position);
        },
      }));
      const endCursor = next === null ? (edges.at(-1)?.cursor ?? null) : seal(next);
      return { edges, hasNextPage: next !== null, endCursor };
    },
  };
}
