import { auditContextOfReconciler, findIntent, reconciler, repairEntry } from '../../ledger/audit-entry.ts';
import { UnsupportedFormat } from '../../ledger/format.ts';
import { LedgerUnavailable } from '../../ledger/ledger.ts';
import type { IdempotencyRecord } from '../../ledger/ledger.ts';
import { stateChangeOf } from '../../ledger/rules/state-change.ts';
import type { RepairStore } from '../../ledger/state-repair.ts';
import { takeOver } from '../../idempotency/claim.ts';
import { complete } from '../../idempotency/complete.ts';
import { notDone, outcomeOf } from '../../idempotency/conclusion.ts';
import type { Conclusion } from '../../idempotency/conclusion.ts';
import { defer } from '../../idempotency/defer.ts';
import type { Protocol } from '../../idempotency/protocol.ts';
import type { OpenReason } from '../../idempotency/defer.ts';
import type { Eks, EksFor } from '../../eks/eks.ts';
import type { OperationReader } from '../../ledger/trail.ts';
import { isClosing } from '../../model/audit-event.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import type { Serves } from '../terms/dependencies.ts';
import { changeOf } from '../terms/operation.ts';
import type { EffectObservation, EffectReads } from '../terms/operation.ts';
import { operationOf } from '../kinds/operations.ts';

/** What became of an operation in a run of the reconciler. */
export type Reconciled = 'closed' | 'open' | 'superseded' | 'failed' | 'parked';

/** Which clusters EKS does not let a run read. */
export interface ReadFailures {
  /** Whether so many reads in a row failed that the run reads the cluster no more. */
  readonly isUnreadable: (cluster: ClusterRef) => boolean;
  /** An EKS whose reads are counted. */
  readonly watched: (cluster: ClusterRef, eks: Eks) => Eks;
}

/**
 * After so many failed reads in a row, the other operations of a cluster wait: each read can take
 * seconds to fail.
 */
const maxFailures = 3;

/** How long one operation may take. Milliseconds. */
export const operationMs = 10_000;

/** No cluster is unreadable yet. */
export function countReadFailures(): ReadFailures {
  const failures = new Map<string, number>();
  const keyOf = ({ accountId, region, clusterName }: ClusterRef) => [accountId, region, clusterName].join('/');
  const counted = <Result extends { readonly kind: string }>(key: string, result: Result): Result => {
    failures.set(key, result.kind === 'failed' ? (failures.get(key) ?? 0) + 1 : 0);
    return result;
  };
  return {
    isUnreadable: (cluster) => (failures.get(keyOf(cluster)) ?? 0) >= maxFailures,
    watched: (cluster, eks) => ({
      ...eks,
      list: async (...call) => counted(keyOf(cluster), await eks.list(...call)),
      describe: async (...call) => counted(keyOf(cluster), await eks.describe(...call)),
    }),
  };
}

/** What the reconciler works with. It reads from EKS and sends no change. */
export interface ReconcilePorts extends Protocol {
  readonly eksFor: EksFor;
  readonly serves: Serves;
  readonly observations: RepairStore;
}

/** Completes an operation with an expired lease, or defers it. Logs what fails; never throws. */
export async function reconcileOperation(
  ports: ReconcilePorts,
  failures: ReadFailures,
  record: IdempotencyRecord,
  runId: string,
): Promise<Reconciled> {
  const { operationId } = record;
  try {
    try {
      return await examine(ports, failures, record, runId);
    } catch (error) {
      if (error instanceof LedgerUnavailable) throw error;
      // One operation that can't be examined must not keep the others open.
      ports.log('error', 'An operation could not be reconciled.', { operationId, error: String(error) });
      const message = 'The reconciler failed to examine the operation; its log says why.';
      const open = await leaveOpen(ports, record, { parked: null, message });
      return open === 'superseded' ? open : 'failed';
    }
  } catch (error) {
    ports.log('error', 'An operation could not be reconciled.', { operationId, error: String(error) });
    return 'failed';
  }
}

