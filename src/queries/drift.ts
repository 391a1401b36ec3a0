import type { EksError } from '../eks/eks.ts';
import type { Violation } from '../model/decision.ts';
import type { AuditPartition } from '../ledger/ledger.ts';
import type { ListScope } from '../policy/policy.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { Finding } from '../model/refusal.ts';
import { describeAll, outOfTime } from './describer.ts';
import type { Describer } from './describer.ts';
import { readList } from './list-pages.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { accountIdFindings, clusterNameFindings, namespaceFindings, regionFindings } from '../validation/names.ts';
import type { Text } from '../validation/text-rules.ts';
import { driftOf } from './association-drift.ts';
import type { Drift } from './association-drift.ts';
import { reader } from './describe.ts';

/** The arguments of `associationDrift`, as GraphQL hands them over. */
export interface DriftInput {
  readonly clusterName: string;
  readonly accountId?: Text;
  readonly region?: Text;
  readonly namespace?: Text;
}

/** What a look for them comes to. */
export type DriftAnswer =
  | { readonly kind: 'looked'; readonly ungoverned: readonly Drift[] }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] }
  | { readonly kind: 'denied'; readonly violations: readonly Violation[] }
  | { readonly kind: 'eks-failed'; readonly error: EksError };

/** More than the quota of a cluster, so that one reading is the whole list. */
const maxAssociations = 10_000;

/**
 * Holds every association of a cluster or namespace against the trail: one describe and one page of the trail for each; and
 * every success in the trail of the last 90 days against what is there. `deadline` is in milliseconds since the epoch.
 */
export async function associationDrift(
  deps: Dependencies,
  identity: RequestIdentity,
  input: DriftInput,
  { describer, deadline }: { readonly describer: Describer; readonly deadline: number },
): Promise<DriftAnswer> {
  const findings = findingsOf(input);
  if (findings.length > 0) return { kind: 'invalid', findings };
  const cluster = {
    accountId: input.accountId ?? deps.home.accountId,
    region: input.region ?? deps.home.region,
    clusterName: input.clusterName,
  };
  const namespace = input.namespace ?? null;
  const part =
    namespace === null
      ? ({ kind: 'cluster', ...cluster } as const)
      : ({ kind: 'namespace', ...cluster, namespace } as const);
  const violations = violationsOf(deps, identity, part);
  if (violations.length > 0) return { kind: 'denied', violations };

  const listedAt = deps.clock();
  const stretch = { namespace, serviceAccount: null, start: null, limit: maxAssociations };
  const listed = await readList(deps.eksFor(cluster), stretch, { deadline });
  if (listed.kind === 'failed') return { kind: 'eks-failed', error: listed.error };
  if (listed.kind === 'invalid') return { kind: 'invalid', findings: [listed.finding] };
  const summaries = listed.found.map(({ summary }) => summary);
  if (describer.leastMs(summaries.length) > deadline - deps.clock()) return { kind: 'eks-failed', error: tooMany };
  const described = await describeAll(describer, summaries, deadline);
  if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };

  const there = described.associations.filter((association) => association !== null);
  const unexplained: Drift[] = [];
  for (const association of there) {
    if (deps.clock() > deadline) return { kind: 'eks-failed', error: tooMany };
    const one = await driftOf(deps, association);
    if (one) unexplained.push(one);
  }
  const arns = new Set(summaries.map(({ associationArn }) => associationArn));
  const deleted = await deletedOutside(deps, part, arns, listedAt, deadline);
  return deleted
    ? { kind: 'looked', ungoverned: [...unexplained, ...deleted] }
    : { kind: 'eks-failed', error: tooMany };
}

const tooMany: EksError = {
  ...outOfTime,
  message: 'There is more to look at than the time of a request allows. Name a namespace.',
};

function findingsOf({ clusterName, accountId, region, namespace }: DriftInput): Finding[] {
  return [
    ...clusterNameFindings(clusterName),
    ...accountIdFindings(accountId),
    ...regionFindings(region),
    ...(namespace === null || namespace === undefined ? [] : namespaceFindings(namespace)),
  ];
}

/** Who looks for them sees associations and the trail, so both must be allowed. */
function violationsOf(deps: Dependencies, identity: RequestIdentity, scope: ListScope): Violation[] {
  const context = reader(deps, identity);
  const actions = ['ListPodIdentityAssociations', 'ReadAuditTrail'] as const;
  const decisions = actions.map((action) => deps.authorize(context, { action, scope }));
  return [...(decisions.find(({ allowed }) => !allowed)?.violations ?? [])];
}

const lookBackMs = 90 * 24 * 3_600_000;

/** Associations that the trail says are there, and EKS does not list; null when the time ran out. */
async function deletedOutside(
  deps: Dependencies,
  section: Extract<AuditPartition, { kind: 'cluster' | 'namespace' }>,
  there: ReadonlySet<string>,
  listedAt: number,
  deadline: number,
): Promise<Drift[] | null> {
  const seen = new Set<string>();
  const deleted: Drift[] = [];
  // What happened a moment before the list was read, or after it, the list need not show.
  const settledBefore = listedAt - deps.times.listLagMs;
  const query = {
    partition: section,
    since: listedAt - lookBackMs,
    until: null,
    events: ['SUCCEEDED'] as const,
    operations: null,
  };
  for (let before: string | null = null; ;) {
    if (deps.clock() > deadline) return null;
    const page = await deps.ledger.readTrail({ ...query, limit: 1_000, before });
    for (const entry of page.entries) {
      const { associationArn, operation, time } = entry;
      if (associationArn === null || seen.has(associationArn)) continue;
      seen.add(associationArn);
      if (operation === 'DELETE_POD_IDENTITY_ASSOCIATION' || there.has(associationArn)) continue;
      if (Date.parse(time) >= settledBefore) continue;
      deleted.push({ kind: 'DELETED', association: null, associationArn, differences: [], lastEntry: entry });
    }
    if (page.next === null) return deleted;
    before = page.next;
  }
}
