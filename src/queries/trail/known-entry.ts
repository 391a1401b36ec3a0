import { formatVersion, UnsupportedFormat, UnsupportedFormatOnPage } from '../../ledger/format.ts';
import type { TrailPage } from '../../ledger/ledger.ts';
import { auditEntryId } from '../../model/audit.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { isAuditEvent } from '../../model/audit-event.ts';
import { isAuditedOperation } from '../../model/operation.ts';
import { outcomes } from '../../model/outcome.ts';

const codes: ReadonlySet<string | null> = new Set([null, ...Object.values(outcomes).map(({ code }) => code)]);

/** Whether the schema has names for what an entry says: a later version may have added others. */
function isKnown({ event, operation, refusalCode }: AuditEntry): boolean {
  return isAuditEvent(event) && isAuditedOperation(operation) && codes.has(refusalCode);
}

/**
 * The page up to its first entry with values that a later version has added, or the error of one
 * that begins with it.
 */
export function upToUnknown(page: TrailPage): TrailPage | UnsupportedFormatOnPage {
  const { entries } = page;
  const unknown = entries.find((entry) => !isKnown(entry));
  if (unknown === undefined) return page;
  const known = entries.slice(0, entries.indexOf(unknown));
  const last = known.at(-1);
  if (last) return { entries: known, next: last.entryId };
  const { operation, event, refusalCode } = unknown;
  const problem = `has values that this version does not know: ${[operation, event, refusalCode].join(', ')}`;
  const error = new UnsupportedFormat(`audit entry ${auditEntryId(unknown)}`, formatVersion, problem);
  return new UnsupportedFormatOnPage(error, unknown.entryId);
}
