import type { EksError } from '../eks/eks.ts';
import type { QueryAssociationDriftArgs } from '../generated/types.ts';
import { noFilters } from '../ledger/ledger.ts';
import type { ClusterRef } from '../model/association.ts';
import type { Violation } from '../model/decision.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { operationOf } from '../operations/operations.ts';
import type { ListScope } from '../policy/policy.ts';
import { clusterFindings, namespaceFindings, resolveCluster } from '../validation/names.ts';
import type { AuthorizeRead } from './authorize-read.ts';
import { driftOf } from './association-drift.ts';
import type { AssociationDrift } from './association-drift.ts';
import { describeAll, outOfTime } from './describer.ts';
import type { Describer } from './describer.ts';
import { readList } from './list-pages.ts';
import { listScope } from './list.ts';
import type { QueryResult } from './query-result.ts';

/** More than the quota of a cluster, so that one read covers the whole list. */
const maxAssociations = 10_000;

const lookBackMs = 90 * 24 * 3_600_000;

const tooMuch: EksError = {
  ...outOfTime,
  message: 'There are more associations than one request can compare. Name a namespace.',
};

/**
 * Compares every association of a cluster or namespace with the trail (one describe and one page of the trail each), and
 * every success of the last 90 days in the trail with EKS's list. Both listing and reading the trail must be permitted.
 */
export async function associationDrift(
  deps: Dependencies,
  authorizeRead: AuthorizeRead,
  input: QueryAssociationDriftArgs,
  {
    describer,
    deadline,
  }: { readonly describer: Describer; /** Milliseconds since the epoch. */ readonly deadline: number },
): Promise<QueryResult<readonly AssociationDrift[]>> {
  const namespace = input.namespace ?? null;
  const findings = [...clusterFindings(input), ...(namespace === null ? [] : namespaceFindings(namespace))];
  if (findings.length > 0) return { kind: 'invalid', findings };
  const cluster = resolveCluster(input, deps.home);
  const scope = listScope(cluster, namespace);
  const violations = violationsOf(authorizeRead, scope);
  if (violations.length > 0) return { kind: 'denied', violations };

  const listedAt = deps.clock();
  const range = { namespace, serviceAccount: null, start: null, limit: maxAssociations };
  const listed = await readList(deps.eksFor(cluster), range, { deadline }, deps.clock);
  if (listed.kind === 'failed') return { kind: 'eks-failed', error: listed.error };
  if (listed.kind === 'invalid') return { kind: 'invalid', findings: [listed.finding] };
  const summaries = listed.found.map(({ summary }) => summary);
  if (describer.leastMs(summaries.length) > deadline - deps.clock()) return { kind: 'eks-failed', error: tooMuch };
  const described = await describeAll(describer, summaries, deadline);
  if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };

  const drifts: AssociationDrift[] = [];
  for (const association of described.associations.filter((one) => one !== null)) {
    if (deps.clock() > deadline) return { kind: 'eks-failed', error: tooMuch };
    const drift = await driftOf(deps, association);
    if (drift) drifts.push(drift);
  }
  const listedArns = new Set(summaries.map(({ associationArn }) => associationArn));
  const deleted = await deletedAssociations(deps, scope, listedArns, listedAt, deadline);
  return deleted ? { kind: 'ok', value: [...drifts, ...deleted] } : { kind: 'eks-failed', error: tooMuch };
}

/** Drift discloses associations and the trail, so both must be permitted. */
function violationsOf(authorizeRead: AuthorizeRead, scope: ListScope): readonly Violation[] {
  const actions = ['ListPodIdentityAssociations', 'ReadAuditTrail'] as const;
  const decisions = actions.map((action) => authorizeRead({ action, scope }));
  return decisions.find(({ allowed }) => !allowed)?.violations ?? [];
}

/** Associations that should exist by the trail and that EKS does not list; null if the time ran out. */
async function deletedAssociations(
  deps: Dependencies,
  partition: ({ readonly kind: 'cluster' } & ClusterRef) | Extract<ListScope, { kind: 'namespace' }>,
  listedArns: ReadonlySet<string>,
  listedAt: number,
  deadline: number,
): Promise<AssociationDrift[] | null> {
  const seen = new Set<string>();
  const deleted: AssociationDrift[] = [];
  // EKS's list may lag: changes from just before it was read need not be in it.
  const visibleBefore = listedAt - deps.times.listLagMs;
  const range = { ...noFilters, since: listedAt - lookBackMs, events: ['SUCCEEDED'] } as const;
  for (let before: string | null = null; ;) {
    if (deps.clock() > deadline) return null;
    const page = await deps.ledger.readTrail({ partition, ...range, limit: 1_000, before });
    for (const entry of page.entries) {
      const { associationArn, operation, time } = entry;
      if (associationArn === null || seen.has(associationArn)) continue;
      seen.add(associationArn);
      if (operationOf(operation).activity === 'Delete' || listedArns.has(associationArn)) continue;
      if (Date.parse(time) >= visibleBefore) continue;
      deleted.push({ kind: 'DELETED', association: null, associationArn, differences: [], lastEntry: entry });
    }
    if (page.next === null) return deleted;
    before = page.next;
  }
}
