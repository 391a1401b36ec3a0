import { ClockWrong } from '../ledger/ledger-unavailable.ts';
import type { CheckpointHead } from '../ledger/checkpoint-store.ts';
import { archivePart, batchOf, newEntries, overlapMs, recentLeaves } from './batch.ts';
import type { Batch, NewEntries } from './batch.ts';
import { begin, hasEntries } from './begin.ts';
import type { CheckpointPorts } from './ports.ts';
import { checkedEdge, noHead, replaceHead } from './head.ts';
import { isSigned, parseCheckpoint } from './note.ts';
import { publish, restoreLatest, storedBatch } from './publish.ts';
import { archiveName, latestCheckpoint } from './storage.ts';
import { examineNext } from './stragglers.ts';

/** What one run did. */
export interface CheckpointResult {
  /** Leaves of the log afterwards; those that this run added. */
  readonly size: number;
  readonly added: number;
  /** Whether another run went on in its place. */
  readonly isSuperseded: boolean;
}

/**
 * Takes the new entries of the trail into the log, and signs its head. Two runs at once, and a run
 * that was killed at any point, are safe: what comes after a size is decided by the first part of
 * the archive that is written for it, the head is committed by compare-and-set, and only a
 * committed head is published. A later run publishes it with the same bytes.
 *
 * Throws `LogConflict` where the log is not as the committed head says; it is not continued then.
 * Throws `LogNotBegun` where only an operator may let it begin. Throws the errors of store, storage
 * and key too.
 *
 * @param deadline when the run must end, in milliseconds since the epoch
 */
export async function checkpoint(ports: CheckpointPorts, deadline: number): Promise<CheckpointResult> {
  let head = await catchUp(ports, (await ports.store.getCheckpointHead()) ?? noHead);
  if (head?.size === 0) {
    if (!(await hasEntries(ports))) return { size: 0, added: 0, isSuperseded: false };
    head = await begin(ports, head);
  }
  let added = 0;
  let hasNewest = false;
  while (head !== null) {
    if (head.publishedSize < head.size) {
      head = await publish(ports, head, null);
      continue;
    }
    const next: NextStep | null = ports.clock() < deadline ? await nextStep(ports, head, hasNewest) : null;
    if (next === null) return { size: head.size, added, isSuperseded: false };
    hasNewest ||= next.hasNewest;
    head = await replaceHead(ports, head, next.head);
    if (head === null || next.batch === null) continue;
    added += next.batch.leaves.length;
    head = await publish(ports, head, next.batch);
  }
  return { size: (await ports.store.getCheckpointHead())?.size ?? 0, added, isSuperseded: true };
}

/**
 * After a restore of the ledger, the head is older than the log: the log is continued where it
 * ends. Without a signature of the present key, the parts of the archive lead there, one after the
 * other.
 */
async function catchUp(ports: CheckpointPorts, head: CheckpointHead): Promise<CheckpointHead | null> {
  const latest = parseCheckpoint((await ports.storage.get(latestCheckpoint))?.toString() ?? '');
  const size = latest?.origin === ports.origin ? latest.size : 0;
  if (size < head.publishedSize) await restoreLatest(ports, head);
  if (latest === null || size <= head.size || !isSigned(latest, [(await ports.signer()).key])) return head;
  const root = latest.root.toString('base64');
  await checkedEdge(ports, { size, root });
  return replaceHead(ports, head, { ...head, size, root, publishedSize: size });
}

/** The next change of the head. */
interface NextStep {
  readonly head: CheckpointHead;
  /** The leaves that it adds; null if it adds none. */
  readonly batch: Batch | null;
  /** Whether the log has the newest entries then. */
  readonly hasNewest: boolean;
}

/** First the newest entries, then those that appeared late. Null: there is nothing to do. */
async function nextStep(ports: CheckpointPorts, head: CheckpointHead, hasNewest: boolean): Promise<NextStep | null> {
  const { store, storage, clock } = ports;
  if (!hasNewest) {
    const recent = await recentLeaves(storage, head.size);
    const found = await newEntries(store.storedEntries((recent.newest ?? 0) - overlapMs, clock()), recent);
    if (found.entries.length > 0) return appended(ports, head, found, { ...recent, isStraggler: false });
  }
  const examined = await examineNext(ports, head);
  if (examined === null) return null;
  const { entries, examinedTo } = examined;
  if (entries.length === 0) return { head: { ...head, examinedTo }, batch: null, hasNewest: true };
  const recent = await recentLeaves(storage, head.size);
  return appended(ports, head, { entries, hasMore: false }, { ...recent, isStraggler: true, examinedTo });
}

/**
 * The batch that follows a head: with these entries, or what another run has written in its place.
 */
async function appended(
  ports: CheckpointPorts,
  head: CheckpointHead,
  { entries, hasMore }: NewEntries,
  {
    isStraggler,
    ...last
  }: { readonly includedAt: number; readonly isStraggler: boolean; readonly examinedTo?: number },
): Promise<NextStep> {
  const { storage, clock, nonce } = ports;
  // Until when entries are new is judged by the clock.
  if (ports.clockCheck?.isWrong()) throw new ClockWrong();
  const edge = await checkedEdge(ports, head);
  const includedAt = Math.max(clock(), last.includedAt);
  const part = archivePart(head.size, entries, { includedAt, nonce, isStraggler });
  const isOurs = await storage.putIfAbsent(archiveName(head.size), part);
  const batch = isOurs ? batchOf(edge, part) : await storedBatch(ports, edge);
  const { start, leaves, root } = batch;
  const examined = isOurs && last.examinedTo !== undefined ? { examinedTo: last.examinedTo } : {};
  const next = { ...head, ...examined, size: start + leaves.length, root, publishedSize: start };
  return { head: next, batch, hasNewest: isOurs && !hasMore };
}
