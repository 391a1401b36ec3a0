import type { Cluster, Namespace, QueryNamespacesArgs } from '../../generated/types.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { Directory, RegisteredCluster, RegisteredNamespace } from '../../policy/inventory/directory.ts';
import { clusterFindings, resolveCluster } from '../../validation/names.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import { firstFindings } from '../../validation/paging.ts';
import type { Connection, PageInput } from '../../validation/paging.ts';
import type { AllowsRead } from '../terms/authorize-read.ts';
import { pageOf } from '../terms/page-of.ts';
import type { QueryResult } from '../terms/query-result.ts';
import type { RequestContext } from '../terms/request-context.ts';

/** Who asks. */
type Reader = Pick<RequestContext, 'identity' | 'allowsRead'>;

type PageReader = Reader & Pick<RequestContext, 'cursors'>;

/**
 * After how many evaluations of policy a page of a list ends: a namespace takes two, a cluster 2 to
 * 82, its own and those of 40 namespaces.
 */
const maxEvaluations = { clusters: 2_000, namespaces: 400 };

/** How many namespaces of a cluster are examined besides those that the principal's groups own. */
const maxForeignNamespaces = 20;

/**
 * The clusters in which the principal may read something. Reads nothing but the inventory, and the
 * keys of cursors.
 */
export function clusters(
  { directory }: { readonly directory: Directory },
  reader: PageReader,
  input: PageInput,
): Promise<QueryResult<Connection<Cluster>>> {
  const counted = countEvaluations(reader.allowsRead, maxEvaluations.clusters);
  const visible = (cluster: RegisteredCluster): Cluster | null => {
    const rights = rightsOn(counted.allowsRead, { kind: 'cluster', ...cluster });
    const isVisible =
      rights.mayList || rights.mayReadAuditTrail || mayReadNamespace(directory, { ...reader, ...counted }, cluster);
    return isVisible ? { ...cluster, ...rights } : null;
  };
  const nameOf = ({ accountId, region, clusterName }: RegisteredCluster) => `${accountId}/${region}/${clusterName}`;
  return pageOf(reader.cursors, 'clusters', directory.clusters, nameOf, visible, input, counted.isSpent);
}

/**
 * The namespaces of a cluster in which the principal may read something. Reads as {@link clusters}
 * does.
 */
export async function namespaces(
  { directory, home }: { readonly directory: Directory; readonly home: ClusterDefaults },
  { allowsRead, cursors }: Pick<PageReader, 'allowsRead' | 'cursors'>,
  input: QueryNamespacesArgs,
): Promise<QueryResult<Connection<Namespace>>> {
  const findings = clusterFindings(input);
  if (findings.length > 0) return { kind: 'invalid', findings: [...findings, ...firstFindings(input)] };
  const cluster = resolveCluster(input, home);
  const counted = countEvaluations(allowsRead, maxEvaluations.namespaces);
  const visible = ({ name, owners, system }: RegisteredNamespace): Namespace | null => {
    const rights = rightsOn(counted.allowsRead, namespaceScope(cluster, name));
    return rights.mayList || rights.mayReadAuditTrail ? { name, owners, system, ...rights } : null;
  };
  const query = JSON.stringify(['namespaces', cluster]);
  const items = directory.namespacesOf(cluster);
  return pageOf(cursors, query, items, ({ name }) => name, visible, input, counted.isSpent);
}

/** Counts how often policy is asked. */
function countEvaluations(allowsRead: AllowsRead, most: number) {
  let count = 0;
  return {
    allowsRead: (...asked: Parameters<AllowsRead>) => {
      count += 1;
      return allowsRead(...asked);
    },
    isSpent: () => count >= most,
  };
}

/**
 * Whether the principal may read something in a namespace of a cluster; examines only so many
 * namespaces.
 */
function mayReadNamespace(directory: Directory, reader: Reader, cluster: ClusterRef) {
  return examinedNamespaces(directory, reader, cluster).some((scope) => {
    const { mayList, mayReadAuditTrail } = rightsOn(reader.allowsRead, scope);
    return mayList || mayReadAuditTrail;
  });
}

/**
 * Whether the principal may list the associations of a cluster, or of a namespace in it; examines
 * only so many namespaces, and 0 where it may view nothing in the cluster.
 */
export function mayListIn(
  directory: Directory,
  reader: Reader & Pick<RequestContext, 'mayViewIn'>,
  cluster: ClusterRef,
): boolean {
  const { accountId, region, clusterName } = cluster;
  const mayList = (scope: ReadScope) => reader.allowsRead({ action: 'ListPodIdentityAssociations', scope });
  const whole = { kind: 'cluster', accountId, region, clusterName } as const;
  return mayList(whole) || (reader.mayViewIn(cluster) && examinedNamespaces(directory, reader, cluster).some(mayList));
}

/**
 * The namespaces of a cluster that are examined: at first those that the principal's groups own.
 */
function examinedNamespaces(directory: Directory, { identity }: Pick<Reader, 'identity'>, cluster: ClusterRef) {
  const groups = new Set(identity.principal.groups);
  const all = directory.namespacesOf(cluster);
  const isOwn = ({ owners }: RegisteredNamespace) => owners.some((owner) => groups.has(owner));
  const examined = [
    ...all.filter(isOwn).slice(0, maxForeignNamespaces),
    ...all.filter((namespace) => !isOwn(namespace)).slice(0, maxForeignNamespaces),
  ];
  return examined.map(({ name }) => namespaceScope(cluster, name));
}

/** A namespace as the scope of a read; for a pattern, a namespace that matches it. */
function namespaceScope({ accountId, region, clusterName }: ClusterRef, name: string) {
  const namespace = name.endsWith('*') ? `${name.slice(0, -1)}x` : name;
  return { kind: 'namespace', accountId, region, clusterName, namespace } as const;
}

type ReadScope = Extract<Parameters<AllowsRead>[0], { action: 'ListPodIdentityAssociations' }>['scope'];

function rightsOn(allowsRead: AllowsRead, scope: ReadScope) {
  return {
    mayList: allowsRead({ action: 'ListPodIdentityAssociations', scope }),
    mayReadAuditTrail: allowsRead({ action: 'ReadAuditTrail', scope }),
  };
}
