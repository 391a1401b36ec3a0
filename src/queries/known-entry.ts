import { formatVersion, UnsupportedFormat, UnsupportedFormatOnPage } from '../ledger/format.ts';
import type { TrailPage } from '../ledger/ledger.ts';
import { auditEntryId } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import { isAuditEvent } from '../model/audit-event.ts';
import { isAuditedOperation } from '../model/operation.ts';
import { outcomes } from '../model/outcome.ts';

const codes: ReadonlySet<string | null> = new Set([null, ...Object.values(outcomes).map(({ code }) => code)]);

/** Throws `UnsupportedFormat` for an entry with values that a later version has added: the schema has no names for them. */
export function requireKnown(entry: AuditEntry): void {
  const { event, operation, refusalCode } = entry;
  if (isAuditEvent(event) && isAuditedOperation(operation) && codes.has(refusalCode)) return;
  const problem = `has values that this version does not know: ${[operation, event, refusalCode].join(', ')}`;
  throw new UnsupportedFormat(`audit entry ${auditEntryId(entry)}`, formatVersion, problem);
}

/** The page up to its first entry with such values, or the error of one that begins with it. */
export function upToUnknown({ entries, next }: TrailPage): TrailPage | UnsupportedFormatOnPage {
  const known: AuditEntry[] = [];
  for (const entry of entries) {
    try {
      requireKnown(entry);
    } catch (error) {
      if (!(error instanceof UnsupportedFormat)) throw error;
      const last = known.at(-1);
      return last ? { entries: known, next: last.entryId } : new UnsupportedFormatOnPage(error, entry.entryId);
    }
    known.push(entry);
  }
  return { entries, next };
}
