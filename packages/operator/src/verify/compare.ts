import { entryHash } from '../../../../src/checkpoints/leaf.ts';
import type { StoredEntry } from '../../../../src/ledger/checkpoint-store.ts';
import { personalAttribute } from '../../../../src/ledger/stored/entry.ts';
import { isEntryKey, isEntryText } from '../../../../src/ledger/stored/entry-json.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import { decodeTime } from 'ulid';
import { maxTime } from '../../../../src/ledger/trail-position.ts';
import { makeErasures } from './erasures.ts';
import type { Report } from './findings.ts';
import { longestWaitMs } from './log-leaves.ts';
import type { EntryLeaf } from './log-leaves.ts';
import { makeRemoved, reportRemoved } from './removed.ts';
import { grouped } from './streams.ts';
import { makeUnmatched } from './unmatched.ts';

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
  /** Entries of a time before this one may be older than the log. */
  readonly acceptOlderBefore: number;
  /** Whether an entry may be a straggler, or not an entry, by its id. */
  isAccepted(id: string): boolean;
}

/** The leaves of a log. */
export interface OrderedLeaves {
  /** In the order of entry ids. */
  readonly leaves: AsyncIterable<EntryLeaf>;
  /** Those outside the order: complete when all others were read. */
  readonly stragglers: readonly EntryLeaf[];
}

/** What was compared, in numbers of entries. */
export interface Compared {
  /** Those that are as the log says. */
  readonly covered: number;
  /** Those that the log does not have yet. */
  readonly younger: number;
  /** Those that were older than the log when it began. */
  readonly olderThanLog: number;
}

/**
 * Compares leaves with entries, both in the order of entry ids, in one pass. A leaf without an
 * entry is a removed one, an entry without a leaf an inserted one, unless it is too young.
 */
export async function compareWithLog(
  { leaves, stragglers }: OrderedLeaves,
  entries: AsyncIterable<StoredEntry>,
  comparison: Comparison,
  report: Report,
  progress: (count: number, reached: string) => void,
): Promise<Compared> {
  const { since, until } = comparison;
  const compared = { covered: 0, younger: 0 };
  const left = grouped(leaves, ({ entryId }) => entryId);
  const erasures = makeErasures(report);
  const right = grouped(onlyEntries(entries, comparison, erasures.add, report), ({ entryId }) => entryId);
  const [removed, unmatched, older] = [makeRemoved(report), makeUnmatched(report), makeOlder(comparison, report)];
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
      if (leaf.isOlderThanLog) older.add(leaf);
      else checkWait(leaf, comparison, report);
    }
    for (const entry of someEntries) {
      if (someLeaves.some((leaf) => leaf.id === auditEntryId(entry))) continue;
      if (!isEntryText(entry, entry.text)) reportNotAnEntry(entry, comparison, report);
      else if (decodeTime(entry.entryId) <= comparison.lastIncludedAt - longestWaitMs) unmatched.add(entry);
      else if (isYoung(entry, comparison, report)) compared.younger += 1;
    }
    if (count % 1_000 === 0) progress(count, someLeaves[0]?.includedAt ?? '');
  }
  removed.end();
  for (const leaf of stragglers.filter(({ time }) => time >= since && time < until)) {
    const entry = unmatched.take(leaf.id);
    if (entry === null) reportRemoved(leaf, report);
    else if (isAsLogged(leaf, entry, report)) compared.covered += 1;
    if (!comparison.isAccepted(leaf.id))
      report('STRAGGLER', `Entry ${leaf.id} appeared too late: it is ${placeOf(leaf)}.`);
  }
  unmatched.end();
  erasures.end(until === maxTime);
  return { ...compared, olderThanLog: older.end() };
}

function placeOf({ index, includedAt }: EntryLeaf): string {
  return `leaf ${index} of the log, outside its order, taken in at ${includedAt}`;
}

/** The items whose keys are those of entries, each given to `see`. Others are reported. */
async function* onlyEntries(
  items: AsyncIterable<StoredEntry>,
  comparison: Comparison,
  see: (entry: StoredEntry) => void,
  report: Report,
) {
  for await (const item of items) {
    if (isEntryKey(item)) {
      see(item);
      yield item;
    } else reportNotAnEntry(item, comparison, report);
  }
}

function reportNotAnEntry(item: StoredEntry, { isAccepted }: Comparison, report: Report): void {
  const id = auditEntryId(item);
  if (!isAccepted(id)) report('NOT_AN_ENTRY', `The item ${id} of the audit trail is not an entry.`);
}

/**
 * Counts the entries that are older than the log, and reports those that are not accepted,
 * together.
 */
function makeOlder({ acceptOlderBefore }: Comparison, report: Report) {
  let [count, notAccepted, newest] = [0, 0, 0];
  return {
    add({ time }: EntryLeaf): void {
      count += 1;
      if (time < acceptOlderBefore) return;
      notAccepted += 1;
      newest = Math.max(newest, time);
    },
    /** Gives their number. */
    end(): number {
      const last = new Date(newest).toISOString();
      const what = `${notAccepted} entries, the last of ${last}, are older than the log`;
      if (notAccepted > 0) report('OLDER_THAN_LOG', `${what}, so that nothing shows what they were before it began.`);
      return count;
    },
  };
}

function checkWait(leaf: EntryLeaf, { acceptLateBefore }: Comparison, report: Report): void {
  const includedAt = Date.parse(leaf.includedAt);
  const waited = includedAt - leaf.time;
  if (waited <= longestWaitMs || includedAt < acceptLateBefore) return;
  const minutes = Math.floor(waited / 60_000);
  report('LATE', `Entry ${leaf.id} was taken into the log ${minutes} minutes after its time, at ${leaf.includedAt}.`);
}

/** Whether an entry that is not in the log need not be in it yet. */
function isYoung(entry: StoredEntry, { now }: Comparison, report: Report): boolean {
  if (now !== null && decodeTime(entry.entryId) <= now - longestWaitMs) {
    const what = `Entry ${auditEntryId(entry)} is not in the log`;
    report('NOT_COVERED', `${what}, although it is older than 10 minutes: does the checkpoint function run?`);
    return false;
  }
  return true;
}

/** Whether an entry is what its leaf says. */
function isAsLogged(leaf: EntryLeaf, entry: StoredEntry, report: Report): boolean {
  const hash = entryHash(entry.text);
  if (hash !== leaf.sha256) {
    const own = ownIdOf(entry.text);
    const swapped = own !== null && own !== leaf.id ? ` It has the text of entry ${own}.` : '';
    report('CHANGED', `Entry ${leaf.id} was changed: its SHA-256 is ${hash}, in the log ${leaf.sha256}.${swapped}`);
    return false;
  }
  const differing = entry.differing();
  if (differing.length === 0) return true;
  if (differing.includes(personalAttribute)) {
    report('CHANGED', `The personal data of entry ${leaf.id} were changed: its text commits to others.`);
    return false;
  }
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
