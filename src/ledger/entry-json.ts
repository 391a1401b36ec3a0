import { isDeepStrictEqual } from 'node:util';
import { auditEntryId } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';

/**
 * An entry as it is kept: JSON text. Text gives back exactly what it was given, whatever a caller's strings and input
 * hold (lone surrogates, keys like `__proto__`, any number), which a store's own types do not promise.
 */
export function entryText(entry: AuditEntry): string {
  return JSON.stringify(entry);
}

/** The entry in a text that {@link entryText} made. */
export function entryOfText(text: string): AuditEntry {
  // Only `entryText` writes these texts.
  return JSON.parse(text) as AuditEntry;
}

/** Whether two entries say the same, as far as JSON can say it; the order of their fields does not count. */
export function sameEntry(one: AuditEntry, other: AuditEntry): boolean {
  return isDeepStrictEqual(entryOfText(entryText(one)), entryOfText(entryText(other)));
}

/**
 * Whether the commit that has these entries was applied before, its answer being lost: then all of them are stored,
 * just as they are. Throws, as nothing but a bug explains it, when another entry stands under the key of one of them, or
 * when only some of them are stored.
 *
 * @param stored what stands under the key of each entry, in the same order; null for nothing
 */
export function alreadyWritten(entries: readonly AuditEntry[], stored: readonly (AuditEntry | null)[]): boolean {
  const found = entries.filter((entry, index) => {
    const there = stored[index] ?? null;
    if (there !== null && !sameEntry(entry, there)) {
      throw new Error(`Another audit entry is stored under ${auditEntryId(entry)}, and stays as it is.`);
    }
    return there !== null;
  });
  if (found.length > 0 && found.length < entries.length) {
    const ids = found.map(auditEntryId).join(', ');
    throw new Error(`A commit may only hold entries that are new, or that it wrote itself; stored before: ${ids}`);
  }
  return found.length > 0;
}

/** Throws when two entries of one commit have the same key. */
export function requireDistinct(entries: readonly AuditEntry[]): void {
  const ids = entries.map(auditEntryId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`Two audit entries of one commit have the same key: ${twice}`);
}
