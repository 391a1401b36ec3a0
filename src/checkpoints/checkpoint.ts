import { ClockWrong } from '../ledger/ledger-unavailable.ts';
import type { CheckpointHead, CheckpointStore } from '../ledger/checkpoint-store.ts';
import type { ClockCheck } from '../runtime/clock-check.ts';
import { archivePart, batchOf, bundlesOfBatch, newEntries, overlapMs, recentLeaves } from './batch.ts';
import type { Batch } from './batch.ts';
import { checkpointText, isSigned, parseCheckpoint, signCheckpoint } from './note.ts';
import type { NoteSigner } from './note.ts';
import { archiveName, checkpointName, latestCheckpoint, LogConflict, putSame } from './storage.ts';
import type { LogStorage } from './storage.ts';
import { readEdge, rootOfEdge } from './tiles.ts';
import type { TreeEdge } from './tiles.ts';

/** What checkpoints are made with. */
export interface CheckpointDependencies {
  readonly store: CheckpointStore;
  readonly storage: LogStorage;
  /** The key that signs. It is asked for when a checkpoint has to be signed. */
  readonly signer: () => Promise<NoteSigner>;
  /** Names the log in its checkpoints. */
  readonly origin: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Default: the clock is taken as right. */
  readonly clockCheck?: Pick<ClockCheck, 'isWrong'>;
  /** 128 random bits. */
  readonly nonce: () => Buffer;
}

/** What one run did. */
export interface CheckpointResult {
  /** Leaves of the log afterwards; those that this run added. */
  readonly size: number;
  readonly added: number;
  /** Whether another run went on in its place. */
  readonly isSuperseded: boolean;
}

/**
 * Takes the new entries of the trail into the log, and signs its head. Two runs at once, and a run that was killed at any point, are
 * safe: what comes after a size is decided by the first part of the archive that is written for it, the head is committed by
 * compare-and-set, and only a committed head is published. A later run publishes it with the same bytes.
 *
 * Throws `LogConflict` where the log is not as the committed head says; it is not continued then. Throws the errors of store, storage
 * and key too.
 *
 * @param deadline when the run must end, in milliseconds since the epoch
 */
export async function checkpoint(deps: CheckpointDependencies, deadline: number): Promise<CheckpointResult> {
  let head = await catchUp(deps, (await deps.store.getCheckpointHead()) ?? emptyHead);
  let added = 0;
  while (head !== null) {
    if (head.publishedSize < head.size) {
      head = await publish(deps, head, null);
      continue;
    }
    const next: NextBatch | null = deps.clock() < deadline ? await nextBatch(deps, head) : null;
    if (next === null) return { size: head.size, added, isSuperseded: false };
    head = await commit(deps, head, next.batch);
    if (head === null) break;
    added += next.batch.leaves.length;
    head = await publish(deps, head, next.batch);
    if (head !== null && next.isLast) return { size: head.size, added, isSuperseded: false };
  }
  return { size: (await deps.store.getCheckpointHead())?.size ?? 0, added, isSuperseded: true };
}

/** The head before the first commit. */
const emptyHead: CheckpointHead = { size: 0, root: '', publishedSize: 0 };

/**
 * After a restore of the ledger, the head is older than the log: the log is continued where it ends. Without a signature of the present
 * key, the parts of the archive lead there, one after the other.
 */
async function catchUp(deps: CheckpointDependencies, head: CheckpointHead): Promise<CheckpointHead | null> {
  const latest = parseCheckpoint((await deps.storage.get(latestCheckpoint))?.toString() ?? '');
  if (latest?.origin !== deps.origin || latest.size <= head.size) return head;
  if (!isSigned(latest, [(await deps.signer()).key])) return head;
  const root = latest.root.toString('base64');
  await checkedEdge(deps, { size: latest.size, root });
  return replaceHead(deps, head, { size: latest.size, root, publishedSize: latest.size });
}

