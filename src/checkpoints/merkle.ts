import { createHash } from 'node:crypto';

// Hashes of the Merkle tree of RFC 6962, section 2.1: SHA-256, with a prefix that tells a leaf from
// a node.

/** The hash of a leaf. */
export function leafHash(data: Uint8Array): Buffer {
  return createHash('sha256').update(leafPrefix).update(data).digest();
}

/** The hash of a node from those of its children. */
function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(nodePrefix).update(left).update(right).digest();
}

const leafPrefix = Buffer.of(0);
const nodePrefix = Buffer.of(1);

/** The root of a tree without leaves. */
export const emptyRoot = createHash('sha256').digest();

/** The root of a tree with these leaf hashes. */
export function rootOf(hashes: readonly Uint8Array[]): Buffer {
  const tree = makeTree();
  for (const hash of hashes) tree.append(hash);
  return tree.root();
}

/**
 * A tree that grows by one leaf at a time, of which only the roots of its complete subtrees are
 * kept.
 */
export interface GrowingTree {
  readonly size: number;
  append(hash: Uint8Array): void;
  /** Appends a complete subtree of 2^height leaves. The size must be a multiple of that. */
  appendSubtree(root: Uint8Array, height: number): void;
  root(): Buffer;
}

export function makeTree(): GrowingTree {
  /** Roots of complete subtrees, the largest first. */
  const subtrees: { readonly hash: Uint8Array; readonly height: number }[] = [];
  let size = 0;
  const appendSubtree = (root: Uint8Array, height: number) => {
    size += 2 ** height;
    let added = { hash: root, height };
    while (subtrees.at(-1)?.height === added.height) {
      const left = subtrees.pop();
      if (left) added = { hash: nodeHash(left.hash, added.hash), height: added.height + 1 };
    }
    subtrees.push(added);
  };
  return {
    get size() {
      return size;
    },
    append: (hash) => appendSubtree(hash, 0),
    appendSubtree,
    root: () => {
      const [last, ...rest] = subtrees.map(({ hash }) => hash).reverse();
      return last === undefined ? emptyRoot : Buffer.from(rest.reduce((right, left) => nodeHash(left, right), last));
    },
  };
}

/**
 * The root that an inclusion proof leads to; null if the proof has the wrong length for the index
 * and the size, or the index is not in the tree. Source: RFC 9162, section 2.1.3.2.
 */
export function rootOfProof(
  leaf: Uint8Array,
  { index, size, hashes }: { readonly index: number; readonly size: number; readonly hashes: readonly Uint8Array[] },
): Buffer | null {
  if (index < 0 || index >= size) return null;
  let [node, last] = [index, size - 1];
  let root: Buffer = Buffer.from(leaf);
  for (const hash of hashes) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      root = nodeHash(hash, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      root = nodeHash(root, hash);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : null;
}

/**
 * The inclusion proof of a leaf, from its sibling up to the child of the root. Source: RFC 6962,
 * section 2.1.1.
 *
 * @param subtreeRoot the root of the leaves from `start` (inclusive) to `end` (exclusive)
 */
export async function inclusionProof(
  index: number,
  size: number,
  subtreeRoot: (start: number, end: number) => Promise<Buffer>,
): Promise<Buffer[]> {
  const proof: Buffer[] = [];
  for (let [start, end] = [0, size]; end - start > 1;) {
    const split = start + largestPowerBelow(end - start);
    if (index < split) proof.push(await subtreeRoot(split, end));
    else proof.push(await subtreeRoot(start, split));
    [start, end] = index < split ? [start, split] : [split, end];
  }
  return proof.reverse();
}

/** The largest power of two that is smaller than a number greater than 1. */
function largestPowerBelow(number: number): number {
  let power = 1;
  while (power * 2 < number) power *= 2;
  return power;
}
