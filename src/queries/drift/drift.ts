import type { AssociationReads } from '../../ledger/association-history.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { ClusterCoverage, QueryAssociationDriftArgs } from '../../generated/types.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { Violation } from '../../model/decision.ts';
import type { Finding } from '../../model/refusal.ts';
import type { ListScope } from '../../policy/policy.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import type { Log } from '../../runtime/log.ts';
import { count } from '../../runtime/meter.ts';
import { clusterFindings, namespaceFindings, resolveCluster } from '../../validation/names.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import { firstFindings, firstOf, invalidCursor } from '../../validation/paging.ts';
import type { Connection, Filters, ReadCursor } from '../../validation/paging.ts';
import { isPlace } from '../associations/candidates.ts';
import { clusterCoverage } from '../associations/coverage.ts';
import type { AssociationDrift } from './drift-in.ts';
import { visibleTo } from '../terms/authorize-read.ts';
import type { AuthorizeRead } from '../terms/authorize-read.ts';
import { compare, driftPosition, findDeleted } from './parts.ts';
import type { DriftBounds, DriftPart, DriftPosition, DriftQuery, DriftReads, LiveReads } from './parts.ts';
import { listScope } from '../associations/list.ts';
import { observedDrift } from './observed-drift.ts';
import type { QueryResult } from '../terms/query-result.ts';
import type { RequestContext } from '../terms/request-context.ts';

/** A page of drift. */
export interface DriftPage extends Connection<AssociationDrift> {
  /** What scans know of the cluster; null where EKS was read. */
  readonly coverage: ClusterCoverage | null;
}

/** A page of any source. Positions are the contents of cursors. */
interface Found {
  readonly items: readonly { readonly drift: AssociationDrift; readonly position: unknown }[];
  readonly next: unknown;
  readonly coverage: ClusterCoverage | null;
}

/** What a page of drift is read with. */
interface DriftPorts extends LiveReads {
  /** Null in a function that answers no queries. */
  readonly associations: AssociationReads | null;
  readonly home: ClusterDefaults;
  readonly log: Log;
}

/**
 * A page of the associations that differ from what the gateway left, as far as the principal may
 * view them. From EKS, it judges up to `first` associations of EKS's list as scans do (one describe
 * and one page of the trail each, and their states); after the end of the list follow the successes of the
 * last 90 days in the trail whose association EKS no longer lists. From scans, it compares the
 * states of up to `first` service accounts, without EKS. Both listing and reading the trail must be
 * permitted. Throws `LedgerUnavailable` and what `AssociationReads` throws.
 */
export async function associationDrift(
  { associations, home, log, ...live }: DriftPorts,
  { authorizeRead, cursors }: Pick<RequestContext, 'authorizeRead' | 'cursors'>,
  input: QueryAssociationDriftArgs,
  bounds: DriftBounds,
): Promise<QueryResult<DriftPage>> {
  const filters: Filters<Omit<QueryAssociationDriftArgs, keyof ClusterRef>> = {
    namespace: input.namespace ?? null,
    source: input.source ?? null,
  };
  const { namespace, source } = filters;
  const scope = listScope(resolveCluster(input, home), namespace);
  const isScan = source === 'SCAN';
  const name = JSON.stringify(['associationDrift', scope, ...(isScan ? ['SCAN'] : [])]);
  const start = startOf(await cursors.open(name, input.after), isScan);
  const findings = [
    ...clusterFindings(input),
    ...(namespace === null ? [] : namespaceFindings(namespace)),
    ...firstFindings(input),
    ...(start.kind === 'invalid' ? [start.finding] : []),
  ];
  if (findings.length > 0 || start.kind === 'invalid') return { kind: 'invalid', findings };
  const violations = violationsOf(authorizeRead, scope);
  if (violations.length > 0) return { kind: 'denied', violations };

  if (associations === null) throw new Error('This entry point does not read associations.');
  const reads = { ...live, associations };
  const query = { scope, namespace, limit: firstOf(input) };
  const found = await (start.kind === 'place'
    ? readObserved(reads, query, start.place, bounds)
    : readLive(reads, log, query, start.position, bounds));
  if (found.kind !== 'ok') return found;
  const { items, next, coverage } = found.value;
  const rows = items
    .filter(({ drift: { association } }) => association === null || visibleTo(authorizeRead, association) !== null)
    .map(({ drift, position }) => ({ position, node: drift }));
  return { kind: 'ok', value: { ...(await cursors.connection(name, rows, next)), coverage } };
}

/** Where a page begins: in EKS's list or the trail, or in the order of the states. */
type Start =
  | { readonly kind: 'position'; readonly position: DriftPosition }
  | { readonly kind: 'place'; readonly place: string }
  | { readonly kind: 'invalid'; readonly finding: Finding };

function startOf(read: ReadCursor | null, isScan: boolean): Start {
  if (read === null && isScan) return { kind: 'place', place: '' };
  if (read === null) return { kind: 'position', position: { phase: 'list', after: null } };
  if (read.kind === 'invalid') return read;
  if (isScan) return isPlace(read.position) ? { kind: 'place', place: read.position } : invalidCursor;
  const position = driftPosition(read.position);
  return position === null ? invalidCursor : { kind: 'position', position };
}

/** What scans saw: they have counted and recorded it. */
async function readObserved(
  { associations: reads, clock }: DriftReads,
  query: DriftQuery,
  from: string,
  { deadline }: DriftBounds,
): Promise<QueryResult<Found>> {
  const part = await withDeadline(deadline - clock(), observedDrift(reads, query, from), ledgerTimeout);
  if (part.kind !== 'ok') return part;
  const coverage = clusterCoverage(query.scope, part.value.scan, clock());
  return { kind: 'ok', value: { ...part.value, coverage } };
}

/**
 * What differs at EKS now. It is counted for the operators' alarm, with what could not be examined;
 * the answer has the details.
 */
async function readLive(
  reads: DriftReads,
  log: Log,
  query: DriftQuery,
  start: DriftPosition,
  bounds: DriftBounds,
): Promise<QueryResult<Found>> {
  const part = await readPage(reads, query, start, bounds);
  if (part.kind !== 'ok') return part;
  const { length } = part.value.items;
  if (length > 0) {
    count('driftFound', length);
    log('warn', 'Drift found.', { ...query.scope, count: length });
  }
  return { kind: 'ok', value: { ...part.value, coverage: null } };
}

/** Drift discloses associations and the trail, so both must be permitted. */
function violationsOf(authorizeRead: AuthorizeRead, scope: ListScope): readonly Violation[] {
  const actions = ['ListPodIdentityAssociations', 'ReadAuditTrail'] as const;
  const decisions = actions.map((action) => authorizeRead({ action, scope }));
  return decisions.find(({ allowed }) => !allowed)?.violations ?? [];
}

/** The end of the list is followed by the deletions, on the same page. */
async function readPage(
  reads: DriftReads,
  query: DriftQuery,
  start: DriftPosition,
  bounds: DriftBounds,
): Promise<QueryResult<DriftPart>> {
  if (start.phase === 'trail') return findDeleted(reads, query, start.before, bounds);
  const compared = await compare(reads, query, start.after, bounds);
  if (compared.kind !== 'ok' || compared.value.next !== null) return compared;
  const deleted = await findDeleted(reads, query, null, bounds);
  if (deleted.kind !== 'ok') return deleted;
  return { kind: 'ok', value: { ...deleted.value, items: [...compared.value.items, ...deleted.value.items] } };
}
