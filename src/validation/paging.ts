import { createHash } from 'node:crypto';
import type { Finding } from '../model/refusal.ts';

/** How a page is asked for, as GraphQL hands it over. Absent and null mean the same. */
export interface PageInput {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** An item of a page, and its cursor. */
export interface Edge<Item> {
  readonly cursor: string;
  readonly node: Item;
}

/** A page, in the form of the GraphQL Cursor Connections Specification. */
export interface Connection<Item> {
  readonly edges: readonly Edge<Item>[];
  readonly hasNextPage: boolean;
  /** Where the next page begins; null when the page is empty and nothing follows. */
  readonly endCursor: string | null;
}

const defaultFirst = 50;
const maxFirst = 1_000;

/** How many a page may have. */
export function firstOf({ first }: PageInput): number {
  return first ?? defaultFirst;
}

/** Rules of the size of a page. */
export function firstFindings({ first }: PageInput): Finding[] {
  const size = first ?? defaultFirst;
  if (size >= 1 && size <= maxFirst) return [];
  const advice = `Give a number from 1 to ${maxFirst}, and read on with after.`;
  return [{ path: 'first', rule: 'page-size', message: `first is ${size}.`, advice }];
}

/** Grows with every change of what cursors hold, so that one of an older version is told from a broken one. */
const version = 1;

/**
 * A position in the answers to a query, as text: opaque, and of no use with another query. `query` is whatever tells
 * queries apart. The digest at its end shows mistakes, and is no secret: what a cursor says is held to the same rules as
 * any other input, and who may read is decided anew for every page.
 */
export function cursorOf(query: string, position: unknown): string {
  const content = Buffer.from(JSON.stringify([version, digest(query), position])).toString('base64url');
  return `${content}.${digest(content)}`;
}

/** What a cursor says; a finding where it is none, is not whole, or is of another query. */
export type ReadCursor =
  { readonly kind: 'position'; readonly position: unknown } | { readonly kind: 'invalid'; readonly finding: Finding };

/** Takes a cursor apart. */
export function readCursor(query: string, cursor: string): ReadCursor {
  const [content = '', seal] = cursor.split('.', 2);
  if (cursor !== `${content}.${digest(content)}` || seal === undefined) return invalid(notWhole);
  const [madeBy, madeFor, position] = contentOf(content);
  if (madeBy !== version) return invalid('after is a cursor of another version of the gateway.');
  if (madeFor !== digest(query)) return invalid('after is a cursor of another query.');
  return { kind: 'position', position };
}

/** The finding on a cursor that says what none of the gateway's does. */
export const brokenCursor: ReadCursor = invalid('after is no cursor.');

const notWhole = 'after is no cursor of the gateway, or not the whole of one.';

function invalid(message: string): Extract<ReadCursor, { kind: 'invalid' }> {
  return { kind: 'invalid', finding: cursorFinding(message) };
}

/** What is wrong with a cursor, and how to mend it. */
export function cursorFinding(message: string): Finding {
  const advice =
    'Pass endCursor of the page before as it was answered, with the same arguments as there; or leave after out, and start again.';
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
