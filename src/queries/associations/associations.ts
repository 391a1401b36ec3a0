import type { ClusterCoverage, ObservedAssociation, QueryAssociationsArgs } from '../../generated/types.ts';
import type { Times } from '../../idempotency/times.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { AssociationTarget } from '../../model/association.ts';
import type { ReadTimes } from '../../observations/sights.ts';
import type { Directory } from '../../policy/inventory/directory.ts';
import type { Clock } from '../../runtime/clock.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import type { Connection } from '../../validation/paging.ts';
import { roleArnIn } from '../../validation/role-names.ts';
import { associationAt, latestSeen } from './at.ts';
import type { SeenAssociation } from './at.ts';
import { candidates, clustersFrom, endOfCluster, endOfTarget } from './candidates.ts';
import { coverageOf } from './coverage.ts';
import { validateAssociations } from './filter.ts';
import type { AssociationQuery } from './filter.ts';
import { makeAssociationViews } from './views.ts';
import type { AssociationViews } from './views.ts';
import type { QueryResult } from '../terms/query-result.ts';
import type { RequestContext } from '../terms/request-context.ts';

/** A page of associations as they were seen. */
export interface AssociationsPage extends Connection<ObservedAssociation> {
  /** Empty unless it was asked for. */
  readonly coverage: readonly ClusterCoverage[];
}

/** How many service accounts one page examines. One of the past can cost two reads each. */
const maxExamined = { latest: 1_000, past: 200 };

/** How many clusters one page covers: by the index of roles, they cost nothing. */
const maxClusters = { ofRole: 300, others: 50 };

/**
 * In how many accounts a role is looked up by path and name, each by the index of roles. With more
 * accounts, all service accounts are examined.
 */
const maxRoleAccounts = 50;

/** How many service accounts are examined at a time, at most: one read of states can have no more. */
const batch = 100;

/** And at least, also where a page lacks fewer: a filter may accept few of them. */
const leastBatch = 50;

/** What a page is chosen with, besides what is stored. */
interface PagePorts {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly times: Times;
}

type Reader = Pick<RequestContext, 'identity' | 'allowsRead' | 'mayViewIn' | 'cursors' | 'deadline'>;

/**
 * The associations that a principal may view, of all clusters of the inventory, from what is
 * stored: no EKS call. Throws what `AssociationReads` throws, and `LedgerUnavailable` if it does
 * not answer before `deadline`.
 */
export async function observedAssociations(
  { associations: reads, ...ports }: PagePorts & { readonly associations: AssociationReads | null },
  reader: Reader,
  input: QueryAssociationsArgs,
  withCoverage: boolean,
): Promise<QueryResult<AssociationsPage>> {
  if (reads === null) throw new Error('This entry point does not read associations.');
  const query = await validateAssociations(reader.cursors, input, ports.clock());
  if (query.kind === 'invalid') return query;
  const read = readPage(ports, reads, reader, query, withCoverage);
  return { kind: 'ok', value: await withDeadline(reader.deadline - ports.clock(), read, ledgerTimeout) };
}

interface Row {
  readonly target: AssociationTarget;
  readonly seen: SeenAssociation;
  /** RFC 3339, UTC; null if it does not end by itself. */
  readonly expiresAt: string | null;
}

async function readPage(
  { directory, clock, times }: PagePorts,
  reads: AssociationReads,
  reader: Reader,
  query: AssociationQuery,
  withCoverage: boolean,
): Promise<AssociationsPage> {
  const { filter, asOf, from, name } = query;
  const all = clustersFrom(directory.clusters.filter(query.matches), from);
  const covered = all.slice(0, filter.roleArn === null ? maxClusters.others : maxClusters.ofRole);
  const last = covered.at(-1);
  const views = makeAssociationViews(reader);
  const roleArns = rolesOf(filter, directory);
  // By the ARN of a role, only the clusters of what is found are asked about; of all associations,
  // each cluster before it is read.
  const read = filter.roleArn === null && roleArns !== null ? covered.filter(views.mayViewIn) : covered;
  const selection = { roleArns, namespace: filter.namespace };
  const targets = candidates(reads, read, selection, from, views.mayViewIn);
  const { rows, end } = await readRows(reads, views, query, targets, times);
  const reached = end ?? (last ? endOfCluster(last) : from);
  const inPage = covered.filter((cluster) => `${endOfCluster(cluster).slice(0, -1)}/` < reached);
  const found = rows.map(({ target, seen, expiresAt }) => ({
    position: endOfTarget(target),
    node: nodeOf(seen, expiresAt),
  }));
  const hasNextPage = end !== null || covered.length < all.length;
  return {
    ...(await reader.cursors.connection(name, found, hasNextPage ? reached : null)),
    coverage: withCoverage ? await coverageOf(directory, reads, reader, inPage, asOf ?? clock()) : [],
  };
}

