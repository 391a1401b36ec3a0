import { isDeepStrictEqual } from 'node:util';
import { auditEntryId, parseAuditEntryId } from '../../model/audit.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { bytesOf, maxBytesOf } from '../entry-size.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { joined, separated } from '../personal-data.ts';
import { isTrailPosition } from '../trail-position.ts';

/** Identifies an entry. */
export type EntryKey = Pick<AuditEntry, 'operationId' | 'entryId'>;

/** An item under the key of an entry is not an entry: the gateway did not write it. */
export class NotAnEntry extends Error {
  constructor(problem: string) {
    super(`${problem}. Let only the gateway write to this table.`);
    this.name = 'NotAnEntry';
  }
}

/**
 * An entry as JSON text, the form in which both stores keep it. Text preserves every string and
 * caller input exactly (lone surrogates, keys like `__proto__`, any number); the data types of a
 * store do not. Throws an Error, which means a bug, if the entry is too large: `boundedEntry` makes
 * entries that are not.
 */
export function entryText(entry: AuditEntry): string {
  return entryTexts(entry).entry;
}

/**
 * The text of an entry, and that of its personal data; null: it has none of its own. Throws an
 * Error as {@link entryText} does.
 */
export function entryTexts(entry: AuditEntry): { readonly entry: string; readonly personal: string | null } {
  const [bytes, most] = [bytesOf(entry), maxBytesOf(entry)];
  if (bytes > most) {
    throw new Error(`The audit entry ${auditEntryId(entry)} has ${bytes} bytes; at most ${most} are allowed.`);
  }
  const { entry: kept, personal } = separated(entry);
  return { entry: JSON.stringify({ v: formatVersion, ...kept }), personal };
}

/**
 * The entry with this key, from the text that {@link entryText} created. Throws `UnsupportedFormat`
 * for another version, and `NotAnEntry` for any other text.
 *
 * @param personal the text of its personal data; null: they were erased, or are in the text of the
 *   entry
 */
export function entryOfText(key: EntryKey, text: string, personal: string | null): AuditEntry {
  const value = parsed(key, text);
  const { v, ...entry } = (value ?? {}) as AuditEntry & { readonly v?: unknown };
  requireSupported(`audit entry ${auditEntryId(key)}`, v);
  if (!isEntry(key, entry)) throw notAnEntry(key);
  return joined(entry, personal);
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
 * Whether the commit with these entries was applied before and only its response was lost: then all
 * entries are stored unchanged. Throws an Error, which means a bug, if a different entry is stored
 * under one of the keys, or if only some of the entries are stored.
 *
 * @param stored the stored entry under the key of each entry, in the same order; null if there is
 *   none
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

/** The result of reading an item as an entry; null if there is none, or the item is not one. */
export function entryOrNull(read: () => AuditEntry | null): AuditEntry | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotAnEntry) return null;
    throw error;
  }
}

/** Whether a key can be that of an entry. */
export function isEntryKey(key: EntryKey): boolean {
  return isTrailPosition(key.entryId) && parseAuditEntryId(auditEntryId(key)) !== null;
}

/**
 * Whether the text of an item is the entry with this key, of any version of the format. Of a newer
 * version only version and key are examined.
 */
export function isEntryText(key: EntryKey, text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    const { v } = isObject(value) ? value : {};
    return isNewerEntry(key, v, value) || (v === formatVersion && isEntry(key, value));
  } catch {
    return false;
  }
}

/**
 * Whether a parsed text is an entry with this key, of a later version of the format. `v`: the
 * version that is stored with it.
 */
export function isNewerEntry(key: EntryKey, v: unknown, value: unknown): boolean {
  return Number.isInteger(v) && Number(v) > formatVersion && isObject(value) && hasKey(key, value);
}

/**
 * Whether a parsed text is an entry with this key: the fields that the gateway reads of entries of
 * every kind have their types. Unknown fields and values are those of a later gateway.
 */
function isEntry(key: EntryKey, value: unknown): boolean {
  if (!isObject(value) || !hasKey(key, value)) return false;
  const { time, event, operation, principal, actor, onBehalfOf, target, before, request, fence, message } = value;
  return (
    [event, operation].every(isText) &&
    isText(time) &&
    !Number.isNaN(Date.parse(time)) &&
    isPrincipal(principal) &&
    orNull(isPrincipal, actor) &&
    [onBehalfOf, message, value.associationArn, value.refusalCode].every((field) => orNull(isText, field)) &&
    orNull(isTarget, target) &&
    [before, request, value.decision, value.personal].every((field) => orNull(isObject, field)) &&
    (fence === null || Number.isInteger(fence))
  );
}

function hasKey(key: EntryKey, value: Record<string, unknown>): boolean {
  return isEntryKey(key) && value.operationId === key.operationId && value.entryId === key.entryId;
}

/** The names in a target. */
const targetNames = ['accountId', 'region', 'clusterName', 'namespace', 'serviceAccount'];

function isTarget(value: unknown): boolean {
  return isObject(value) && targetNames.every((name) => isText(value[name]));
}

function isPrincipal(value: unknown): boolean {
  return isObject(value) && isText(value.id) && isText(value.kind);
}

/** A field that an earlier gateway did not write counts as null. */
function orNull(is: (value: unknown) => boolean, value: unknown): boolean {
  return value === null || value === undefined || is(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
