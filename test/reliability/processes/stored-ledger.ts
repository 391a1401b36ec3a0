import { DatabaseSync } from 'node:sqlite';
import type { ApprovalFacts, ChangeKind, RecordFact, TrailEntry } from '../facts.ts';
import { approvalEntryOf, approvalOf, changeEntry, parsedEntry, textsOf } from '../stored.ts';
import type { EntryTexts, StoredEntry } from '../stored.ts';

/** An entry of the audit trail, with what the report needs in addition. */
interface Entry extends TrailEntry {
  readonly byReconciler: boolean;
}

/** What a ledger has at the end. */
export interface StoredLedger {
  readonly entries: readonly Entry[];
  readonly records: readonly RecordFact[];
  readonly approvals: Omit<ApprovalFacts, 'votes'>;
}

/** The keys of records: SHA-256 in hex. */
const recordKeys = '[0-9a-f]'.repeat(64);

/** Reads the ledger in a file. */
export function readLedger(file: string): StoredLedger {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const entries = `SELECT item ->> '$.entry' AS entry, item ->> '$.personal' AS personal FROM audit ORDER BY entryId`;
    const rows = database.prepare(entries).all();
    const items = (keys: string) =>
      database.prepare('SELECT item FROM idempotency WHERE idempotencyKey GLOB ?').all(keys);
    return storedLedger({
      // A claim of a created association has no entry.
      entries: rows.filter(({ entry }) => entry !== null).map(textsOf),
      records: items(recordKeys).map(({ item }) => JSON.parse(String(item)) as RecordFact),
      approvals: items('approval/*').map(({ item }) => (JSON.parse(String(item)) as { approval: string }).approval),
    });
  } finally {
    database.close();
  }
}

/** What the items of a ledger say. Entries are in the order of their ids, and approvals are JSON. */
export function storedLedger(items: {
  readonly entries: readonly EntryTexts[];
  readonly records: readonly RecordFact[];
  readonly approvals: readonly string[];
}): StoredLedger {
  const stored = items.entries.map((texts) => parsedEntry(texts));
  // Votes that were not counted are no changes.
  const changes = stored.filter((one) => approvalEntryOf(one) === null && one.operation !== 'APPROVE_REQUEST');
  return {
    entries: changes.map(entryOf),
    records: items.records,
    approvals: {
      items: items.approvals.map(approvalOf),
      entries: stored.flatMap((one) => approvalEntryOf(one) ?? []),
    },
  };
}

/** Counts the open operations of a ledger that is in use. */
export function countOpen(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(
      database.prepare(`SELECT count(*) AS open FROM idempotency WHERE item ->> '$.state' = 'IN_PROGRESS'`).get()?.open,
    );
  } finally {
    database.close();
  }
}

/** Counts the expiries before a time that were not carried out and are not suspended. */
export function countDueExpiries(file: string, before: number): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const due = "item ->> '$.ending.expiresAt' < ? AND item ->> '$.ending.suspendedFor' IS NULL";
    const row = database.prepare(`SELECT count(*) AS due FROM idempotency WHERE ${due}`);
    return Number(row.get(new Date(before).toISOString())?.due);
  } finally {
    database.close();
  }
}

function entryOf(stored: StoredEntry): Entry {
  const [kind = ''] = stored.operation.split('_');
  const byReconciler = stored.userAgent === 'pod-identity-gateway/reconciler';
  return { ...changeEntry(stored, kind.toLowerCase() as ChangeKind), byReconciler };
}