/** The roles whose index has all that matches; null: there is none. */
function rolesOf({ roleArn, roleName }: AssociationQuery['filter'], { clusters }: Directory): readonly string[] | null {
  if (roleArn !== null) return [roleArn];
  const [cluster] = clusters;
  // Without a slash, the role can have any path.
  if (!roleName?.includes('/') || !cluster) return null;
  const accounts = new Set([...clusters.map(({ accountId }) => accountId), ...cluster.targetRoleAccounts]);
  if (accounts.size > maxRoleAccounts) return null;
  return [...accounts].map((accountId) => roleArnIn(accountId, cluster.region, roleName));
}

/**
 * The rows of a page. `end` is the place at which the next page begins; null if the clusters have
 * no others.
 */
async function readRows(
  reads: AssociationReads,
  views: AssociationViews,
  query: AssociationQuery,
  found: ReturnType<typeof candidates>,
  times: ReadTimes,
): Promise<{ readonly rows: readonly Row[]; readonly end: string | null }> {
  const rows: Row[] = [];
  let left = query.asOf === null ? maxExamined.latest : maxExamined.past;
  for await (const targets of found) {
    for (let index = 0; index < targets.length;) {
      const size = Math.min(batch, left, Math.max(leastBatch, query.first - rows.length));
      const some = targets.slice(index, index + size);
      for (const row of await examine(reads, views, query, some, times)) {
        rows.push(row);
        if (rows.length === query.first) return { rows, end: endOfTarget(row.target) };
      }
      index += size;
      left -= some.length;
      const lastExamined = some.at(-1);
      if (left === 0 && lastExamined) return { rows, end: endOfTarget(lastExamined) };
    }
  }
  return { rows, end: null };
}

/** The rows among service accounts. What the principal may not list is not read. */
async function examine(
  reads: AssociationReads,
  views: AssociationViews,
  { asOf, matches, accepts }: AssociationQuery,
  targets: readonly AssociationTarget[],
  times: ReadTimes,
): Promise<Row[]> {
  const permitted = targets.filter((target) => matches(target) && views.mayViewIn(target) && views.mayList(target));
  const states = await reads.getAssociationStates(permitted);
  const seen = await Promise.all(
    permitted.map(async (target, index) => {
      const state = states[index] ?? null;
      return state && (asOf === null ? latestSeen(state) : await associationAt(reads, target, state, asOf, times));
    }),
  );
  return permitted.flatMap((target, index) => {
    const found = seen[index];
    if (!found || !accepts(found)) return [];
    const { expiry } = (asOf === null ? states[index] : null) ?? {};
    const isOwn = expiry?.associationId === found.association.associationId;
    const expiresAt = expiry && isOwn ? expiry.expiresAt : null;
    return views.mayView(found.association) ? [{ target, seen: found, expiresAt }] : [];
  });
}

function nodeOf(
  { association, origin, operationId, declaration, uncertain, ...times }: SeenAssociation,
  expiresAt: string | null,
): ObservedAssociation {
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    ...association,
    origin,
    operationId,
    declaration,
    seenOtherwiseBefore: time(times.seenOtherwiseBefore),
    firstSeenAt: new Date(times.firstSeenAt).toISOString(),
    observedAt: new Date(times.observedAt).toISOString(),
    seenOtherwiseAfter: time(times.seenOtherwiseAfter),
    uncertainFrom: time(uncertain?.from ?? null),
    uncertainUntil: time(uncertain?.until ?? null),
    expiresAt,
    // Its resolver judges it, if it is selected.
    viewerMay: null,
  };
}