/** A batch, and whether it has all new entries. */
interface NextBatch {
  readonly batch: Batch;
  readonly isLast: boolean;
}

/** The batch that follows a head, by this run or another one; null: no entry is new. */
async function nextBatch(deps: CheckpointDependencies, head: CheckpointHead): Promise<NextBatch | null> {
  const { store, storage, clock } = deps;
  const recent = await recentLeaves(storage, head.size);
  const now = clock();
  const { entries, hasMore } = await newEntries(store.storedEntries((recent.newest ?? 0) - overlapMs, now), recent);
  // Until when entries are new is judged by the clock.
  if (deps.clockCheck?.isWrong()) throw new ClockWrong();
  if (entries.length === 0) return null;
  const edge = await checkedEdge(deps, head);
  const part = archivePart(head.size, entries, Math.max(now, recent.includedAt), deps.nonce);
  const isOurs = await storage.putIfAbsent(archiveName(head.size), part);
  if (isOurs) return { batch: batchOf(edge, part), isLast: !hasMore };
  return { batch: await storedBatch(deps, edge), isLast: false };
}

async function storedBatch({ storage }: CheckpointDependencies, edge: TreeEdge): Promise<Batch> {
  const part = await storage.get(archiveName(edge.size));
  if (part === null) throw new LogConflict(archiveName(edge.size), 'it is missing');
  return batchOf(edge, part);
}

function commit(deps: CheckpointDependencies, head: CheckpointHead, { start, leaves, root }: Batch) {
  return replaceHead(deps, head, { size: start + leaves.length, root, publishedSize: start });
}

/** The head that is stored then; null if another run has replaced it before. */
async function replaceHead({ store }: CheckpointDependencies, head: CheckpointHead, next: CheckpointHead) {
  const isReplaced = await store.putCheckpointHead(head.size === 0 ? null : head, next);
  return isReplaced ? next : null;
}

/** Publishes a committed head: bundles and tiles, then the checkpoint, so that a checkpoint has all that it covers. */
async function publish(deps: CheckpointDependencies, head: CheckpointHead, made: Batch | null) {
  const { storage } = deps;
  const batch = made ?? (await storedBatch(deps, await readEdge(storage, head.publishedSize)));
  if (batch.root !== head.root) throw new LogConflict(archiveName(batch.start), 'the committed head has another root');
  const objects = [...(await bundlesOfBatch(storage, batch)), ...batch.tiles];
  await Promise.all(objects.map(([name, bytes]) => putSame(storage, name, bytes)));
  const note = await signedNote(deps, head);
  await storage.putLatest(note);
  return replaceHead(deps, head, { ...head, publishedSize: head.size });
}

/** The checkpoint of a committed head, which is signed once. */
async function signedNote({ storage, signer, origin }: CheckpointDependencies, head: CheckpointHead): Promise<Buffer> {
  const name = checkpointName(head.size);
  const expected = { origin, size: head.size, root: Buffer.from(head.root, 'base64') };
  const stored = await storage.get(name);
  if (stored !== null) {
    if (parseCheckpoint(stored.toString())?.text === checkpointText(expected)) return stored;
    throw new LogConflict(name, 'it is the checkpoint of another tree');
  }
  const key = await signer();
  const note = Buffer.from(await signCheckpoint(expected, key));
  const signed = parseCheckpoint(note.toString());
  if (signed === null || !isSigned(signed, [key.key])) throw new Error('The signature of the checkpoint is not valid.');
  await putSame(storage, name, note);
  return note;
}

/** The edge of the tree of a head. Throws `LogConflict` if the tiles do not lead to its root. */
async function checkedEdge({ storage }: CheckpointDependencies, { size, root }: Pick<CheckpointHead, 'size' | 'root'>) {
  const edge = await readEdge(storage, size);
  if (size > 0 && rootOfEdge(edge).toString('base64') !== root) {
    throw new LogConflict(`tree of size ${size}`, 'its tiles do not lead to the root of the head');
  }
  return edge;
}
