import { inclusionProof, makeTree, rootOf } from './merkle.ts';
import { LogConflict } from './storage.ts';
import type { LogReader } from './storage.ts';

// The tree and its leaves as tiles: https://c2sp.org/tlog-tiles.

/** Hashes of a full tile, and entries of a full bundle. */
export const tileWidth = 256;

/** Levels of the tree that a tile has. */
const tileHeight = 8;

/** Bytes of a hash. */
const hashBytes = 32;

/** Tile `index` of a level, or of the entries, with its number of hashes or entries. */
export interface TileAt {
  readonly level: number | 'entries';
  readonly index: number;
  readonly width: number;
}

/** E.g. `tile/0/x001/234.p/5`. */
export function tileName({ level, index, width }: TileAt): string {
  const groups = [index % 1_000];
  for (let rest = Math.floor(index / 1_000); rest > 0; rest = Math.floor(rest / 1_000)) groups.unshift(rest % 1_000);
  const digits = groups.map((group) => String(group).padStart(3, '0'));
  const path = digits.map((group, place) => (place < digits.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** The tile of a level that has the hash or entry at an index, in a tree of a size. */
function tileOf(level: TileAt['level'], at: number, size: number): TileAt {
  const count = level === 'entries' ? size : countAt(level, size);
  const index = Math.floor(at / tileWidth);
  return { level, index, width: Math.min(tileWidth, count - index * tileWidth) };
}

/** How many hashes a level has in a tree of a size. */
function countAt(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level);
}

/** Leaves as an entry bundle. */
export function bundleOf(leaves: readonly string[]): Buffer {
  return Buffer.concat(
    leaves.flatMap((leaf) => {
      const bytes = Buffer.from(leaf);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** The leaves of an entry bundle. Throws a RangeError if it is cut off. */
export function leavesOf(bundle: Buffer): string[] {
  const leaves: string[] = [];
  for (let at = 0; at < bundle.length;) {
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) throw new RangeError('An entry bundle is cut off.');
    leaves.push(bundle.toString('utf8', at + 2, end));
    at = end;
  }
  return leaves;
}

/** Reads a tile. Throws `LogConflict` if it is missing or has another width. */
async function readTile(storage: LogReader, tile: TileAt): Promise<Buffer[]> {
  const name = tileName(tile);
  const bytes = await storage.get(name);
  if (bytes?.length !== tile.width * hashBytes)
    throw new LogConflict(name, bytes ? 'its length is wrong' : 'it is missing');
  return Array.from({ length: tile.width }, (_, at) => bytes.subarray(at * hashBytes, (at + 1) * hashBytes));
}

/**
 * Reads the bundle that has the leaf at an index. Throws `LogConflict` if it is missing or has
 * another number of leaves.
 */
export async function readBundle(storage: LogReader, at: number, size: number): Promise<string[]> {
  const tile = tileOf('entries', at, size);
  const bytes = await storage.get(tileName(tile));
  const leaves = bytes === null ? [] : leavesOf(bytes);
  if (leaves.length !== tile.width)
    throw new LogConflict(tileName(tile), bytes ? 'its length is wrong' : 'it is missing');
  return leaves;
}

/**
 * A tree with what a growing one needs of it: the hashes of the last, partial tile of each level.
 */
export interface TreeEdge {
  readonly size: number;
  /** By level; empty where the last tile is full. */
  readonly partial: readonly (readonly Buffer[])[];
}

/** Reads the edge of a tree of a size. Throws `LogConflict` as {@link readTile} does. */
export async function readEdge(storage: LogReader, size: number): Promise<TreeEdge> {
  const levels: Promise<Buffer[]>[] = [];
  for (let level = 0; countAt(level, size) > 0; level += 1) {
    const width = countAt(level, size) % tileWidth;
    const tile = { level, index: Math.floor(countAt(level, size) / tileWidth), width };
    levels.push(width === 0 ? Promise.resolve([]) : readTile(storage, tile));
  }
  return { size, partial: await Promise.all(levels) };
}

/** The root of the tree with this edge. */
export function rootOfEdge({ partial }: TreeEdge): Buffer {
  const tree = makeTree();
  for (const [level, hashes] of [...partial.entries()].reverse()) {
    for (const hash of hashes) tree.appendSubtree(hash, level * tileHeight);
  }
  return tree.root();
}

/** Appends leaf hashes: the new edge, and the tiles that are new or wider than before. */
export function extend(
  edge: TreeEdge,
  leafHashes: readonly Buffer[],
): { readonly edge: TreeEdge; readonly tiles: ReadonlyMap<string, Buffer> } {
  const size = edge.size + leafHashes.length;
  const tiles = new Map<string, Buffer>();
  const partial = [...edge.partial];
  let added = leafHashes;
  for (let level = 0; added.length > 0; level += 1) {
    const hashes = [...(partial[level] ?? []), ...added];
    let index = Math.floor(countAt(level, edge.size) / tileWidth);
    const above: Buffer[] = [];
    for (; hashes.length >= tileWidth; index += 1) {
      const full = hashes.splice(0, tileWidth);
      tiles.set(tileName({ level, index, width: tileWidth }), Buffer.concat(full));
      above.push(rootOf(full));
    }
    if (hashes.length > 0) tiles.set(tileName({ level, index, width: hashes.length }), Buffer.concat(hashes));
    partial[level] = hashes;
    added = above;
  }
  return { edge: { size, partial }, tiles };
}

/**
 * Bundles of the leaves from index `start` on, of which `before` are the leaves of the last,
 * partial bundle before it.
 */
export function bundlesOf(start: number, before: readonly string[], added: readonly string[]): Map<string, Buffer> {
  const leaves = [...before, ...added];
  const bundles = new Map<string, Buffer>();
  for (let index = Math.floor(start / tileWidth); leaves.length > 0; index += 1) {
    const some = leaves.splice(0, tileWidth);
    bundles.set(tileName({ level: 'entries', index, width: some.length }), bundleOf(some));
  }
  return bundles;
}

/**
 * The inclusion proof of the leaf at an index in the tree of a size, from the tiles. Throws
 * `LogConflict` for a missing tile.
 */
export function proofFromTiles(storage: LogReader, index: number, size: number): Promise<Buffer[]> {
  return inclusionProof(index, size, (start, end) => subtreeRoot(storage, start, end, size));
}

/** The root of the leaves from `start` to `end`, where that is a subtree of the tree of a size. */
async function subtreeRoot(storage: LogReader, start: number, end: number, size: number): Promise<Buffer> {
  const tree = makeTree();
  for (let at = start; at < end;) {
    // The highest level whose hashes fit into the rest.
    let level = 0;
    while (at % tileWidth ** (level + 1) === 0 && at + tileWidth ** (level + 1) <= end) level += 1;
    const [first, tile] = [at / tileWidth ** level, tileOf(level, at / tileWidth ** level, size)];
    const hashes = await readTile(storage, tile);
    const last = Math.min(tile.index * tileWidth + tile.width, Math.floor(end / tileWidth ** level));
    for (let one = first; one < last; one += 1) {
      const hash = hashes[one - tile.index * tileWidth];
      if (hash) tree.appendSubtree(hash, level * tileHeight);
    }
    at = last * tileWidth ** level;
  }
  return tree.root();
}
