import { namedExpiries } from '../../../src/model/operation.ts';
import type { IdempotencyRecord, Ledger } from '../../../src/ledger/ledger.ts';
import type { AssociationTarget } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import { home } from './home.ts';
import { serviceAccount } from './environment.ts';
import type { Environment } from './environment.ts';

type Commit = Parameters<Ledger['commit']>;

/**
 * Commits as another version of the gateway does that knows neither the set of records in progress nor expiries: record, entries and the rest of the state
 * are written. It refuses what begins by its own demands, and its API has no argument for an expiry, so such commits are this version's.
 */
export async function commitAsOther(
  { ledger, inProgress, clusterName }: Pick<Environment, 'ledger' | 'inProgress' | 'clusterName'>,
  ...commit: Commit
): ReturnType<Ledger['commit']> {
  const [expected, next, entries] = commit;
  const intent = entries.find(({ event }) => event === 'INTENT');
  if (entries.some(namesExpiry)) return ledger.commit(...commit);
  if (intent ? !isBegunByOthers(intent) : expected.kind !== 'leased') return ledger.commit(...commit);
  const target = { ...home, clusterName, ...serviceAccount };
  const before = await ledger.getAssociationState(target);
  const result = await ledger.commit(...commit);
  if (result.kind !== 'committed') return result;
  await undo(ledger, target, next, before?.recordsInProgress.includes(next.idempotencyKey) ?? false, before?.expiry);
  if (intent && !before?.recordsInProgress.includes(next.idempotencyKey)) inProgress.beganElsewhere(intent.operationId);
  return result;
}

/** What it begins demands nothing of the state, and revokes nothing that a plan could miss. */
function isBegunByOthers({ operation, request }: AuditEntry): boolean {
  return operation === 'UPDATE_POD_IDENTITY_ASSOCIATION' && request !== null;
}

function namesExpiry({ operation, request }: AuditEntry): boolean {
  if (request === null) return false;
  const isCreate = operation === 'CREATE_POD_IDENTITY_ASSOCIATION';
  if (isCreate) return namedExpiries[operation](request) !== undefined;
  return operation === 'UPDATE_POD_IDENTITY_ASSOCIATION' && namedExpiries[operation](request) !== undefined;
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
