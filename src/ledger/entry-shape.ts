import { parseAuditEntryId, auditEntryId } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import { formatVersion } from './format.ts';
import { isTrailPosition } from './trail-position.ts';

/** Identifies an entry. */
export type EntryKey = Pick<AuditEntry, 'operationId' | 'entryId'>;

/** An item under the key of an entry is not an entry: the gateway did not write it. */
export class NotAnEntry extends Error {
  constructor(problem: string) {
    super(`${problem}. Let only the gateway write to this table.`);
    this.name = 'NotAnEntry';
  }
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
 * Whether the text of an item is the entry with this key, of any version of the format. Of a newer version only version and key are
 * examined.
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

/** Whether a parsed text is an entry with this key, of a later version of the format. `v`: the version that is stored with it. */
export function isNewerEntry(key: EntryKey, v: unknown, value: unknown): boolean {
  return Number.isInteger(v) && Number(v) > formatVersion && isObject(value) && hasKey(key, value);
}

/**
 * Whether a parsed text is an entry with this key: the fields that the gateway reads of entries of every kind have their types. Unknown
 * fields and values are those of a later gateway.
 */
export function isEntry(key: EntryKey, value: unknown): boolean {
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
    [before, request, value.decision].every((field) => orNull(isObject, field)) &&
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
