import { leafHash, makeTree } from '../../../../src/checkpoints/merkle.ts';
import { entryIdOf, entryTimeOf, orderTimeOf, parseLeaf } from '../../../../src/checkpoints/leaf.ts';
import type { Leaf } from '../../../../src/checkpoints/leaf.ts';
import { isSigned, parseCheckpoint } from '../../../../src/checkpoints/note.ts';
import type { SignedCheckpoint, VerifierKey } from '../../../../src/checkpoints/note.ts';
import { checkpointsPrefix, LogConflict, numberInName } from '../../../../src/checkpoints/storage.ts';
import type { LogStorage } from '../../../../src/checkpoints/storage.ts';
import { readBundle, tileWidth } from '../../../../src/checkpoints/tiles.ts';
import type { Report } from './findings.ts';
import { ahead } from './streams.ts';

/** A log that is read. */
export interface Log {
  readonly storage: Pick<LogStorage, 'get' | 'list' | 'versions'>;
  /** Any of them may have signed a checkpoint. */
  readonly keys: readonly VerifierKey[];
}

/** What reads of a log without its keys need. */
export interface LogReads {
  readonly storage: Pick<LogStorage, 'get' | 'list'>;
}

/** A leaf with its place in the log. */
export interface LeafAt extends Leaf {
  readonly index: number;
  readonly entryId: string;
  /**
   * The time in the id of the entry, in milliseconds since the epoch; null if the leaf is that of
   * an item that is not an entry.
   */
  readonly time: number | null;
  /**
   * Whether the entry is older than the log, which took it in before the first entry that was new.
   */
  readonly isOlderThanLog: boolean;
}

/** A leaf of an entry. */
export type EntryLeaf = LeafAt & { readonly time: number };

/**
 * An entry has to be in the log this long after the time in its id: two intervals of the
 * checkpoints. Milliseconds.
 */
export const longestWaitMs = 10 * 60_000;

/** A checkpoint that the leaves must lead to, and where it was found. */
export interface ExpectedRoot extends SignedCheckpoint {
  readonly where: string;
}

/** How many objects are read ahead. */
export const readAhead = 16;

/** Number of leaves of the newest checkpoint; 0: there is none. */
export async function sizeOfLog({ storage }: LogReads): Promise<number> {
  let size = 0;
  for await (const name of storage.list(checkpointsPrefix)) size = numberInName(name);
  return size;
}

/**
 * When the last entry was taken in, in milliseconds since the epoch; 0 if the log is empty, or
 * lacks its end.
 */
export async function lastInclusion({ storage }: LogReads, size: number): Promise<number> {
  if (size === 0) return 0;
  const texts = await readBundle(storage, size - 1, size).catch(() => []);
  const leaves = texts.map(leafOrNull).filter((leaf) => leaf !== null);
  return Math.max(0, ...leaves.map(({ includedAt }) => Date.parse(includedAt)));
}

/** All leaves, in the order of the log. Ends at a bundle that is missing, which is a gap. */
async function* bundlesOfLog({ storage }: LogReads, size: number, report: Report) {
  const starts = Array.from({ length: Math.ceil(size / tileWidth) }, (_, index) => index * tileWidth);
  try {
    for await (const texts of ahead(starts, readAhead, (start) => readBundle(storage, start, size))) yield texts;
  } catch (error) {
    if (!(error instanceof LogConflict || error instanceof RangeError)) throw error;
    report('GAP', `${error.message} What follows was not verified.`);
  }
}

/**
 * All leaves in the order of the log, while every checkpoint and every root that a witness has seen
 * is compared with them. Keeps the edge of the tree only.
 *
 * @param witnessed in ascending order of sizes
 */
export async function* verifiedLeaves(
  log: Log,
  size: number,
  witnessed: readonly ExpectedRoot[],
  report: Report,
): AsyncGenerator<LeafAt[]> {
  const tree = makeTree();
  let agreed = 0;
  let hasCaughtUp = false;
  const expected = merged(checkpointsOf(log, report), witnessed)[Symbol.asyncIterator]();
  let next = await expected.next();
  const compare = async () => {
    while (next.done !== true && next.value.size <= tree.size) {
      const { where, root } = next.value;
      const isEqual = tree.root().equals(root);
      if (!isEqual) {
        const range = `leaves ${agreed} to ${tree.size - 1}`;
        report(
          'FORK',
          `The log has another root at size ${tree.size} than ${where}: ${range} were changed or reordered.`,
        );
      } else agreed = tree.size;
      next = await expected.next();
    }
  };
  for await (const texts of bundlesOfLog(log, size, report)) {
    const leaves: LeafAt[] = [];
    for (const text of texts) {
      const leaf = leafOrNull(text);
      if (leaf === null) report('NOT_AN_ENTRY', `Leaf ${tree.size} of the log has no entry: ${text.slice(0, 100)}.`);
      else {
        hasCaughtUp ||= Date.parse(leaf.includedAt) - (orderTimeOf(leaf) ?? -Infinity) <= longestWaitMs;
        const place = { index: tree.size, entryId: entryIdOf(leaf), isOlderThanLog: !hasCaughtUp };
        leaves.push({ ...leaf, ...place, time: entryTimeOf(leaf) });
      }
      tree.append(leafHash(Buffer.from(text)));
      await compare();
    }
    yield leaves;
  }
  while (next.done !== true) {
    const { where, size: wanted } = next.value;
    report('OLDER_BACKUP', `The log has ${tree.size} leaves, ${where} has ${wanted}: the log is an older copy.`);
    next = await expected.next();
  }
}

function leafOrNull(text: string): Leaf | null {
  try {
    return parseLeaf(text);
  } catch {
    return null;
  }
}

/** The checkpoints of the log, each with its signatures verified, by size. */
async function* checkpointsOf({ storage, keys }: Log, report: Report): AsyncGenerator<ExpectedRoot> {
  const read = async (name: string) => ({ name, bytes: await storage.get(name) });
  for await (const { name, bytes } of ahead(storage.list(checkpointsPrefix), readAhead, read)) {
    const checkpoint = signedCheckpoint(bytes?.toString() ?? '', keys, name, report);
    if (checkpoint?.size === numberInName(name)) yield checkpoint;
    else if (checkpoint) report('FORK', `${name} is a checkpoint of size ${checkpoint.size}.`);
  }
}

/** Parses a checkpoint, and verifies its signatures; null if it is not one. */
export function signedCheckpoint(
  note: string,
  keys: readonly VerifierKey[],
  where: string,
  report: Report,
): ExpectedRoot | null {
  const parsed = parseCheckpoint(note);
  if (parsed === null) {
    report('SIGNATURE', `${where} is not a signed checkpoint.`);
    return null;
  }
  const isKnown = keys.some(({ name }) => name === parsed.origin);
  if (!isKnown || !isSigned(parsed, keys)) {
    const signers = parsed.signatures.map(({ name, keyId }) => `${name}+${keyId}`).join(', ');
    report('SIGNATURE', `${where} is not signed by a known key, but by ${signers}.`);
  }
  return { ...parsed, where };
}

/** Two lists of checkpoints, each by size, as one. */
async function* merged(
  list: AsyncIterable<ExpectedRoot>,
  others: readonly ExpectedRoot[],
): AsyncGenerator<ExpectedRoot> {
  const rest = [...others];
  for await (const one of list) {
    while (rest[0] && rest[0].size <= one.size) {
      const [first] = rest.splice(0, 1);
      if (first) yield first;
    }
    yield one;
  }
  yield* rest;
}
