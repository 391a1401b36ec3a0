import type { CheckpointHead } from '../ledger/checkpoint-store.ts';
import type { CheckpointSenders } from './ports.ts';
import { LogConflict } from './storage.ts';
import { readEdge, rootOfEdge } from './tiles.ts';

/** In place of a head that is not stored. */
export const noHead: CheckpointHead = { size: 0, root: '', publishedSize: 0 };

/** The head that is stored then; null if another run has replaced it before. */
export async function replaceHead(
  { store }: CheckpointSenders,
  head: CheckpointHead,
  next: CheckpointHead,
): Promise<CheckpointHead | null> {
  const isReplaced = await store.putCheckpointHead(head === noHead ? null : head, next);
  return isReplaced ? next : null;
}

/** The edge of the tree of a head. Throws `LogConflict` if the tiles do not lead to its root. */
export async function checkedEdge(
  { storage }: CheckpointSenders,
  { size, root }: Pick<CheckpointHead, 'size' | 'root'>,
) {
  const edge = await readEdge(storage, size);
  if (size > 0 && rootOfEdge(edge).toString('base64') !== root) {
    throw new LogConflict(`tree of size ${size}`, 'its tiles do not lead to the root of the head');
  }
  return edge;
}
