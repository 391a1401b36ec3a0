import type { CheckpointHead } from '../ledger/checkpoint-store.ts';
import { batchOf, bundlesOfBatch } from './batch.ts';
import type { Batch } from './batch.ts';
import type { CheckpointPorts } from './ports.ts';
import { replaceHead } from './head.ts';
import { checkpointText, isSigned, parseCheckpoint, signCheckpoint } from './note.ts';
import { archiveName, checkpointName, LogConflict, putSame } from './storage.ts';
import { readEdge } from './tiles.ts';
import type { TreeEdge } from './tiles.ts';

/**
 * Publishes a committed head: bundles and tiles, then the checkpoint, so that a checkpoint has all
 * that it covers.
 */
export async function publish(
  ports: CheckpointPorts,
  head: CheckpointHead,
  made: Batch | null,
): Promise<CheckpointHead | null> {
  const { storage } = ports;
  const batch = made ?? (await storedBatch(ports, await readEdge(storage, head.publishedSize)));
  if (batch.root !== head.root) throw new LogConflict(archiveName(batch.start), 'the committed head has another root');
  const objects = [...(await bundlesOfBatch(storage, batch)), ...batch.tiles];
  await Promise.all(objects.map(([name, bytes]) => putSame(storage, name, bytes)));
  await putLatest(ports, head.size, await signedNote(ports, head));
  return replaceHead(ports, head, { ...head, publishedSize: head.size });
}

/** The batch of the part of the archive that follows on a tree. */
export async function storedBatch({ storage }: CheckpointPorts, edge: TreeEdge): Promise<Batch> {
  const part = await storage.get(archiveName(edge.size));
  if (part === null) throw new LogConflict(archiveName(edge.size), 'it is missing');
  return batchOf(edge, part);
}

/**
 * Puts a checkpoint at the fixed name. This put can be slow, and land after that of a later run, so
 * the head is read again after it: if it is later, its checkpoint is put again. If that is not
 * there yet, the run that makes it puts it after this one.
 */
async function putLatest(ports: CheckpointPorts, size: number, note: Buffer): Promise<void> {
  const { store, storage } = ports;
  await storage.putLatest(note);
  const current = (await store.getCheckpointHead())?.size ?? 0;
  const later = current > size ? await storage.get(checkpointName(current)) : null;
  if (later !== null) await putLatest(ports, current, later);
}

/**
 * Puts the published checkpoint at the fixed name again, where an earlier one is: a run that was
 * killed can leave it.
 */
export async function restoreLatest(ports: CheckpointPorts, { publishedSize }: CheckpointHead): Promise<void> {
  const note = await ports.storage.get(checkpointName(publishedSize));
  if (note === null) throw new LogConflict(checkpointName(publishedSize), 'it is missing');
  await putLatest(ports, publishedSize, note);
}

/** The checkpoint of a committed head, which is signed once. */
async function signedNote({ storage, signer, origin }: CheckpointPorts, head: CheckpointHead): Promise<Buffer> {
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
