import { pageToken, readPageToken } from './page-token.ts';
import { invalidParameter } from './reply.ts';
import type { Refusal } from './reply.ts';

/** Most items on a page, and the default (EKS API reference, for all lists). */
const maxPage = 100;

/** How a list is paged. */
export interface Paging<T> {
  /** Holds `maxResults` and `nextToken`, if any. */
  readonly query: URLSearchParams;
  /** Names the list and its filters: a page token is valid only for the list that returned it. */
  readonly listName: string;
  /** Signs page tokens. */
  readonly secret: string;
  /**
   * Identifies an item. Pages are in the order of these keys, so one can start after an item that
   * was deleted.
   */
  readonly keyOf: (item: T) => string;
  /** Named in refusals; absent for a list that is not of a cluster. */
  readonly clusterName?: string;
}

/** One page of a list. */
export interface Page<T> {
  readonly kind: 'page';
  readonly items: readonly T[];
  /** Null on the last page. */
  readonly nextToken: string | null;
}

/** The page that the query asks for. Refuses an invalid `maxResults` or `nextToken` with 400. */
export function pageOf<T>(
  all: readonly T[],
  { query, listName, secret, keyOf, clusterName }: Paging<T>,
): Page<T> | Refusal {
  const size = pageSize(query.get('maxResults'));
  if (size === null) return invalidParameter(clusterName, `maxResults must be a number from 1 to ${maxPage}`);
  const token = query.get('nextToken');
  const after = token ? readPageToken(token, listName, secret) : '';
  if (after === null) return invalidParameter(clusterName, 'nextToken is not a token that this list returned');

  const rest = all.filter((item) => keyOf(item) > after).sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const items = rest.slice(0, size);
  const last = items.at(-1);
  const nextToken = last !== undefined && rest.length > size ? pageToken(keyOf(last), listName, secret) : null;
  return { kind: 'page', items, nextToken };
}

function pageSize(maxResults: string | null): number | null {
  if (maxResults === null) return maxPage;
  const size = /^\d{1,3}$/.test(maxResults) ? Number(maxResults) : 0;
  return size >= 1 && size <= maxPage ? size : null;
}
