import { findEntry } from '../../ledger/audit-entry.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import type { AssociationState } from '../../ledger/association-state.ts';
import { operationIdOf } from '../../model/association.ts';
import type { Association, AssociationTarget } from '../../model/association.ts';
import { isClosing } from '../../model/audit-event.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { hasTrait } from '../../model/operation.ts';
import { isCreatedByGateway } from '../../observations/created-by-gateway.ts';
import { judge } from '../../observations/judge.ts';
import { driftSeen } from './drift-in.ts';
import type { AssociationDrift } from './drift-in.ts';
import { evidencedState } from './evidenced-state.ts';
import { readChanges } from './recorded-changes.ts';
import type { ChangesReader, RecordedChanges } from './recorded-changes.ts';

/** What was read of one association for a comparison with EKS, in this order. */
export interface LiveReading {
  /** The revision of the stored state before EKS was read; 0: there was none. */
  readonly knownRevision: number;
  /** When the read of EKS began. Milliseconds since the epoch. */
  readonly readAt: number;
  readonly association: Association;
  /** The stored state, read after EKS; null: there is none. */
  readonly state: AssociationState | null;
}

/** The fields of drift that only scans know. */
export const unobserved = { observedAt: null, driftId: null };

/**
 * How an association in EKS differs from what the gateway left; null if it does not. It is judged
 * as scans judge it, by the state as far as the trail has it. Nothing is written. Throws
 * `LedgerUnavailable`.
 */
export async function driftOf(reader: ChangesReader, reading: LiveReading): Promise<AssociationDrift | null> {
  const { association, knownRevision, readAt } = reading;
  const { associationArn } = association;
  const changes = await readChanges(reader, associationArn);
  const base = { association, associationArn, differences: [], lastEntry: changes.last, ...unobserved };
  if (!changes.isComplete) return { ...base, kind: 'NOT_EXAMINED' };
  const state = await evidencedState(reader, reading.state, association, changes);
  const isKnown = state?.confirmed?.association.associationId === association.associationId;
  const isOwn =
    !isKnown && (await isCreatedByGateway(reader.ledger, association)) && (await mayHaveMade(reader, association));
  const { associationId } = association;
  const judgement = judge({ knownRevision, readAt, association, associationId, state, isOwn }, reader.times);
  if (judgement.kind !== 'observed') {
    return isDeletedBy(changes, readAt - reader.times.listLagMs) ? { ...base, kind: 'MODIFIED' } : null;
  }
  const { observed, endedOperationIds } = judgement.change;
  const openOperations = (state?.openOperations ?? []).filter((one) => !endedOperationIds.includes(one.operationId));
  const seen = { confirmed: state?.confirmed ?? null, openOperations, observed };
  const drift = driftSeen(seen, null).find((one) => one.associationArn === associationArn);
  return drift ? { ...drift, lastEntry: changes.last, ...unobserved } : null;
}

/** Whether the operation that the ownership tag names is not recorded to have had no effect. */
async function mayHaveMade({ ledger }: ChangesReader, association: Association): Promise<boolean> {
  const operationId = operationIdOf(association) ?? '';
  const isSuccess = ({ event }: AuditEntry) => event === 'SUCCEEDED' || event === 'LATE_SUCCESS';
  if (await findEntry(ledger, operationId, isSuccess)) return true;
  return (await findEntry(ledger, operationId, ({ event }) => isClosing(event))) === null;
}

/** Whether the gateway deleted the association before a time, although EKS still has it. */
function isDeletedBy({ effects }: RecordedChanges, time: number): boolean {
  return effects.some((entry) => hasTrait('deletes', entry) && Date.parse(entry.time) < time);
}

/** The service account of an association. */
export function targetOf(of: AssociationTarget): AssociationTarget {
  const { accountId, region, clusterName, namespace, serviceAccount } = of;
  return { accountId, region, clusterName, namespace, serviceAccount };
}

/** How many states one read has. */
const statesAtOnce = 100;

/** The states of service accounts, 100 a read, in this order; null for one without. */
export async function statesOf(
  reads: Pick<AssociationReads, 'getAssociationStates'>,
  targets: readonly AssociationTarget[],
): Promise<(AssociationState | null)[]> {
  const states: (AssociationState | null)[] = [];
  for (let from = 0; from < targets.length; from += statesAtOnce) {
    states.push(...(await reads.getAssociationStates(targets.slice(from, from + statesAtOnce))));
  }
  return states;
}
