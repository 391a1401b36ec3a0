import { entryHash } from '../../../../src/checkpoints/leaf.ts';
import type { StoredEntry } from '../../../../src/ledger/checkpoint-store.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import { decodeTime, isValid } from 'ulid';
import type { Report } from './findings.ts';
import { longestWaitMs } from './log-leaves.ts';
import type { LeafAt } from './log-leaves.ts';
import { grouped } from './streams.ts';

/** How entries are compared with leaves. Times are milliseconds since the epoch. */
export interface Comparison {
  /** Only entries of this time and later are compared, and those before `until`. */
  readonly since: number;
  readonly until: number;
  /** The present, for a ledger; null for a file, which may be of any time. */
  readonly now: number | null;
  /** When the last entry of the log was taken in. */
  readonly lastIncludedAt: number;
  /** Entries that were taken in before this time may be late. */
  readonly acceptLateBefore: number;
}

/** What was compared, in numbers of entries. */
export interface Compared {
  /** Those that are as the log says. */
  covered: number;
  /** Those that the log does not have yet. */
  younger: number;
  /** Those that were older than the log when it began. */
  olderThanLog: number;
}

/**
 * Compares leaves with entries, both in the order of entry ids, in one pass. A leaf without an entry is a removed one, an entry without a leaf an
 * inserted one, unless it is too young.
 */
export async function compareWithLog(
  leaves: AsyncIterable<LeafAt>,
  entries: AsyncIterable<StoredEntry>,
  comparison: Comparison,
  report: Report,
  progress: (count: number, reached: string) => void,
): Promise<Compared> {
  const { since, until } = comparison;
  const compared: Compared = { covered: 0, younger: 0, olderThanLog: 0 };
  const [left, right] = [grouped(leaves, ({ entryId }) => entryId), grouped(entries, ({ entryId }) => entryId)];
  const removed = makeRemoved(report);
  for (let count = 1; ; count += 1) {
    const [id] = [await left.key(), await right.key()].filter((key) => key !== null).sort();
    if (id === undefined) break;
    const [someLeaves, someEntries] = [await left.take(id), await right.take(id)];
    for (const leaf of someLeaves) {
      if (leaf.time < since || leaf.time >= until) continue;
      const entry = someEntries.find((one) => auditEntryId(one) === leaf.id);
      if (entry === undefined) {
        removed.add(leaf);
        continue;
      }
      removed.flush();
      if (isAsLogged(leaf, entry, report)) compared.covered += 1;
      if (leaf.isOlderThanLog) compared.olderThanLog += 1;
      else checkWait(leaf, comparison, report);
    }
    for (const entry of someEntries) {
      if (someLeaves.some((leaf) => leaf.id === auditEntryId(entry))) continue;
      if (isYoung(entry, comparison, report)) compared.younger += 1;
    }
    if (count % 1_000 === 0) progress(count, someLeaves[0]?.includedAt ?? '');
  }
  removed.end();
  return compared;
}

function checkWait(leaf: LeafAt, { acceptLateBefore }: Comparison, report: Report): void {
  const includedAt = Date.parse(leaf.includedAt);
  const waited = includedAt - leaf.time;
  if (waited <= longestWaitMs || includedAt < acceptLateBefore) return;
  const minutes = Math.floor(waited / 60_000);
  report('LATE', `Entry ${leaf.id} was taken into the log ${minutes} minutes after its time, at ${leaf.includedAt}.`);
}

/** Whether an entry that is not in the log need not be in it yet. */
function isYoung(entry: StoredEntry, { lastIncludedAt, now }: Comparison, report: Report): boolean {
  const time = isValid(entry.entryId) ? decodeTime(entry.entryId) : 0;
  const what = `Entry ${auditEntryId(entry)} is not in the log`;
  if (time <= lastIncludedAt - longestWaitMs) {
    report('INSERTED', `${what}, which has entries that were made later: it was inserted.`);
    return false;
  }
  if (now !== null && time <= now - longestWaitMs) {
    report('NOT_COVERED', `${what}, although it is older than 10 minutes: does the checkpoint function run?`);
    return false;
  }
  return true;
}

/** How many removed entries in a row are named. */
const mostNamed = 100;

/** Entries that are missing, one after the other. Where the newest of the log are missing, an older backup explains it. */
function makeRemoved(report: Report) {
  let leaves: LeafAt[] = [];
  let last: LeafAt | null = null;
  let more = 0;
  const flush = () => {
    for (const { id, index } of leaves) report('REMOVED', `Entry ${id} is missing: it is leaf ${index} of the log.`);
    if (more > 0) report('REMOVED', `${more} more entries up to ${last?.id} are missing.`);
    [leaves, last, more] = [[], null, 0];
  };
  return {
    add(leaf: LeafAt): void {
      if (leaves.length < mostNamed) leaves.push(leaf);
      else more += 1;
      last = leaf;
    },
    /** An entry follows that is not missing. */
    flush,
    end(): void {
      const [first] = leaves;
      if (first === undefined || last === null || first === last) {
        flush();
        return;
      }
      const count = leaves.length + more;
      report(
        'OLDER_BACKUP',
        `The newest ${count} entries of the log are missing, from ${first.id} to ${last.id}: an older backup?`,
      );
    },
  };
}

/** Whether an entry is what its leaf says. */
function isAsLogged(leaf: LeafAt, entry: StoredEntry, report: Report): boolean {
  const hash = entryHash(entry.text);
  if (hash !== leaf.sha256) {
    const own = ownIdOf(entry.text);
    const swapped = own !== null && own !== leaf.id ? ` It has the text of entry ${own}.` : '';
    report('CHANGED', `Entry ${leaf.id} was changed: its SHA-256 is ${hash}, in the log ${leaf.sha256}.${swapped}`);
    return false;
  }
  const differing = entry.differing();
  if (differing.length === 0) return true;
  report('ATTRIBUTES', `Entry ${leaf.id} has other attributes than follow from its text: ${differing.join(', ')}.`);
  return false;
}

/** The id that the text of an entry has; null if it is not an entry. */
function ownIdOf(text: string): string | null {
  try {
    return auditEntryId(JSON.parse(text) as StoredEntry);
  } catch {
    return null;
  }
}
