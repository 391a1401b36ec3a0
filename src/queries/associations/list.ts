import type { AssociationSummary, EksFor } from '../../eks/eks.ts';
import type { QueryPodIdentityAssociationsArgs } from '../../generated/types.ts';
import type { Association, ClusterRef } from '../../model/association.ts';
import type { Finding } from '../../model/refusal.ts';
import type { ListScope } from '../../policy/policy.ts';
import type { Clock } from '../../runtime/clock.ts';
import { clusterFindings, namespaceFindings, resolveCluster, serviceAccountFindings } from '../../validation/names.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import { roleArnFindings } from '../../validation/role-arns.ts';
import { firstFindings, firstOf, invalidCursor } from '../../validation/paging.ts';
import type { Connection, Filters } from '../../validation/paging.ts';
import { visibleTo } from '../terms/authorize-read.ts';
import type { AuthorizeRead } from '../terms/authorize-read.ts';
import type { Cursors } from '../terms/cursors.ts';
import { describeAll } from '../terms/describer.ts';
import type { Describer } from '../terms/describer.ts';
import { listPosition, readList } from '../terms/list-pages.ts';
import type { ListedSummary, ListPosition, ListRange } from '../terms/list-pages.ts';
import type { QueryFailure, QueryResult } from '../terms/query-result.ts';
import type { RequestContext } from '../terms/request-context.ts';

/** An item of a list: the whole association, or what EKS's list contains of it. */
export type ListedAssociation = Association | AssociationSummary;

/** How a list is read. */
export interface ListBounds {
  /** Null if summaries are enough; otherwise each association costs one describe. */
  readonly describer: Describer | null;
  /** When the answer must be sent, milliseconds since the epoch. */
  readonly deadline: number;
}

/**
 * The associations of a cluster, namespace or service account, in EKS's order. With details,
 * associations are omitted that were deleted meanwhile or that the principal may not view one by
 * one.
 */
export async function podIdentityAssociations(
  { eksFor, clock, home }: { readonly eksFor: EksFor; readonly clock: Clock; readonly home: ClusterDefaults },
  { authorizeRead, cursors }: Pick<RequestContext, 'authorizeRead' | 'cursors'>,
  input: QueryPodIdentityAssociationsArgs,
  bounds: ListBounds,
): Promise<QueryResult<Connection<ListedAssociation>>> {
  const validated = await validate(cursors, input, home);
  if (validated.kind === 'invalid') return validated;
  const { cluster, range, query, roleArn } = validated;
  const scope = listScope(cluster, range.namespace);
  const decision = authorizeRead({ action: 'ListPodIdentityAssociations', scope });
  if (!decision.allowed) return { kind: 'denied', violations: decision.violations };

  const { deadline } = bounds;
  const page = await readList(eksFor(cluster), range, { deadline }, clock);
  if (page.kind === 'failed') return { kind: 'eks-failed', error: page.error };
  if (page.kind === 'invalid') return { kind: 'invalid', findings: [page.finding] };

  const nodes =
    bounds.describer === null
      ? { kind: 'ok' as const, value: page.found.map(({ position, summary }) => ({ position, node: summary })) }
      : await withDetails(clock, authorizeRead, bounds.describer, page.found, deadline);
  if (nodes.kind !== 'ok') return nodes;
  const rows = nodes.value.filter(({ node }) => roleArn === null || hasRole(node, roleArn));
  return { kind: 'ok', value: await cursors.connection(query, rows, page.next) };
}

/** The scope of a list for policy: the namespace if there is one, else the cluster. */
export function listScope(cluster: ClusterRef, namespace: string | null): ListScope {
  return namespace === null ? { kind: 'cluster', ...cluster } : { kind: 'namespace', ...cluster, namespace };
}

interface ListedNode {
  readonly position: ListPosition;
  readonly node: ListedAssociation;
}

async function withDetails(
  clock: Clock,
  authorizeRead: AuthorizeRead,
  describer: Describer,
  listed: readonly ListedSummary[],
  deadline: number,
): Promise<QueryResult<ListedNode[]>> {
  const findings = tooManyToDescribe(describer, listed.length, deadline - clock());
  if (findings.length > 0) return { kind: 'invalid', findings };
  const summaries = listed.map(({ summary }) => summary);
  const described = await describeAll(describer, summaries, deadline);
  if (described.kind === 'failed') return { kind: 'eks-failed', error: described.error };
  const value = listed.flatMap(({ position }, index) => {
    const node = described.associations[index];
    return node && visibleTo(authorizeRead, node) ? [{ position, node }] : [];
  });
  return { kind: 'ok', value };
}

/** Whether a described association has a role as its role or target role. */
function hasRole(node: ListedAssociation, roleArn: string): boolean {
  const { roleArn: role = null, targetRoleArn = null } = node as Partial<Association>;
  return role === roleArn || targetRoleArn === roleArn;
}

/** Rejects a page that can't be described in the time left, before any call is spent on it. */
export function tooManyToDescribe(describer: Describer, count: number, leftMs: number): Finding[] {
  const leastMs = describer.leastMs(count);
  if (leastMs < leftMs) return [];
  const seconds = (ms: number) => Math.max(0, Math.floor(ms / 1_000));
  const message = `Fields that EKS's list does not contain take at least ${seconds(leastMs)} seconds for ${count} associations; ${seconds(leftMs)} are left.`;
  const advice = 'Give a smaller first and continue with after, or select only fields that the list contains.';
  return [{ path: 'first', rule: 'time', message, advice }];
}

type Validated =
  | Extract<QueryFailure, { kind: 'invalid' }>
  | {
      readonly kind: 'valid';
      readonly cluster: ClusterRef;
      readonly range: ListRange;
      /** Only associations with this role or target role; null: all. */
      readonly roleArn: string | null;
      /** Identifies the query in cursors. */
      readonly query: string;
    };

async function validate(
  cursors: Cursors,
  input: QueryPodIdentityAssociationsArgs,
  home: ClusterDefaults,
): Promise<Validated> {
  const filters: Filters<Omit<QueryPodIdentityAssociationsArgs, keyof ClusterRef>> = {
    namespace: input.namespace ?? null,
    serviceAccount: input.serviceAccount ?? null,
    roleArn: input.roleArn ?? null,
  };
  const { namespace, serviceAccount, roleArn } = filters;
  const cluster = resolveCluster(input, home);
  const { accountId, region, clusterName } = cluster;
  const query = JSON.stringify(['podIdentityAssociations', accountId, region, clusterName, ...Object.values(filters)]);
  const read = await cursors.open(query, input.after);
  const start = read?.kind === 'position' ? listPosition(read.position) : null;
  const broken = read?.kind === 'position' && start === null ? invalidCursor : read;
  const findings = [
    ...clusterFindings(input),
    ...(namespace === null ? [] : namespaceFindings(namespace)),
    ...(serviceAccount === null ? [] : serviceAccountFindings(serviceAccount)),
    ...(roleArn === null ? [] : roleArnFindings(roleArn)),
    ...firstFindings(input),
    ...(broken?.kind === 'invalid' ? [broken.finding] : []),
  ];
  if (findings.length > 0) return { kind: 'invalid', findings };
  return { kind: 'valid', cluster, query, roleArn, range: { namespace, serviceAccount, start, limit: firstOf(input) } };
}
