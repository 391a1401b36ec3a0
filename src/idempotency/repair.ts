import { decodeTime } from 'ulid';
import { findEntry, repairEntry } from '../ledger/audit-entry.ts';
import type { EntryDependencies, Repairer } from '../ledger/audit-entry.ts';
import type { AssociationState, AssociationStates, OpenOperation } from '../ledger/association-state.ts';
import { UnsupportedFormat } from '../ledger/format.ts';
import type { IdempotencyRecord, Ledger } from '../ledger/ledger.ts';
import { changeOfClosed } from '../ledger/rules/change-of-closed.ts';
import { associationKeyOf } from '../ledger/stored/keys.ts';
import type { StateRepair, StateRepairs } from '../ledger/state-repair.ts';
import { isClosing } from '../model/audit-event.ts';
import type { AuditEntry } from '../model/audit.ts';
import { fingerprintOf, sha256 } from './record.ts';

/** What repairs work with. */
export interface RepairDependencies extends EntryDependencies {
  readonly ledger: Pick<Ledger, 'getRecord' | 'operationEntries'>;
  readonly observations: Pick<AssociationStates, 'getAssociationState'> & StateRepairs;
}

/** What a repair writes, and one sentence that says why. */
interface Finding {
  readonly repair: StateRepair;
  readonly message: string;
}

/**
 * Corrects what is in progress on a service account where another version of the gateway closed an
 * operation and left its record's key: the key goes, in one transaction with what the outcome says
 * and the state lacks. A record that is missing, and whose operation the trail does not close, is
 * in progress again: so it is among the open operations, and the reconciler closes it.
 * `recordsInProgress` may be older than the state. Throws `LedgerUnavailable`; what another format
 * version wrote is left to that version.
 */
export async function repairClosed(
  deps: RepairDependencies,
  { target, recordsInProgress }: Pick<AssociationState, 'target' | 'recordsInProgress'>,
  by: Repairer,
): Promise<void> {
  for (const key of recordsInProgress) {
    await ifSupported(async () => {
      const record = await deps.ledger.getRecord(key);
      if (record?.state === 'IN_PROGRESS') return;
      // Read after the record: what closed it is in the state by now, if its version writes that.
      const state = await deps.observations.getAssociationState(target);
      if (!state?.recordsInProgress.includes(key)) return;
      await write(deps, by, record ? await closedFinding(deps, state, record) : await missingFinding(deps, state, key));
    });
  }
}

async function ifSupported(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UnsupportedFormat)) throw error;
  }
}

async function closedFinding(
  { ledger }: RepairDependencies,
  state: AssociationState,
  record: IdempotencyRecord,
): Promise<Finding> {
  const { idempotencyKey: recordKey, operationId } = record;
  const entry = await findEntry(ledger, operationId, ({ event }) => isClosing(event));
  // The token of an expired record may be used again, for another service account.
  const closing = entry?.target && associationKeyOf(entry.target) === associationKeyOf(state.target) ? entry : null;
  const what = closing ? `operation ${operationId}, as ${closing.event}` : 'an operation';
  return {
    repair: { recordKey, record, restored: null, change: changeOfClosed(state, recordKey, record, closing) },
    message: `Another version of the gateway closed ${what}; it is not in progress.`,
  };
}

async function missingFinding(
  { ledger, clock }: RepairDependencies,
  state: AssociationState,
  recordKey: string,
): Promise<Finding> {
  const open = state.openOperations.find((one) => one.recordKey === recordKey);
  const entries = open ? await entriesOf(ledger, open.operationId) : [];
  const base = { recordKey, record: null };
  // A record in progress does not expire: without an operation that may be open, it was closed.
  if (!open || entries.some(({ event }) => isClosing(event)))
    return {
      repair: { ...base, restored: null, change: changeOfClosed(state, recordKey, null, null) },
      message: 'Another version of the gateway closed an operation whose record has expired; it is not in progress.',
    };
  const restored = restoredRecord(recordKey, open, entries, clock());
  return {
    repair: { ...base, restored, change: { target: state.target, openOperations: [], endedOperationIds: [] } },
    message: `The record of operation ${open.operationId} was missing, and no entry closes it: it is open.`,
  };
}

async function entriesOf(ledger: RepairDependencies['ledger'], operationId: string): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  await findEntry(ledger, operationId, (entry) => entries.push(entry) === 0);
  return entries;
}

/**
 * A record in progress in place of one that is missing. Its lease is over, and no earlier lease
 * holder can write it.
 */
function restoredRecord(
  idempotencyKey: string,
  { operationId, operation, inDoubtUntil }: OpenOperation,
  entries: readonly AuditEntry[],
  now: number,
): IdempotencyRecord {
  const intent = entries.find(({ event }) => event === 'INTENT');
  const fence = Math.max(0, ...entries.map((entry) => entry.fence ?? 0)) + 1;
  return {
    idempotencyKey,
    operation,
    operationId,
    fence,
    state: 'IN_PROGRESS',
    fingerprint: intent?.request ? fingerprintOf(intent.request) : sha256(''),
    startedAt: decodeTime(operationId),
    leaseUntil: now,
    inDoubtUntil,
    modifiedAtBefore: intent?.before?.modifiedAt ?? null,
    retainUntil: null,
    inDoubtOperationIds: [],
    result: null,
  };
}

/**
 * Writes a repair with its entry. Another write may have been faster: then there is nothing to do,
 * or the next run does it.
 */
async function write(deps: RepairDependencies, by: Repairer, { repair, message }: Finding): Promise<void> {
  await deps.observations.repairAssociation(repair, repairEntry(deps, repair.change.target, by, message));
}