async function examine(
  ports: ReconcilePorts,
  failures: ReadFailures,
  record: IdempotencyRecord,
  runId: string,
): Promise<Reconciled> {
  const intent = await readIntent(ports.ledger, record.operationId);
  if (!intent?.request) {
    return leaveOpen(ports, record, {
      parked: 'INTENT_UNREADABLE',
      message: 'The INTENT of the operation is missing or has another format.',
    });
  }
  const keepOpen = async (reason: OpenReason) => {
    const left = await leaveOpen(ports, record, reason);
    if (left !== 'superseded') await addToState(ports, record, intent);
    return left;
  };
  const { accountId, region, clusterName } = intent.request;
  if (!ports.serves(intent.request)) {
    const message = `The inventory does not have account ${accountId} with region ${region}.`;
    return keepOpen({ parked: 'CLUSTER_NOT_SERVED', message });
  }
  if (failures.isUnreadable(intent.request)) {
    const message = `Reads of cluster ${clusterName} failed ${maxFailures} times in a row.`;
    return keepOpen({ parked: null, message });
  }
  // Observed before the lease is taken over: the trail gets an entry only when the outcome is
  // known.
  const eks = failures.watched(intent.request, ports.eksFor(intent.request));
  const observed = await observeEffect(ports, eks, intent, record);
  const conclusion = observed.kind === 'concluded' ? observed.conclusion : notDone;
  if (!isClosing(outcomeOf(conclusion.outcome).event)) {
    return keepOpen({ parked: null, message: conclusion.message });
  }
  return close(ports, record, auditContextOfReconciler(intent, runId), conclusion);
}

/**
 * The entry with which the operation began; null if it is missing, or of a format that this version
 * can't read.
 */
async function readIntent(ledger: OperationReader, operationId: string): Promise<AuditEntry | null> {
  try {
    return await findIntent(ledger, operationId);
  } catch (error) {
    if (error instanceof UnsupportedFormat) return null;
    throw error;
  }
}

function observeEffect<Kind extends OperationKind>(
  reads: EffectReads,
  eks: Eks,
  { operation, request, before, principal }: RequestedOperation<Kind> & Pick<AuditEntry, 'before' | 'principal'>,
  record: IdempotencyRecord,
): Promise<EffectObservation> {
  const effect = changeOf(operationOf<Kind>(operation).effect);
  const deadline = reads.clock() + operationMs / 2;
  return effect.observe(reads, { eks, request, record, principalId: principal.id, before, deadline });
}

/**
 * Adds an operation that stays open to those in progress on its service account, where another
 * version of the gateway began it and did not: what begins only while nothing is in progress has to
 * see it.
 */
async function addToState(ports: ReconcilePorts, record: IdempotencyRecord, intent: AuditEntry): Promise<void> {
  const { idempotencyKey: recordKey, operationId, fence } = record;
  const begun = stateChangeOf(record, [intent]);
  if (begun === null) return;
  const { target, openOperations, begunRecord = recordKey } = begun;
  try {
    const state = await ports.observations.getAssociationState(target);
    if (state?.recordsInProgress.includes(recordKey)) return;
  } catch (error) {
    if (error instanceof UnsupportedFormat) return;
    throw error;
  }
  const change = { target, openOperations, endedOperationIds: [], begunRecord };
  const message = `Another version of the gateway began operation ${operationId}, which is in progress.`;
  const entry = repairEntry(ports, target, { id: reconciler, fence }, message);
  await ports.observations.repairAssociation({ recordKey, record, restored: null, change }, entry);
}

/**
 * Takes the lease over and records the conclusion. It stays true meanwhile: it is certain, whatever
 * other lease holders do.
 */
async function close(
  protocol: Protocol,
  record: IdempotencyRecord,
  audit: ReturnType<typeof auditContextOfReconciler>,
  conclusion: Conclusion,
): Promise<Reconciled> {
  const deadline = protocol.clock() + operationMs;
  const lease = await takeOver(protocol, record, audit, 'The lease expired; the reconciler took the operation over.');
  if (lease === null) return 'superseded';
  const { entry } = await complete(protocol, { audit, deadline }, lease, conclusion);
  if (!isClosing(entry.event)) return 'open';
  const { operationId, operation, event, refusalCode, message, apiRequestId } = entry;
  protocol.log('info', 'Operation completed.', {
    apiRequestId,
    operationId,
    operation,
    event,
    refusalCode,
    detail: message,
  });
  return 'closed';
}

/**
 * Defers an operation. Logs that it is parked when that is new, so that an alarm is raised once.
 */
async function leaveOpen(protocol: Protocol, record: IdempotencyRecord, reason: OpenReason): Promise<Reconciled> {
  const deferred = await defer(protocol, record, reason);
  if (deferred === null) return 'superseded';
  const { operationId } = record;
  const { parked, message } = reason;
  if (parked === null) return 'open';
  if (record.deferral?.parked !== parked) {
    protocol.log('error', 'An operation was parked.', { operationId, parked, reason: message });
  }
  return 'parked';
}
