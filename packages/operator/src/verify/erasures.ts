import type { StoredEntry } from '../../../../src/ledger/checkpoint-store.ts';
import { auditEntryId, erasurePrefix } from '../../../../src/model/audit.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import type { Report } from './findings.ts';

/**
 * Entries whose personal data are gone, and the erasures that the trail records: an erasure is
 * recorded before its first removal.
 */
export function makeErasures(report: Report) {
  const erased: string[] = [];
  const recordedBy = new Map<string, string>();
  return {
    add(entry: StoredEntry): void {
      if (isErased(entry)) erased.push(auditEntryId(entry));
      if (!entry.operationId.startsWith(erasurePrefix)) return;
      for (const id of erasedBy(entry)) recordedBy.set(id, auditEntryId(entry));
    },
    /** @param isComplete whether all later entries were read */
    end(isComplete: boolean): void {
      for (const id of erased) {
        const by = recordedBy.get(id);
        if (by !== undefined) report('ERASED', `Entry ${id}: its personal data were erased, as entry ${by} records.`);
        else if (!isComplete) report('ERASED', `Entry ${id}: its personal data are gone.`);
        else
          report(
            'UNRECORDED_ERASURE',
            `Entry ${id} has lost its personal data, and no entry records an erasure of them.`,
          );
      }
    },
  };
}

/**
 * Whether a text commits to personal data of its entry that are not there. Within a text in JSON,
 * the quotation marks would be escaped.
 */
function isErased({ entryId, text, personal }: StoredEntry): boolean {
  return personal === null && text.includes(`"personal":{"entryId":"${entryId}"`);
}

function erasedBy({ text }: StoredEntry): readonly string[] {
  try {
    return (JSON.parse(text) as AuditEntry).erasedEntries ?? [];
  } catch {
    return [];
  }
}
