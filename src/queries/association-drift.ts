import type { DriftKind } from '../generated/types.ts';
import { openEvents } from '../model/audit-event.ts';
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

/** How many entries about one association are read: the newest say what it should be. */
const maxEntries = 50;

/** How an association differs from what the trail says about it; null if it does not. Throws `LedgerUnavailable`. */
export async function driftOf({ ledger }: Dependencies, association: Association): Promise<AssociationDrift | null> {
  const { associationArn } = association;
  const { entries } = await ledger.readTrail({
    partition: { kind: 'association', associationArn },
    since: null,
    until: null,
    events: [...openEvents, 'SUCCEEDED'],
    operations: null,
    limit: maxEntries,
    before: null,
  });
  const [last] = entries;
  const base = { association, associationArn, differences: [], lastEntry: last ?? null };
  if (!last) {
    const operationId = operationIdOf(association);
    if (operationId === null) return { ...base, kind: 'UNMANAGED' };
    // The operation may still be open, or its entry not visible in the index yet.
    return (await isIntended(ledger, operationId, association)) ? null : { ...base, kind: 'FORGED_TAG' };
  }
  if (openEvents.includes(last.event)) return null;
  const differences = differencesFrom(entries, association);
  return differences.length === 0 ? null : { ...base, kind: 'MODIFIED', differences };
}

async function isIntended(
  ledger: Dependencies['ledger'],
  operationId: string,
  { namespace, serviceAccount, clusterName }: Association,
): Promise<boolean> {
  const entries = await ledger.operationEntries(operationId);
  return entries.some(
    ({ target }) =>
      target?.clusterName === clusterName && target.namespace === namespace && target.serviceAccount === serviceAccount,
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
