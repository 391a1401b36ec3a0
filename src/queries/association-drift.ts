import type { DriftKind } from '../generated/types.ts';
import { findIntent } from '../ledger/audit-entry.ts';
import { noFilters } from '../ledger/ledger.ts';
import { isClosing, openEvents } from '../model/audit-event.ts';
import { operationIdOf } from '../model/association.ts';
import type { Association } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { OperationKind, RequestedOperation } from '../model/operation.ts';
import type { Difference } from '../model/refusal.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { createDifferences, settingDifferences } from '../operations/differences.ts';
import type { ExpectedState } from '../operations/operation.ts';
import { operationOf } from '../operations/operations.ts';

/** An association that differs from what the audit trail says about it. */
export interface AssociationDrift {
  readonly kind: DriftKind;
  /** Null if it was deleted. */
  readonly association: Association | null;
  readonly associationArn: string;
  readonly differences: readonly Difference[];
  /** The latest entry of the trail about it. */
  readonly lastEntry: AuditEntry | null;
}

/** Entries per page. The first page of most associations contains their latest success, which says what they should be. */
const pageSize = 50;

/** How an association differs from what the trail says about it; null if it does not. Throws `LedgerUnavailable`. */
export async function driftOf({ ledger }: Dependencies, association: Association): Promise<AssociationDrift | null> {
  const { associationArn } = association;
  const entries = await latestChanges(ledger, associationArn);
  const [last] = entries;
  const base = { association, associationArn, differences: [], lastEntry: last ?? null };
  if (!last) {
    const operationId = operationIdOf(association);
    if (operationId === null) return { ...base, kind: 'UNMANAGED' };
    // The operation may still be open, or its entry not visible in the index yet.
    return (await isIntended(ledger, operationId, association)) ? null : { ...base, kind: 'FORGED_TAG' };
  }
  if (hasOpenOperation(entries)) return null;
  const differences = differencesFrom(entries, association);
  return differences.length === 0 ? null : { ...base, kind: 'MODIFIED', differences };
}

/** The entries of the changes of an association, newest first: back to the latest success, or all of them. */
async function latestChanges(ledger: Dependencies['ledger'], associationArn: string): Promise<AuditEntry[]> {
  const partition = { kind: 'association', associationArn } as const;
  const query = { partition, ...noFilters, limit: pageSize };
  const entries: AuditEntry[] = [];
  for (let before: string | null = null; ;) {
    const page = await ledger.readTrail({ ...query, before });
    entries.push(...page.entries);
    if (page.next === null || entries.some(({ event }) => event === 'SUCCEEDED')) return entries;
    before = page.next;
  }
}

/** Whether the effect of an operation may be visible at EKS before its outcome is in the trail. */
function hasOpenOperation(entries: readonly AuditEntry[]): boolean {
  const closed = new Set(entries.filter(({ event }) => isClosing(event)).map(({ operationId }) => operationId));
  return entries.some(({ event, operationId }) => openEvents.includes(event) && !closed.has(operationId));
}

async function isIntended(
  ledger: Dependencies['ledger'],
  operationId: string,
  { namespace, serviceAccount, clusterName }: Association,
): Promise<boolean> {
  const target = (await findIntent(ledger, operationId))?.target;
  return (
    target?.clusterName === clusterName && target.namespace === namespace && target.serviceAccount === serviceAccount
  );
}

/** Where an association differs from the state in which its last successful operation left it. Entries are newest first. */
function differencesFrom(entries: readonly AuditEntry[], association: Association): readonly Difference[] {
  const states = entries.flatMap((entry) =>
    entry.request === null ? [] : [{ entry, state: stateAfter(entry, entry) }],
  );
  const last = states.find(({ entry }) => entry.event === 'SUCCEEDED')?.state;
  if (!last) return [];
  const tags = last.tags ?? states.find(({ state }) => state?.tags)?.state?.tags;
  if (!tags) return settingDifferences(last.settings, association);
  return createDifferences({ ...last.settings, tags }, association);
}

function stateAfter<Kind extends OperationKind>(
  { operation, request }: RequestedOperation<Kind>,
  { before }: Pick<AuditEntry, 'before'>,
): ExpectedState | null {
  return operationOf<Kind>(operation).expectedState(request, before);
}
