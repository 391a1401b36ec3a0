import type { CheckpointHead, StoredEntry } from '../ledger/checkpoint-store.ts';
import { isEntryText } from '../ledger/stored/entry-json.ts';
import { auditEntryId, lockPrefix } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { CheckpointPorts } from './ports.ts';
import { noHead, replaceHead } from './head.ts';
import { archiveName } from './storage.ts';
import { examinedAtMs } from './stragglers.ts';

/**
 * How old an entry may be when a log begins by itself, and how long an operator's permission is
 * valid. Milliseconds.
 */
const permittedMs = 3_600_000;

/** A log would begin where there was one, or after entries that it should have had. */
class LogNotBegun extends Error {
  constructor(problem: string) {
    super(
      `The log does not begin by itself: ${problem}. Find out what happened to an earlier log. ` +
        'An operator lets it begin: pod-identity-operator trail begin.',
    );
    this.name = 'LogNotBegun';
  }
}

/**
 * The head of an empty log, stored before the first object of the log; null if another run has
 * begun it. Otherwise, a principal that can delete the head and hide the objects would get a new
 * log, with a good signature. Throws `LogNotBegun` if there are traces of a log, or an entry is
 * old, unless an operator permitted it within the hour, in the trail.
 *
 * @param head one without leaves
 */
export async function begin(ports: CheckpointPorts, head: CheckpointHead): Promise<CheckpointHead | null> {
  const isStored = head !== noHead;
  const problem = (await traceOfLog(ports, isStored)) ?? (isStored ? null : await oldEntry(ports));
  if (problem !== null && !(await isPermitted(ports))) {
    // The objects of another run that began the log meanwhile are not traces.
    const current = await ports.store.getCheckpointHead();
    if (current !== null && (!isStored || current.size > 0)) return null;
    throw new LogNotBegun(problem);
  }
  return isStored ? head : replaceHead(ports, head, { ...noHead, examinedTo: ports.clock() - examinedAtMs });
}

/** Whether the trail has an entry. */
export async function hasEntries({ store, clock }: CheckpointPorts): Promise<boolean> {
  return (await firstEntry(store.storedEntries(0, clock()))) !== null;
}

/**
 * An object of a log, or its marker. A run that was killed can leave the first part of the archive
 * after the head.
 */
async function traceOfLog({ storage }: CheckpointPorts, isBegun: boolean): Promise<string | null> {
  for await (const { name, isMarker } of storage.versions?.list() ?? objects(storage.list(''))) {
    if (isMarker) return `a delete marker hides ${name}`;
    if (!isBegun || name !== archiveName(0)) return `there is an object ${name}`;
  }
  return null;
}

async function* objects(names: AsyncIterable<string>) {
  for await (const name of names) yield { name, isMarker: false };
}

async function oldEntry({ store, clock }: CheckpointPorts): Promise<string | null> {
  const entry = await firstEntry(store.storedEntries(0, clock() - permittedMs));
  return entry && `entry ${auditEntryId(entry)} is older than an hour`;
}

async function isPermitted({ store, clock }: CheckpointPorts): Promise<boolean> {
  const isPermission = ({ operationId, text }: StoredEntry) =>
    operationId.startsWith(lockPrefix) && (JSON.parse(text) as AuditEntry).event === 'LOG_PERMITTED';
  return (await firstEntry(store.storedEntries(clock() - permittedMs, clock()), isPermission)) !== null;
}

async function firstEntry(
  entries: AsyncIterable<StoredEntry>,
  isSought: (entry: StoredEntry) => boolean = () => true,
): Promise<StoredEntry | null> {
  for await (const entry of entries) if (isEntryText(entry, entry.text) && isSought(entry)) return entry;
  return null;
}
