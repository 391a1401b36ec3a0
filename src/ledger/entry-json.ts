import { isDeepStrictEqual } from 'node:util';
import { auditEntryId } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import { bytesOf, maxBytesOf } from './entry-size.ts';
import { isEntry, NotAnEntry } from './entry-shape.ts';
import type { EntryKey } from './entry-shape.ts';
import { formatVersion, requireSupported } from './format.ts';

/**
 * An entry as JSON text, the form in which both stores keep it. Text preserves every string and caller input exactly
 * (lone surrogates, keys like `__proto__`, any number); the data types of a store do not. Throws an Error, which means a bug,
 * if the entry is too large: `boundedEntry` makes entries that are not.
 */
export function entryText(entry: AuditEntry): string {
  const [bytes, most] = [bytesOf(entry), maxBytesOf(entry)];
  if (bytes > most) {
    throw new Error(`The audit entry ${auditEntryId(entry)} has ${bytes} bytes; at most ${most} are allowed.`);
  }
  return JSON.stringify({ v: formatVersion, ...entry });
}

/**
 * The entry with this key, from the text that {@link entryText} created. Throws `UnsupportedFormat` for another version, and
 * `NotAnEntry` for any other text.
 */
export function entryOfText(key: EntryKey, text: string): AuditEntry {
  const value = parsed(key, text);
  const { v, ...entry } = (value ?? {}) as AuditEntry & { readonly v?: unknown };
  requireSupported(`audit entry ${auditEntryId(key)}`, v);
  if (!isEntry(key, entry)) throw notAnEntry(key);
  return entry;
}

function parsed(key: EntryKey, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAnEntry(key);
  }
}

function notAnEntry(key: EntryKey): NotAnEntry {
  return new NotAnEntry(`The item ${auditEntryId(key)} of the audit table is not an entry`);
}

/** Whether two entries have the same JSON, whatever the order of their fields. */
function isSameEntry(one: AuditEntry, other: AuditEntry): boolean {
  return isDeepStrictEqual(JSON.parse(entryText(one)), JSON.parse(entryText(other)));
}

/**
 * Whether the commit with these entries was applied before and only its response was lost: then all entries are stored
 * unchanged. Throws an Error, which means a bug, if a different entry is stored under one of the keys, or if only some of
 * the entries are stored.
 *
 * @param stored the stored entry under the key of each entry, in the same order; null if there is none
 */
export function alreadyWritten(entries: readonly AuditEntry[], stored: readonly (AuditEntry | null)[]): boolean {
  const found = entries.filter((entry, index) => {
    const existing = stored[index] ?? null;
    if (existing !== null && !isSameEntry(entry, existing)) {
      throw new Error(
        `A different audit entry is already stored as ${auditEntryId(entry)}. Give every new entry a new entryId.`,
      );
    }
    return existing !== null;
  });
  if (found.length > 0 && found.length < entries.length) {
    const ids = found.map(auditEntryId).join(', ');
    throw new Error(`All entries of a commit must be new, or all stored by the same commit. Already stored: ${ids}`);
  }
  return found.length > 0;
}

/** Throws an Error if two entries of a commit have the same key. */
export function requireDistinct(entries: readonly AuditEntry[]): void {
  const ids = entries.map(auditEntryId);
  const duplicate = ids.find((id, index) => ids.indexOf(id) !== index);
  if (duplicate !== undefined) throw new Error(`Two audit entries of one commit have the same key: ${duplicate}`);
}
