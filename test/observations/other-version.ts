import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { AssociationTarget } from '../../src/model/association.ts';
import type { StoredItems } from '../support/ledgers.ts';

/*
 * What a version of the gateway writes that counts what is in progress (`inProgress`) instead of keeping a set of records. The items are those of the present
 * version with the differences of that one.
 */

type States = Pick<ObservationStore, 'getAssociationState' | 'observeAssociation'>;

const operationPrefix = 'operation ';

/** The stored item of a service account: in DynamoDB its attributes, in SQLite its fields. */
async function storedState(edit: StoredItems, target: AssociationTarget): Promise<Record<string, unknown>> {
  let stored: object = {};
  await edit.state(target, {}, (item) => (stored = item));
  return stored as Record<string, unknown>;
}

/** The present version began the operation of a record, and the other one closed it: the key stays, and an expiry was not written if that version knows none. */
export async function leaveClosed(
  states: States,
  edit: StoredItems,
  target: AssociationTarget,
  recordKeys: readonly string[],
  { knowsExpiries = true } = {},
): Promise<void> {
  const state = await states.getAssociationState(target);
  const none = { target, openOperations: [], endedOperationIds: [], expiry: null };
  if (!knowsExpiries && state) await states.observeAssociation(state.revision, none, null);
  await edit.state(target, { recordsInProgress: new Set(recordKeys), inProgress: -recordKeys.length });
}

/** The other version began the operations that are open: it counts them, and they do not name their records. */
export async function leaveBegun(edit: StoredItems, target: AssociationTarget): Promise<void> {
  const item = await storedState(edit, target);
  const open = Object.entries(item).filter(([name]) => name.startsWith(operationPrefix));
  const operations = Array.isArray(item.openOperations)
    ? { openOperations: (item.openOperations as { recordKey?: string }[]).map(({ recordKey: _, ...one }) => one) }
    : Object.fromEntries(open.map(([name, value]) => [name, { ...(value as object), recordKey: undefined }]));
  await edit.state(target, { ...operations, recordsInProgress: undefined, inProgress: open.length || 1 });
}
