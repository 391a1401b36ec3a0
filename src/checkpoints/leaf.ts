import { createHash } from 'node:crypto';
import { decodeTime } from 'ulid';
import { auditEntryId } from '../model/audit.ts';
import type { StoredEntry } from '../ledger/checkpoint-store.ts';

/**
 * What the log says of an entry. It has the hash of the entry's text and not the text, and a nonce, so that what remains of a leaf
 * that is erased, its hash in the tree, discloses nothing about the entry.
 */
export interface Leaf {
  /** Public id of the entry: `<operationId>.<entryId>`. */
  readonly id: string;
  /** When the entry was taken into the log. RFC 3339, UTC. */
  readonly includedAt: string;
  /** 128 random bits, base64url. */
  readonly nonce: string;
  /** SHA-256, in hex, of the text of the entry as it is stored. */
  readonly sha256: string;
}

/** The text of a new leaf, which is hashed into the tree as it is. */
export function leafText(entry: StoredEntry, includedAt: number, nonce: Buffer): string {
  const leaf: Leaf = {
    id: auditEntryId(entry),
    includedAt: new Date(includedAt).toISOString(),
    nonce: nonce.toString('base64url'),
    sha256: entryHash(entry.text),
  };
  return JSON.stringify(leaf);
}

/** Parses the text of a leaf. Throws an Error if it is not one. */
export function parseLeaf(text: string): Leaf {
  const { id, includedAt, nonce, sha256 } = JSON.parse(text) as Leaf;
  if (![id, includedAt, nonce, sha256].every((field) => typeof field === 'string'))
    throw new Error(`Not a leaf: ${text}`);
  return { id, includedAt, nonce, sha256 };
}

export function entryHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The id of the entry of a leaf within its operation: a ULID. */
export function entryIdOf({ id }: Pick<Leaf, 'id'>): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

/** The time in the id of the entry of a leaf, in milliseconds since the epoch. */
export function entryTimeOf(leaf: Pick<Leaf, 'id'>): number {
  return decodeTime(entryIdOf(leaf));
}
