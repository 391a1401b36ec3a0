import type { QueryAuditTrailArgs } from '../generated/types.ts';
import type { Finding } from '../model/refusal.ts';

/** The paging arguments as GraphQL passes them. Absent and null mean the same. */
export type PageInput = Pick<QueryAuditTrailArgs, 'first' | 'after'>;

/**
 * What a query selects by: every argument but those of the page, null where it is not given. An
 * argument that the schema gains does not compile until the query reads it; cursors are bound to
 * all of them.
 */
export type Filters<Args> = {
  readonly [Name in Exclude<keyof Args, 'first' | 'after'>]-?: Exclude<Args[Name], undefined>;
};

/** An item of a page and its cursor. */
interface Edge<Item> {
  readonly cursor: string;
  readonly node: Item;
}

/** A page, by the GraphQL Cursor Connections Specification. */
export interface Connection<Item> {
  readonly edges: readonly Edge<Item>[];
  readonly hasNextPage: boolean;
  /**
   * The cursor to pass as `after` for the next page; null when the page is empty and the last one.
   */
  readonly endCursor: string | null;
}

const defaultFirst = 50;
const maxFirst = 1_000;

/** The most items of a page. */
export function firstOf({ first }: PageInput): number {
  return first ?? defaultFirst;
}

/** Findings on the size of a page, or of a list without further pages. */
export function firstFindings({ first }: PageInput, more = ', and read further pages with after'): Finding[] {
  const size = first ?? defaultFirst;
  if (size >= 1 && size <= maxFirst) return [];
  const advice = `Give a number from 1 to ${maxFirst}${more}.`;
  return [{ path: 'first', rule: 'page-size', message: `first is ${size}; it must be from 1 to ${maxFirst}.`, advice }];
}

/**
 * The position of a cursor, or a finding where the cursor is not one of the query and the
 * principal.
 */
export type ReadCursor =
  { readonly kind: 'position'; readonly position: unknown } | { readonly kind: 'invalid'; readonly finding: Finding };

/** A finding on a cursor. */
export function cursorFinding(message: string): Finding {
  const advice =
    'Pass endCursor of the previous page unchanged, with the same arguments and as the same principal, or leave after out to start at the first page.';
  return { path: 'after', rule: 'cursor', message, advice };
}

/** The result for every cursor that is not valid, so that none tells more than another. */
export const invalidCursor = {
  kind: 'invalid',
  finding: cursorFinding('after is not a valid cursor, or is incomplete.'),
} as const satisfies ReadCursor;
