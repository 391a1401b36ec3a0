import { entryHash, entryIdOf, entryTimeOf, parseLeaf } from '../../../../src/checkpoints/leaf.ts';
import { leafHash, rootOfProof } from '../../../../src/checkpoints/merkle.ts';
import type { VerifierKey } from '../../../../src/checkpoints/note.ts';
import { checkpointName } from '../../../../src/checkpoints/storage.ts';
import { leavesSince } from '../../../../src/checkpoints/stragglers.ts';
import { proofFromTiles } from '../../../../src/checkpoints/tiles.ts';
import { archiveLines } from '../../../../src/checkpoints/batch.ts';
import { archivePrefix, numberInName } from '../../../../src/checkpoints/storage.ts';
import { signedCheckpoint, sizeOfLog } from './log-leaves.ts';
import type { LogReads } from './log-leaves.ts';

// Proofs that stand alone: https://c2sp.org/tlog-proof. Their extra data has the leaf, and the
// entry as it is stored.

const firstLine = 'c2sp.org/tlog-proof@v1';

/** What is beside the proof itself. */
interface Extra {
  readonly leaf: string;
  readonly entry: string;
}

/**
 * A proof that an entry is in the log, for its newest checkpoint. Throws an Error if the entry is
 * not in it.
 */
export async function proofOf({ storage }: LogReads, id: string): Promise<string> {
  const size = await sizeOfLog({ storage });
  const found = await findLeaf({ storage }, id, size);
  if (found === null) throw new Error(`Entry ${id} is not in the log, whose newest checkpoint has ${size} leaves.`);
  const { index, text } = found;
  const extra: Extra = { leaf: text, entry: await archivedEntry({ storage }, index) };
  const hashes = await proofFromTiles(storage, index, size);
  const note = (await storage.get(checkpointName(size)))?.toString() ?? '';
  const lines = [
    firstLine,
    `extra ${Buffer.from(JSON.stringify(extra)).toString('base64')}`,
    `index ${index}`,
    ...hashes.map((hash) => hash.toString('base64')),
  ];
  return `${lines.join('\n')}\n\n${note}`;
}

/** Searches the leaf of an entry from its time on; that of a straggler is at any later place. */
async function findLeaf({ storage }: LogReads, id: string, size: number) {
  const time = entryTimeOf({ id });
  if (time === null) return null;
  for await (const leaf of leavesSince(storage, size, time)) if (leaf.id === id) return leaf;
  return null;
}

/** The text of the entry of a leaf, from the archive. */
async function archivedEntry({ storage }: LogReads, index: number): Promise<string> {
  let part: string | null = null;
  for await (const name of storage.list(archivePrefix)) if (numberInName(name) <= index) part = name;
  const bytes = part === null ? null : await storage.get(part);
  const line = bytes && archiveLines(bytes).find((one) => one.index === index);
  if (!line) throw new Error(`The archive lacks the entry of leaf ${index}.`);
  return line.entry;
}

/** What a proof proves. */
export interface Proven {
  readonly id: string;
  readonly includedAt: string;
  /** The entry as JSON. */
  readonly entry: string;
  readonly index: number;
  readonly size: number;
}

/**
 * Checks a proof, without access to anything else. Throws an Error that says why it proves nothing.
 */
export function checkProof(proof: string, keys: readonly VerifierKey[]): Proven {
  const end = proof.indexOf('\n\n');
  const [first, extraLine = '', indexLine = '', ...hashLines] = proof.slice(0, end).split('\n');
  if (end === -1 || first !== firstLine) throw new Error(`It does not begin with ${firstLine}.`);
  const problems: string[] = [];
  const checkpoint = signedCheckpoint(proof.slice(end + 2), keys, 'Its checkpoint', (_, text) => problems.push(text));
  const [problem] = problems;
  if (checkpoint === null || problem !== undefined) throw new Error(problem);
  const { leaf: text, entry } = JSON.parse(Buffer.from(extraLine.replace('extra ', ''), 'base64').toString()) as Extra;
  const leaf = parseLeaf(text);
  if (entryHash(entry) !== leaf.sha256) throw new Error('Its entry has another hash than its leaf.');
  const [index, size] = [Number(indexLine.replace('index ', '')), checkpoint.size];
  const hashes = hashLines.map((line) => Buffer.from(line, 'base64'));
  const root = rootOfProof(leafHash(Buffer.from(text)), { index, size, hashes });
  if (!root?.equals(checkpoint.root)) throw new Error('Its hashes do not lead to the root of its checkpoint.');
  const own = JSON.parse(entry) as { readonly operationId: string; readonly entryId: string };
  if (own.entryId !== entryIdOf(leaf)) throw new Error('Its entry has another id than its leaf.');
  return { id: leaf.id, includedAt: leaf.includedAt, entry, index, size };
}
