import type { CheckpointHead } from '../ledger/checkpoint-store.ts';
import { auditEntryId } from '../model/audit.ts';
import { newEntries, overlapMs } from './batch.ts';
import type { NewEntries } from './batch.ts';
import type { CheckpointPorts } from './ports.ts';
import { orderTimeOf, parseLeaf } from './leaf.ts';
import type { Leaf } from './leaf.ts';
import type { LogReader } from './storage.ts';
import { readBundle, tileWidth } from './tiles.ts';

/**
 * Entries are compared with the log once more at this age. Later stragglers are not found.
 * Milliseconds.
 */
export const examinedAtMs = 24 * 3_600_000;

/** Entries of this time are compared at once. Milliseconds. */
const sliceMs = 3_600_000;

/**
 * Entries of a slice of time that the log does not have, and up to when entries are compared then.
 */
export interface Examined extends NewEntries {
  readonly examinedTo: number;
}

/**
 * Compares the entries of the next hour that is a day old with the log; null: no hour is. What
 * appeared too late to be taken in by its order is found so.
 */
export async function examineNext(
  { store, storage, clock }: CheckpointPorts,
  { size, examinedTo }: CheckpointHead,
): Promise<Examined | null> {
  const oldest = clock() - examinedAtMs - sliceMs;
  const from = examinedTo ?? oldest;
  if (from > oldest) return null;
  const to = from + sliceMs;
  const ids = await idsOf(leavesSince(storage, size, from), to + overlapMs);
  const { entries, hasMore } = await newEntries(store.storedEntries(from, to - 1), { ids });
  // Rare, and then the rest of the log is read: an earlier run may have taken them in as
  // stragglers.
  const later = entries.length === 0 ? ids : await idsOf(leavesSince(storage, size, to), Infinity);
  const missing = entries.filter((entry) => !later.has(auditEntryId(entry)));
  return { entries: missing, hasMore, examinedTo: hasMore ? from : to };
}

/** The ids of leaves, up to the first one in the order of the log that is later than a time. */
async function idsOf(leaves: AsyncIterable<Leaf>, until: number): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const leaf of leaves) {
    if ((orderTimeOf(leaf) ?? -Infinity) > until) break;
    ids.add(leaf.id);
  }
  return ids;
}

/**
 * The leaves that were taken in at a time or later, in the order of the log. An entry is taken in
 * at its own time or later.
 */
export async function* leavesSince(
  storage: LogReader,
  size: number,
  time: number,
): AsyncGenerator<Leaf & { readonly index: number; readonly text: string }> {
  const textsOf = (bundle: number) => readBundle(storage, bundle * tileWidth, size);
  let [first, end] = [0, Math.ceil(size / tileWidth)];
  while (first < end) {
    const middle = Math.floor((first + end) / 2);
    const last = (await textsOf(middle)).at(-1) ?? '';
    if (Date.parse(parseLeaf(last).includedAt) < time) first = middle + 1;
    else end = middle;
  }
  for (let bundle = first; bundle * tileWidth < size; bundle += 1) {
    const texts = await textsOf(bundle);
    yield* texts.map((text, at) => ({ ...parseLeaf(text), text, index: bundle * tileWidth + at }));
  }
}
