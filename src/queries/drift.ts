import type { QueryAssociationDriftArgs } from '../generated/types.ts';
import type { Violation } from '../model/decision.ts';
import type { Finding } from '../model/refusal.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import type { ListScope } from '../policy/policy.ts';
import { count } from '../runtime/meter.ts';
import { clusterFindings, namespaceFindings, resolveCluster } from '../validation/names.ts';
import { brokenCursor, cursorOf, firstFindings, firstOf, readCursor } from '../validation/paging.ts';
import type { Connection } from '../validation/paging.ts';
import type { AuthorizeRead } from './authorize-read.ts';
import type { AssociationDrift } from './association-drift.ts';
import { compare, driftPosition, findDeleted } from './drift-parts.ts';
import type { DriftBounds, DriftPart, DriftPosition, DriftQuery, DriftReads } from './drift-parts.ts';
import { listScope } from './list.ts';
import type { QueryResult } from './query-result.ts';

/**
 * A page of the associations that differ from the trail. It compares up to `first` associations of EKS's list (one describe
 * and one page of the trail each); after the end of the list follow the successes of the last 90 days in the trail whose
 * association EKS no longer lists. Both listing and reading the trail must be permitted. Throws `LedgerUnavailable`.
 */
export async function associationDrift(
  deps: DriftReads & Pick<Dependencies, 'home' | 'log'>,
  authorizeRead: AuthorizeRead,
  input: QueryAssociationDriftArgs,
  bounds: DriftBounds,
): Promise<QueryResult<Connection<AssociationDrift>>> {
  const namespace = input.namespace ?? null;
  const scope = listScope(resolveCluster(input, deps.home), namespace);
  const name = JSON.stringify(['associationDrift', scope]);
  const start = startOf(name, input.after ?? null);
  const findings = [
    ...clusterFindings(input),
    ...(namespace === null ? [] : namespaceFindings(namespace)),
    ...firstFindings(input),
    ...(start.kind === 'invalid' ? [start.finding] : []),
  ];
  if (findings.length > 0 || start.kind === 'invalid') return { kind: 'invalid', findings };
  const violations = violationsOf(authorizeRead, scope);
  if (violations.length > 0) return { kind: 'denied', violations };

  const part = await readPage(deps, { scope, namespace, limit: firstOf(input) }, start.position, bounds);
  if (part.kind !== 'ok') return part;
  const { items, next } = part.value;
  // For the operators' alarm, with what could not be examined; the answer has the details.
  if (items.length > 0) {
    count('driftFound', items.length);
    deps.log('warn', 'Drift found.', { ...scope, count: items.length });
  }
  const edges = items.map(({ drift, position }) => ({ cursor: cursorOf(name, position), node: drift }));
  const endCursor = next === null ? (edges.at(-1)?.cursor ?? null) : cursorOf(name, next);
  return { kind: 'ok', value: { edges, hasNextPage: next !== null, endCursor } };
}

type Start =
  | { readonly kind: 'position'; readonly position: DriftPosition }
  | { readonly kind: 'invalid'; readonly finding: Finding };

function startOf(name: string, after: string | null): Start {
  if (after === null) return { kind: 'position', position: { phase: 'list', after: null } };
  const read = readCursor(name, after);
  if (read.kind === 'invalid') return read;
  const position = driftPosition(read.position);
  return position === null ? brokenCursor : { kind: 'position', position };
}

/** Drift discloses associations and the trail, so both must be permitted. */
function violationsOf(authorizeRead: AuthorizeRead, scope: ListScope): readonly Violation[] {
  const actions = ['ListPodIdentityAssociations', 'ReadAuditTrail'] as const;
  const decisions = actions.map((action) => authorizeRead({ action, scope }));
  return decisions.find(({ allowed }) => !allowed)?.violations ?? [];
}

/** The end of the list is followed by the deletions, on the same page. */
async function readPage(
  deps: DriftReads,
  query: DriftQuery,
  start: DriftPosition,
  bounds: DriftBounds,
): Promise<QueryResult<DriftPart>> {
  if (start.phase === 'trail') return findDeleted(deps, query, start.before, bounds);
  const compared = await compare(deps, query, start.after, bounds);
  if (compared.kind !== 'ok' || compared.value.next !== null) return compared;
  const deleted = await findDeleted(deps, query, null, bounds);
  if (deleted.kind !== 'ok') return deleted;
  return { kind: 'ok', value: { ...deleted.value, items: [...compared.value.items, ...deleted.value.items] } };
}
