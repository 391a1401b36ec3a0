import { isValid } from 'ulid';
import { operationIdOf } from '../../model/association.ts';
import { auditEntryId } from '../../model/audit.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { entryOfText, entryTexts, isNewerEntry, NotAnEntry } from './entry-json.ts';
import { formatVersion, requireSupported } from '../format.ts';
import { filterFields } from './filter-fields.ts';
import { absent, textIn, textOrNull } from './items.ts';
import type { Item, Put } from './items.ts';
import { auditIndexKeys, trailShardOf } from './keys.ts';

/**
 * Begins the sort key of a claim of a created association, which is in the partition of the
 * operation that created it. Lower than every entry id, and than the `-` from which operations'
 * entries are read.
 */
export const claimPrefix = '#CLAIMED_BY#';

/**
 * The attribute of an item of the audit table with personal data, which can be erased. IAM policies
 * name it.
 */
export const personalAttribute = 'personal';

/**
 * An entry as an item: its version and key, the keys of the indexes, the attributes that filters
 * use, the entry as JSON text, and its personal data.
 */
export function entryItem(entry: AuditEntry): Item {
  const texts = entryTexts(entry);
  const { operationId, entryId, event, operation, time } = entry;
  return {
    v: formatVersion,
    operationId,
    entryId,
    event,
    operation,
    time,
    ...filterFields(entry),
    trailShard: trailShardOf(entryId),
    ...auditIndexKeys(entry),
    entry: texts.entry,
    ...(texts.personal === null ? {} : { [personalAttribute]: texts.personal }),
  };
}

/**
 * The entry of an item that {@link entryItem} created. Throws `UnsupportedFormat` if another
 * version created it, and `NotAnEntry` if the item has no entry.
 */
export function entryOfItem(item: Item): AuditEntry {
  const key = keyOfItem(item);
  requireSupported(`audit entry ${auditEntryId(key)}`, item.v);
  const text = textOrNull(item, 'entry');
  if (text === null) throw new NotAnEntry("An item of the audit table has no 'entry' attribute");
  return entryOfText(key, text, textOrNull(item, personalAttribute));
}

/** Whether an item is an entry of a later version of the format, which a later gateway can read. */
export function isNewerEntryItem(item: Item): boolean {
  try {
    return isNewerEntry(keyOfItem(item), item.v, JSON.parse(textIn(item, 'entry')));
  } catch {
    return false;
  }
}

function keyOfItem(item: Item) {
  return { operationId: textIn(item, 'operationId'), entryId: textIn(item, 'entryId') };
}

/**
 * Proof that an operation created an association: a later operation found its ownership tag on it,
 * and was claimed before it changed or deleted the association.
 */
interface ClaimOfCreated {
  /** The operation that created the association. A ULID. */
  readonly createdBy: string;
  /** The operation whose INTENT has the association in `before`. A ULID. */
  readonly claimedBy: string;
}

/**
 * The proofs that follow from the entries of a commit. A tag that is not an operation's id is not
 * the gateway's.
 */
function claimsOfCreated(entries: readonly AuditEntry[]): ClaimOfCreated[] {
  return entries.flatMap(({ event, before, operationId: claimedBy }) => {
    const createdBy = event === 'INTENT' && before ? operationIdOf(before) : null;
    return createdBy !== null && isValid(createdBy) ? [{ createdBy, claimedBy }] : [];
  });
}

/**
 * The item of the audit table that proves that an operation created an association. In no index,
 * and never read as an entry.
 */
export function claimItem({ createdBy, claimedBy }: ClaimOfCreated): Item {
  return { v: formatVersion, operationId: createdBy, entryId: `${claimPrefix}${claimedBy}` };
}

/**
 * The operation that claimed, of an item that {@link claimItem} created. Throws `UnsupportedFormat`
 * if another version created it.
 */
export function claimedByOfItem(item: Item): string {
  const { operationId, entryId } = keyOfItem(item);
  requireSupported(`claim of what operation ${operationId} created`, item.v);
  return entryId.slice(claimPrefix.length);
}

/** The items that belong to a stored entry, to be copied with it. */
export function claimItemsOf(item: Item): Item[] {
  if (item.v !== formatVersion) return [];
  try {
    return claimsOfCreated([entryOfItem(item)]).map(claimItem);
  } catch (error) {
    if (error instanceof NotAnEntry) return [];
    throw error;
  }
}

/** The put of an item of the audit table, if there is none with its key. */
export function insertion(item: Item): Put {
  return { kind: 'put', table: 'audit', item, condition: absent('operationId') };
}

/** The puts of entries, and of the claims that follow from them. */
export function insertions(entries: readonly AuditEntry[]): Put[] {
  return [...entries.map(entryItem), ...claimsOfCreated(entries).map(claimItem)].map(insertion);
}
