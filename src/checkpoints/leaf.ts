import { createHash } from 'node:crypto';
import { decodeTime } from 'ulid';
import { isTrailPosition } from '../ledger/trail-position.ts';
import { auditEntryId } from '../model/audit.ts';
import type { StoredEntry } from '../ledger/checkpoint-store.ts';

/**
 * What the log says of an entry. It has the hash of the entry's text and not the text, and a nonce,
 * so that what remains of a leaf that is erased, its hash in the tree, discloses nothing about the
 * entry.
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
  /**
   * Set on an entry that appeared after entries had been taken in that are newer by more than the
   * overlap. Its place in the log says nothing about its time.
   */
  readonly straggler?: true;
}

/** The text of a new leaf, which is hashed into the tree as it is. */
export function leafText(
  entry: StoredEntry,
  {
    includedAt,
    nonce,
    isStraggler,
  }: { readonly includedAt: number; readonly nonce: Buffer; readonly isStraggler: boolean },
): string {
  const leaf: Leaf = {
    id: auditEntryId(entry),
    includedAt: new Date(includedAt).toISOString(),
    nonce: nonce.toString('base64url'),
    sha256: entryHash(entry.text),
    ...(isStraggler ? { straggler: true } : {}),
  };
  return JSON.stringify(leaf);
}

/** Parses the text of a leaf. Throws an Error if it is not one. */
export function parseLeaf(text: string): Leaf {
  const { id, includedAt, nonce, sha256, straggler } = JSON.parse(text) as Leaf;
  if (![id, includedAt, nonce, sha256].every((field) => typeof field === 'string'))
    throw new Error(`Not a leaf: ${text}`);
  return { id, includedAt, nonce, sha256, ...(straggler === true ? { straggler } : {}) };
}

export function entryHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The id of the entry of a leaf within its operation: a ULID, unless the leaf is that of an item
 * that is not an entry.
 */
export function entryIdOf({ id }: Pick<Leaf, 'id'>): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

/**
 * The time in the id of the entry of a leaf, in milliseconds since the epoch; null if it is not the
 * id of an entry.
 */
export function entryTimeOf(leaf: Pick<Leaf, 'id'>): number | null {
  const entryId = entryIdOf(leaf);
  return isTrailPosition(entryId) ? decodeTime(entryId) : null;
}

/** The time that places a leaf in the order of the log; null: its place says nothing. */
export function orderTimeOf(leaf: Pick<Leaf, 'id' | 'straggler'>): number | null {
  return leaf.straggler === true ? null : entryTimeOf(leaf);
}
