import { operationIdOf, settingsOf } from '../model/association.ts';
import type { Association } from '../model/association.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Difference } from '../model/refusal.ts';
import { differencesBetween, settingDifferences } from '../operations/differences.ts';
import type { Dependencies } from '../operations/dependencies.ts';

/** Ways in which EKS and the trail can differ; `schema.graphql` describes each. */
export type DriftKind = 'UNMANAGED' | 'FORGED_TAG' | 'MODIFIED' | 'DELETED';

/** An association that the trail does not explain. */
export interface Drift {
  readonly kind: DriftKind;
  /** Null when it was deleted. */
  readonly association: Association | null;
  readonly associationArn: string;
  readonly differences: readonly Difference[];
  /** The last entry of the trail on it. */
  readonly lastEntry: AuditEntry | null;
}

/** Events that leave an operation open: what it does can show at EKS before the trail says so. */
const openEvents: readonly string[] = ['INTENT', 'UNKNOWN', 'TAKEN_OVER'];

/** How many entries on one association are looked at: the newest say what it should be. */
const entriesLooked = 50;

/** Why the trail does not explain an association; null when it does. */
export async function driftOf({ ledger }: Dependencies, association: Association): Promise<Drift | null> {
  const { associationArn } = association;
  const { entries } = await ledger.readTrail({
    partition: { kind: 'association', associationArn },
    since: null,
    until: null,
    events: ['INTENT', 'UNKNOWN', 'TAKEN_OVER', 'SUCCEEDED'],
    operations: null,
    limit: entriesLooked,
    before: null,
  });
  const [last] = entries;
  const base = { association, associationArn, differences: [], lastEntry: last ?? null };
  if (!last) {
    const operationId = operationIdOf(association);
    if (operationId === null) return { ...base, kind: 'UNMANAGED' };
    // An operation that is not closed yet, or whose entry the index does not show yet.
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
) {
  const entries = await ledger.operationEntries(operationId);
  return entries.some(
    ({ target }) =>
      target?.clusterName === clusterName && target.namespace === namespace && target.serviceAccount === serviceAccount,
  );
}

/** Where an association differs from what its last update, or else its create, made of it. */
function differencesFrom(entries: readonly AuditEntry[], association: Association): Difference[] {
  const last = entries.find(({ event }) => event === 'SUCCEEDED');
  const asked = last?.request;
  const create = entries.flatMap(({ request }) => (request && 'tags' in request ? [request] : [])).at(0);
  if (!last || !asked) return [];
  if ('tags' in asked) return differencesBetween(asked, association);
  if (!('changes' in asked) || !last.before) return [];
  const settings = { ...settingsOf(last.before), ...asked.changes };
  return create
    ? differencesBetween({ ...create, ...settings }, association)
    : settingDifferences(settings, association);
}
