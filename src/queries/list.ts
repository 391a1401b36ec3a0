import type { AssociationSummary, EksError } from '../eks/eks.ts';
import type { Association, ClusterRef } from '../model/association.ts';
import type { Violation } from '../model/decision.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { Finding } from '../model/refusal.ts';
import type { ListScope } from '../policy/policy.ts';
import { describeAll } from './describer.ts';
import type { Describer } from './describer.ts';
import { listPosition, readList } from './list-pages.ts';
import type { ListedSummary, ListPosition, ListRange } from './list-pages.ts';
import { brokenCursor, cursorOf, firstFindings, firstOf, readCursor } from '../validation/paging.ts';
import type { Connection, PageInput } from '../validation/paging.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import {
  accountIdFindings,
  clusterNameFindings,
  namespaceFindings,
  regionFindings,
  serviceAccountFindings,
} from '../validation/names.ts';
import type { Text } from '../validation/text-rules.ts';
import { reader } from './describe.ts';

/** What a list holds: all of an association, or what EKS's list tells of it. */
export type Listed = Association | AssociationSummary;

/** The arguments of `podIdentityAssociations`, as GraphQL hands them over. Absent and null mean the same. */
export interface ListInput extends PageInput {
  readonly clusterName: string;
  readonly accountId?: Text;
  readonly region?: Text;
  readonly namespace?: Text;
  readonly serviceAccount?: Text;
}

/** What a list comes to. */
export type ListAnswer =
  | { readonly kind: 'listed'; readonly page: Connection<Listed> }
  /** Nothing was asked of EKS, but for a cursor that EKS does not take, or for more than the time allows. */
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] }
  | { readonly kind: 'denied'; readonly violations: readonly Violation[] }
  | { readonly kind: 'eks-failed'; readonly error: EksError };

/** How a list is read. */
export interface ListBounds {
  /** Null: the summaries are enough. Otherwise each association costs one describe. */
  readonly describer: Describer | null;
  /** When the caller's function ends, milliseconds since the epoch. */
  readonly deadline: number;
}

/**
 * The associations of a cluster, a namespace or a service account, as EKS pages them. With details, those are left out
 * that are gone when they are described, and those that the caller could not read one by one either.
 */
export async function podIdentityAssociations(
  deps: Dependencies,
  identity: RequestIdentity,
  input: ListInput,
  bounds: ListBounds,
): Promise<ListAnswer> {
  const asked = validate(input, deps.home);
  if (asked.kind === 'invalid') return asked;
  const { cluster, stretch, query } = asked;
  const scope: ListScope =
    stretch.namespace === null
      ? { kind: 'cluster', ...cluster }
      : { kind: 'namespace', ...cluster, namespace: stretch.namespace };
  const decision = deps.authorize(reader(deps, identity), { action: 'ListPodIdentityAssociations', scope });
  if (!decision.allowed) return { kind: 'denied', violations: decision.violations };

  const deadline = Math.min(bounds.deadline, deps.clock() + deps.times.requestMs);
  const read = await readList(deps.eksFor(cluster), stretch, { deadline });
  if (read.kind === 'failed') return { kind: 'eks-failed', error: read.error };
  if (read.kind === 'invalid') return { kind: 'invalid', findings: [read.finding] };

  const pageOf = (found: readonly { readonly position: ListPosition; readonly node: Listed }[]): ListAnswer => {
    const edges = found.map(({ position, node }) => ({ cursor: cursorOf(query, position), node }));
    const endCursor = read.next === null ? (edges.at(-1)?.cursor ?? null) : cursorOf(query, read.next);
    return { kind: 'listed', page: { edges, hasNextPage: read.next !== null, endCursor } };
  };
  if (bounds.describer === null)
    return pageOf(read.found.map(({ position, summary }) => ({ position, node: summary })));

  const findings = tooMany(bounds.describer, read.found.length, deadline - deps.clock());
  if (findings.length > 0) return { kind: 'invalid', findings };
  const detailed = await withDetails(deps, identity, bounds.describer, read.found, deadline);
  return detailed.kind === 'failed' ? { kind: 'eks-failed', error: detailed.error } : pageOf(detailed.found);
}

async function withDetails(
  deps: Dependencies,
  identity: RequestIdentity,
  describer: Describer,
  listed: readonly ListedSummary[],
  deadline: number,
) {
  const summaries = listed.map(({ summary }) => summary);
  const described = await describeAll(describer, summaries, deadline);
  if (described.kind === 'failed') return described;
  const context = reader(deps, identity);
  const found = listed.flatMap(({ position }, index) => {
    const node = described.associations[index];
    if (!node) return [];
    const request = { action: 'DescribePodIdentityAssociation', association: node } as const;
    return deps.authorize(context, request).allowed ? [{ position, node }] : [];
  });
  return { kind: 'found', found } as const;
}

/** Says at once that a page can't be had in the time, before anything is spent on it. */
function tooMany(describer: Describer, count: number, leftMs: number): Finding[] {
  const leastMs = describer.leastMs(count);
  if (leastMs < leftMs) return [];
  const seconds = (ms: number) => Math.max(0, Math.floor(ms / 1_000));
  const message = `Fields that EKS's list does not have take ${seconds(leastMs)} seconds or more for ${count} associations; ${seconds(leftMs)} are left.`;
  const advice = 'Give a smaller first, and read on with after; or select only fields that the list has.';
  return [{ path: 'first', rule: 'time', message, advice }];
}

type Validated =
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] }
  | { readonly kind: 'valid'; readonly cluster: ClusterRef; readonly stretch: ListRange; readonly query: string };

function validate(input: ListInput, home: Dependencies['home']): Validated {
  const { clusterName, accountId, region, namespace = null, serviceAccount = null, after = null } = input;
  const cluster = { accountId: accountId ?? home.accountId, region: region ?? home.region, clusterName };
  const query = JSON.stringify(['podIdentityAssociations', ...Object.values(cluster), namespace, serviceAccount]);
  const read = after === null ? null : readCursor(query, after);
  const start = read?.kind === 'position' ? listPosition(read.position) : null;
  const broken = read?.kind === 'position' && start === null ? brokenCursor : read;
  const findings = [
    ...clusterNameFindings(clusterName),
    ...accountIdFindings(accountId),
    ...regionFindings(region),
    ...(namespace === null ? [] : namespaceFindings(namespace)),
    ...(serviceAccount === null ? [] : serviceAccountFindings(serviceAccount)),
    ...firstFindings(input),
    ...(broken?.kind === 'invalid' ? [broken.finding] : []),
  ];
  if (findings.length > 0) return { kind: 'invalid', findings };
  return { kind: 'valid', cluster, query, stretch: { namespace, serviceAccount, start, limit: firstOf(input) } };
}
