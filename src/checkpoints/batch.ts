import { isEntryText } from '../ledger/stored/entry-json.ts';
import { auditEntryId } from '../model/audit.ts';
import type { StoredEntry } from '../ledger/checkpoint-store.ts';
import { leafText, orderTimeOf, parseLeaf } from './leaf.ts';
import { archiveName, LogConflict } from './storage.ts';
import type { LogReader } from './storage.ts';
import { leafHash } from './merkle.ts';
import { bundlesOf, extend, readBundle, rootOfEdge, tileWidth } from './tiles.ts';
import type { TreeEdge } from './tiles.ts';

/**
 * How much older than the newest entry of the log an entry may be to be taken in, in milliseconds:
 * an entry can be stored, and appear in the index, some time after the time in its id. The log is
 * sorted but for this time, which lets readers compare it with the trail in one pass.
 */
export const overlapMs = 15 * 60_000;

/** The most that one part of the archive has. */
const mostEntries = 10_000;
const mostBytes = 16_000_000;

/** The leaves of one part of the archive, and what they add to the tree. */
export interface Batch {
  readonly start: number;
  readonly leaves: readonly string[];
  readonly edge: TreeEdge;
  /** New and wider tiles by name. */
  readonly tiles: ReadonlyMap<string, Buffer>;
  /** SHA-256 in base64. */
  readonly root: string;
}

/** A line of the archive. */
export interface ArchiveLine {
  readonly index: number;
  readonly leaf: string;
  /** The entry as it is stored. */
  readonly entry: string;
}

/** The lines of a part of the archive. */
export function archiveLines(bytes: Buffer): ArchiveLine[] {
  const lines = bytes.toString().trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as ArchiveLine);
}

/** What the log has of the time in which entries can be new. */
export interface RecentLeaves {
  readonly ids: ReadonlySet<string>;
  /**
   * The latest time in the id of an entry; null: the log has no entry. Milliseconds since the
   * epoch.
   */
  readonly newest: number | null;
  /** When the last entry was taken in. Milliseconds since the epoch. */
  readonly includedAt: number;
}

/**
 * Reads the log from its end to where no entry can be new any more. Throws `LogConflict` if a
 * bundle is missing.
 */
export async function recentLeaves(storage: LogReader, size: number): Promise<RecentLeaves> {
  const ids = new Set<string>();
  let newest = -Infinity;
  let includedAt = 0;
  for (let end = size; end > 0; end = Math.floor((end - 1) / tileWidth) * tileWidth) {
    const leaves = (await readBundle(storage, end - 1, size)).map(parseLeaf);
    const times = leaves.map(orderTimeOf).filter((time) => time !== null);
    for (const { id } of leaves) ids.add(id);
    newest = Math.max(newest, ...times);
    includedAt = Math.max(includedAt, Date.parse(leaves.at(-1)?.includedAt ?? ''));
    // A leaf in order is at most `overlapMs` older than any before it, so those before this one are
    // too old.
    if (Math.min(...times) < newest - 2 * overlapMs) break;
  }
  return { ids, newest: Number.isFinite(newest) ? newest : null, includedAt };
}

/** Entries that the log does not have, in its order: by entry id, then by operation id. */
export interface NewEntries {
  readonly entries: readonly StoredEntry[];
  /** Whether there are more, which the next batch takes in. */
  readonly hasMore: boolean;
}

/** The entries whose ids the log does not have. Items that are not entries never become leaves. */
export async function newEntries(
  entries: AsyncIterable<StoredEntry>,
  { ids }: Pick<RecentLeaves, 'ids'>,
): Promise<NewEntries> {
  const found: StoredEntry[] = [];
  let bytes = 0;
  let hasMore = false;
  for await (const entry of entries) {
    if (ids.has(auditEntryId(entry)) || !isEntryText(entry, entry.text)) continue;
    found.push(entry);
    bytes += entry.text.length;
    hasMore = found.length >= mostEntries || bytes >= mostBytes;
    if (hasMore) break;
  }
  return { entries: found.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)), hasMore };
}

function keyOf({ entryId, operationId }: StoredEntry): string {
  return `${entryId} ${operationId}`;
}

/** The part of the archive with these entries, which no run has written before. */
export function archivePart(
  start: number,
  entries: readonly StoredEntry[],
  leaf: { readonly includedAt: number; readonly nonce: () => Buffer; readonly isStraggler: boolean },
): Buffer {
  const lines = entries.map((entry, at): ArchiveLine => {
    const text = leafText(entry, { ...leaf, nonce: leaf.nonce() });
    return { index: start + at, leaf: text, entry: entry.text };
  });
  return Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/**
 * What a part of the archive adds to the tree with an edge. Throws `LogConflict` if it is not the
 * part that follows on that.
 */
export function batchOf(edge: TreeEdge, part: Buffer): Batch {
  const lines = archiveLines(part);
  if (lines.some(({ index }, at) => index !== edge.size + at))
    throw new LogConflict(archiveName(edge.size), 'its indexes are wrong');
  const leaves = lines.map(({ leaf }) => leaf);
  const extended = extend(
    edge,
    leaves.map((leaf) => leafHash(Buffer.from(leaf))),
  );
  return { start: edge.size, leaves, ...extended, root: rootOfEdge(extended.edge).toString('base64') };
}

/** The bundles that a batch adds or makes wider. */
export async function bundlesOfBatch(storage: LogReader, { start, leaves }: Batch): Promise<Map<string, Buffer>> {
  const before = start % tileWidth === 0 ? [] : await readBundle(storage, start - 1, start);
  return bundlesOf(start, before, leaves);
}
