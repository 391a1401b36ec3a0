import type { AssociationReads } from '../../../../src/ledger/association-history.ts';
import { noFilters } from '../../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import { isClosing } from '../../../../src/model/audit-event.ts';
import { auditEntryId, isErased, parseAuditEntryId } from '../../../../src/model/audit.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';

/** Which entries lose their personal data. */
export type Selection =
  /**
   * Those that are by a person, through them, for them, or used a vote of theirs; by the id of the
   * principal.
   */
  | { readonly kind: 'person'; readonly id: string }
  /** Those with these public ids. */
  | { readonly kind: 'entries'; readonly ids: readonly string[] }
  /**
   * Those that the trail says were erased: after a restore, they can have their personal data
   * again.
   */
  | { readonly kind: 'recorded' };

/**
 * The time of the entries that are examined, in milliseconds since the epoch: `since` inclusive,
 * `until` exclusive.
 */
export interface Range {
  readonly since: number | null;
  readonly until: number | null;
}

/**
 * What becomes of a selected entry. `in-text`: an earlier version of the gateway wrote it, and its
 * text has the personal data. `open` and `expiry`: the gateway still needs them, for an operation
 * that is open, or for the expiry that the operation set.
 */
export type Verdict = 'erase' | 'erased-before' | 'in-text' | 'open' | 'expiry';

/** A selected entry. */
export interface Selected {
  readonly id: string;
  readonly time: string;
  readonly event: AuditEntry['event'];
  readonly verdict: Verdict;
}

/** What a selection reads. The entries of an operation and the state are strongly consistent. */
export type Reads = Pick<Ledger, 'getEntry' | 'operationEntries' | 'readTrail'> &
  Pick<AssociationReads, 'getAssociationState'>;

/**
 * The entries of a selection, with what becomes of them. Throws an Error for an entry that does not
 * exist.
 */
export async function* selected(
  ledger: Reads,
  selection: Selection,
  range: Range,
  report: (count: number, reached: string) => void,
): AsyncGenerator<Selected> {
  for await (const entry of entriesOf(ledger, selection, range, report)) {
    const { time, event } = entry;
    yield { id: auditEntryId(entry), time, event, verdict: await verdictOn(ledger, entry) };
  }
}

async function* entriesOf(
  ledger: Reads,
  selection: Selection,
  range: Range,
  report: (count: number, reached: string) => void,
): AsyncGenerator<AuditEntry> {
  if (selection.kind === 'entries') {
    for (const id of selection.ids) yield await existing(ledger, id);
    return;
  }
  for await (const entry of trailOf(ledger, range, report)) {
    if (selection.kind === 'person') {
      if (concerns(entry, selection.id)) yield entry;
    } else for (const id of entry.erasedEntries ?? []) yield await existing(ledger, id);
  }
}

async function existing(ledger: Reads, id: string): Promise<AuditEntry> {
  const key = parseAuditEntryId(id);
  const entry = key && (await ledger.getEntry(key));
  if (!entry) throw new Error(`The audit trail has no entry ${id}.`);
  return entry;
}

async function* trailOf(
  ledger: Reads,
  range: Range,
  report: (count: number, reached: string) => void,
): AsyncGenerator<AuditEntry> {
  const query = { partition: { kind: 'all' }, ...noFilters, ...range, limit: 250 } as const;
  let count = 0;
  let before: string | null = null;
  do {
    const page = await ledger.readTrail({ ...query, before });
    yield* page.entries;
    count += page.entries.length;
    report(count, page.entries.at(-1)?.time ?? '');
    before = page.next;
  } while (before !== null);
}

/** Whether an entry is about what a person did or said, or what was done for them. */
function concerns({ principal, actor, decision, deleteDecision }: AuditEntry, id: string): boolean {
  const inDecisions = [decision, deleteDecision].flatMap((one) => [
    one?.slice.person?.id,
    ...(one?.approval?.votes ?? []).flatMap((vote) => [vote.principal.id, vote.actor?.id]),
  ]);
  return [principal.id, actor?.id, ...inDecisions].includes(id);
}

async function verdictOn(ledger: Reads, entry: AuditEntry): Promise<Verdict> {
  if (entry.personal === undefined) return 'in-text';
  if (isErased(entry)) return 'erased-before';
  if (entry.fence === null || entry.target === null) return 'erase';
  // The state is read last: an operation that sets an expiry does so in the transaction that closes
  // it.
  if (await isOpen(ledger, entry.operationId)) return 'open';
  const state = await ledger.getAssociationState(entry.target);
  return state?.expiry?.setBy === entry.operationId ? 'expiry' : 'erase';
}

/** Whether an operation began and was not closed. */
async function isOpen(ledger: Reads, operationId: string): Promise<boolean> {
  let hasBegun = false;
  for (let after: string | null | undefined; after !== null;) {
    const entries = await ledger.operationEntries(operationId, { after: after ?? null });
    if (entries.some(({ event }) => isClosing(event))) return false;
    hasBegun ||= entries.some(({ event }) => event === 'INTENT');
    after = entries.at(-1)?.entryId ?? null;
  }
  return hasBegun;
}
