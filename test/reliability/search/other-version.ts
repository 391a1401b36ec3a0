import { namedExpiries } from '../../../src/model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../../src/model/operation.ts';
import type { IdempotencyRecord, Ledger } from '../../../src/ledger/ledger.ts';
import type { AssociationTarget } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import { home } from './home.ts';
import { serviceAccount } from './environment.ts';
import type { Environment } from './environment.ts';

type Commit = Parameters<Ledger['commit']>;

/**
 * Commits as another version of the gateway does that knows neither the set of records in progress nor expiries: record, entries and the rest of the state
 * are written. It refuses what begins by its own demands, so such a commit is this version's.
 */
export async function commitAsOther(
  {
    ledger,
    inProgress,
    expiries,
    clusterName,
  }: Pick<Environment, 'ledger' | 'inProgress' | 'expiries' | 'clusterName'>,
  ...commit: Commit
): ReturnType<Ledger['commit']> {
  const [expected, next, entries] = commit;
  const intent = entries.find(({ event }) => event === 'INTENT');
  if (intent ? !isBegunByOthers(intent) : expected.kind !== 'leased') return ledger.commit(...commit);
  const target = { ...home, clusterName, ...serviceAccount };
  const before = await ledger.getAssociationState(target);
  const result = await ledger.commit(...commit);
  if (result.kind !== 'committed') return result;
  const after = await ledger.getAssociationState(target);
  if (next.retainUntil !== null && after?.expiry?.setBy === next.operationId)
    expiries.leftToScans(next.operationId, next.retainUntil);
  await undo(ledger, target, next, before?.recordsInProgress.includes(next.idempotencyKey) ?? false, before?.expiry);
  if (intent && !before?.recordsInProgress.includes(next.idempotencyKey)) inProgress.beganElsewhere(intent.operationId);
  return result;
}

/** What it begins demands nothing of the state, and revokes nothing that a plan could miss. */
function isBegunByOthers({ operation, request }: AuditEntry): boolean {
  if (operation !== 'UPDATE_POD_IDENTITY_ASSOCIATION' || request === null) return false;
  return namedExpiry({ operation, request }) === undefined;
}

function namedExpiry<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>) {
  return namedExpiries[operation](request);
}

/** Takes back what only this version wrote. */
async function undo(
  ledger: Environment['ledger'],
  target: AssociationTarget,
  { idempotencyKey }: IdempotencyRecord,
  wasInProgress: boolean,
  expiry: NonNullable<Awaited<ReturnType<Environment['ledger']['getAssociationState']>>>['expiry'],
): Promise<void> {
  const state = await ledger.getAssociationState(target);
  if (!state) return;
  const isInProgress = state.recordsInProgress.includes(idempotencyKey);
  const key =
    isInProgress === wasInProgress
      ? {}
      : wasInProgress
        ? { begunRecord: idempotencyKey }
        : { endedRecord: idempotencyKey };
  const change = { target, openOperations: [], endedOperationIds: [], ...key, expiry: expiry ?? null };
  await ledger.observeAssociation(state.revision, change, null);
}
