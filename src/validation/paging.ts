import { createHash } from 'node:crypto';
import type { QueryAuditTrailArgs } from '../generated/types.ts';
import type { Finding } from '../model/refusal.ts';

/** The paging arguments as GraphQL passes them. Absent and null mean the same. */
export type PageInput = Pick<QueryAuditTrailArgs, 'first' | 'after'>;

/** An item of a page and its cursor. */
interface Edge<Item> {
  readonly cursor: string;
  readonly node: Item;
}

/** A page, by the GraphQL Cursor Connections Specification. */
export interface Connection<Item> {
  readonly edges: readonly Edge<Item>[];
  readonly hasNextPage: boolean;
  /** The cursor to pass as `after` for the next page; null when the page is empty and the last one. */
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

/** The version of the cursor format. It distinguishes an old cursor from an invalid one. */
const version = 1;

/**
 * The cursor of a position in the result of a query: an opaque string, valid for that query only. `query` is any string
 * that identifies the query. The digest at the end detects damage, not forgery: the content of a cursor is validated like
 * any other input, and every page is authorized separately.
 */
export function cursorOf(query: string, position: unknown): string {
  const content = Buffer.from(JSON.stringify([version, digest(query), position])).toString('base64url');
  return `${content}.${digest(content)}`;
}

/** The position of a cursor, or a finding where the cursor is invalid, incomplete or of another query. */
export type ReadCursor =
  { readonly kind: 'position'; readonly position: unknown } | { readonly kind: 'invalid'; readonly finding: Finding };

/** Reads the position of a cursor. */
export function readCursor(query: string, cursor: string): ReadCursor {
  const [content = '', checksum] = cursor.split('.', 2);
  if (cursor !== `${content}.${digest(content)}` || checksum === undefined) return invalid(notValid);
  const [cursorVersion, queryDigest, position] = contentOf(content);
  if (cursorVersion !== version) return invalid('after is a cursor of another version of the gateway.');
  if (queryDigest !== digest(query)) return invalid('after is a cursor of another query.');
  return { kind: 'position', position };
}

/** The result for a cursor whose position is invalid. */
export const brokenCursor = invalid('after is not a valid cursor.');

const notValid = 'after is not a valid cursor, or is incomplete.';

function invalid(message: string): Extract<ReadCursor, { kind: 'invalid' }> {
  return { kind: 'invalid', finding: cursorFinding(message) };
}

/** A finding on a cursor. */
export function cursorFinding(message: string): Finding {
  const advice =
    'Pass endCursor of the previous page unchanged, with the same arguments, or leave after out to start at the first page.';
  return { path: 'after', rule: 'cursor', message, advice };
}

function contentOf(content: string): readonly unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(content, 'base64url').toString());
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
