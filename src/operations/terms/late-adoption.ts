import { isValid } from 'ulid';
import type { Conclusion, LateAdoption } from '../../idempotency/conclusion.ts';
import { findEntry } from '../../ledger/audit-entry.ts';
import type { ClusterScanReads } from '../../ledger/cluster-scan.ts';
import { UnsupportedFormat } from '../../ledger/format.ts';
import { LedgerUnavailable, ledgerTimeout } from '../../ledger/ledger.ts';
import type { OperationReader } from '../../ledger/trail.ts';
import { operationIdOf } from '../../model/association.ts';
import type { Association } from '../../model/association.ts';
import type { Clock } from '../../runtime/clock.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import type { Log } from '../../runtime/log.ts';
import { count } from '../../runtime/meter.ts';

/** What is read to tell whether an association appeared after its cluster was first scanned. */
export interface LateAdoptionReads {
  readonly clock: Clock;
  readonly ledger: ClusterScanReads & OperationReader;
}

/**
 * Whether an association appeared after the first complete scan of its cluster, and the gateway did
 * not create it; null if not. Adopting such a one could hide a change around the gateway, so
 * operators are told. One read, and one more of what has an ownership tag and is late. Never fails:
 * then it counts as late.
 *
 * @param deadline until when it is read, in milliseconds since the epoch
 */
async function findLateAdoption(
  { ledger, clock }: LateAdoptionReads,
  association: Association,
  deadline: number,
): Promise<LateAdoption | null> {
  try {
    return await withDeadline(deadline - clock(), readLateAdoption(ledger, association), ledgerTimeout);
  } catch (error) {
    if (error instanceof LedgerUnavailable || error instanceof UnsupportedFormat) return { firstScanAt: null };
    throw error;
  }
}

async function readLateAdoption(
  ledger: LateAdoptionReads['ledger'],
  association: Association,
): Promise<LateAdoption | null> {
  const { firstCompletedAt: firstScanAt } = (await ledger.getClusterScan(association)) ?? { firstCompletedAt: null };
  if (firstScanAt === null || Date.parse(association.createdAt) <= firstScanAt) return null;
  return (await isCreatedByGateway(ledger, association)) ? null : { firstScanAt };
}

/** Whether a create recorded this association. Its tag alone proves nothing: it can be copied. */
async function isCreatedByGateway(ledger: OperationReader, association: Association): Promise<boolean> {
  const operationId = operationIdOf(association);
  if (operationId === null || !isValid(operationId)) return false;
  const created = await findEntry(
    ledger,
    operationId,
    ({ event, before, associationArn }) =>
      event === 'SUCCEEDED' && before === null && associationArn === association.associationArn,
  );
  return created !== null;
}

/** The message of an adoption, with what people should check. */
function withNotice(message: string, { createdAt }: Association, late: LateAdoption | null): string {
  if (late === null) return message;
  if (late.firstScanAt === null) {
    return `${message} It was created at ${createdAt}; whether it appeared after the first scan of its cluster is not known.`;
  }
  const scannedAt = new Date(late.firstScanAt).toISOString();
  return `${message} It was created at ${createdAt}, after the first scan of its cluster at ${scannedAt}: check who made it.`;
}

/**
 * The conclusion of an adoption, which tells people of a late one. Arguments as of
 * {@link findLateAdoption}.
 */
export async function adoptedWithNotice(
  reads: LateAdoptionReads,
  association: Association,
  message: string,
  { deadline, eksRequestId = null }: { readonly deadline: number; readonly eksRequestId?: string | null },
): Promise<Conclusion> {
  const late = await findLateAdoption(reads, association, deadline);
  return {
    outcome: 'ADOPTED',
    message: withNotice(message, association, late),
    association,
    associationArn: association.associationArn,
    refusal: null,
    eksRequestId,
    ...(late && { late }),
  };
}

/** Tells operators of a late adoption, once it is recorded. */
export function reportLateAdoption(log: Log, operationId: string, { late, association }: Conclusion): void {
  if (late === undefined || association === null) return;
  count('lateAdoptions');
  const { associationArn, createdAt } = association;
  const firstScanAt = late.firstScanAt === null ? null : new Date(late.firstScanAt).toISOString();
  const fields = { operationId, associationArn, createdAt, firstScanAt };
  log('warn', 'An association that appeared after the first scan of its cluster was adopted.', fields);
}
