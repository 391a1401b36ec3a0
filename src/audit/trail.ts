import { isTrailPosition } from '../ledger/trail-position.ts';
import type { TrailQuery, AuditPartition } from '../ledger/ledger.ts';
import type { Association } from '../model/association.ts';
import type { AuditEntry, AuditEvent, OperationKind } from '../model/audit.ts';
import type { Violation } from '../model/decision.ts';
import type { RequestIdentity } from '../model/principal.ts';
import type { Finding } from '../model/refusal.ts';
import type { TrailScope } from '../policy/policy.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { brokenCursor, cursorOf, firstFindings, firstOf, readCursor } from '../validation/paging.ts';
import type { Connection, PageInput } from '../validation/paging.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import { timestampFindings, parseTimestamp } from '../validation/timestamps.ts';
import { entriesViolations, scopeOf, scopeViolations } from './trail-authorization.ts';
import { readScope } from './trail-scope.ts';
import type { ScopeInput } from './trail-scope.ts';

/** The arguments of `auditTrail`, as GraphQL hands them over. Absent and null mean the same. */
export interface TrailInput extends PageInput {
  readonly scope: ScopeInput;
  readonly since?: unknown;
  readonly until?: unknown;
  readonly events?: readonly AuditEvent[] | null | undefined;
  readonly operations?: readonly OperationKind[] | null | undefined;
}

/** What a read of the trail comes to. */
export type TrailAnswer =
  | { readonly kind: 'read'; readonly page: Connection<AuditEntry> }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] }
  | { readonly kind: 'denied'; readonly violations: readonly Violation[] };

/**
 * A page of the audit trail, newest first, for a caller who may read that part of it. Costs one page of the ledger, and
 * one entry more where the page is empty and policy needs to know whose the part is. Throws `LedgerUnavailable` when the
 * ledger does not answer before `deadline` (milliseconds since the epoch).
 */
export async function auditTrail(
  deps: Dependencies,
  identity: RequestIdentity,
  input: TrailInput,
  deadline: number,
): Promise<TrailAnswer> {
  const scope = readScope(input.scope, deps.home);
  const section: AuditPartition = scope.kind === 'valid' ? scope.section : { kind: 'all' };
  // Of a scope that is none, nothing can be said of a cursor.
  const asked = validate(scope.kind === 'valid' ? input : { ...input, after: null }, section);
  const findings = [
    ...(scope.kind === 'valid' ? [] : scope.findings),
    ...(asked.kind === 'valid' ? [] : asked.findings),
  ];
  if (scope.kind !== 'valid' || asked.kind !== 'valid') return { kind: 'invalid', findings };
  return read(deps, identity, asked, scopeOf(section, identity), deadline);
}

/** A page of what the trail holds of an association, whose namespace is known: see {@link auditTrail}. */
export async function associationTrail(
  deps: Dependencies,
  identity: RequestIdentity,
  association: Pick<Association, 'accountId' | 'region' | 'clusterName' | 'namespace' | 'associationArn'>,
  input: PageInput,
  deadline: number,
): Promise<TrailAnswer> {
  const { accountId, region, clusterName, namespace, associationArn } = association;
  const asked = validate(input, { kind: 'association', associationArn });
  if (asked.kind === 'invalid') return asked;
  return read(deps, identity, asked, { kind: 'namespace', accountId, region, clusterName, namespace }, deadline);
}

async function read(
  deps: Dependencies,
  identity: RequestIdentity,
  { query, name }: Extract<Validated, { kind: 'valid' }>,
  scope: TrailScope | null,
  deadline: number,
): Promise<TrailAnswer> {
  const ask = (request: TrailQuery) => withDeadline(deadline - deps.clock(), deps.ledger.readTrail(request));
  const denied = scope === null ? [] : scopeViolations(deps, identity, scope);
  if (denied.length > 0) return { kind: 'denied', violations: denied };

  const { entries, next } = await ask(query);
  if (scope === null) {
    // An empty page doesn't tell whose the section is: perhaps its end, or what the filters leave of it.
    const seen = entries.length > 0 ? entries : (await ask({ ...newest, partition: query.partition })).entries;
    const violations = entriesViolations(deps, identity, query.partition, seen);
    if (violations.length > 0) return { kind: 'denied', violations };
  }
  const edges = entries.map((node) => ({ cursor: cursorOf(name, node.entryId), node }));
  const endCursor = next === null ? (edges.at(-1)?.cursor ?? null) : cursorOf(name, next);
  return { kind: 'read', page: { edges, hasNextPage: next !== null, endCursor } };
}

const newest = { since: null, until: null, events: null, operations: null, limit: 1, before: null } as const;

/** A query of the ledger, and the name by which cursors tell it from others. */
type Validated =
  | { readonly kind: 'valid'; readonly query: TrailQuery; readonly name: string }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] };

function validate(input: Omit<TrailInput, 'scope'>, section: AuditPartition): Validated {
  const { events = null, operations = null, after = null } = input;
  const [since, until] = [parseTimestamp(input.since), parseTimestamp(input.until)];
  const distinct = (names: readonly string[] | null) => (names === null ? null : [...new Set(names)].sort());
  const name = JSON.stringify(['auditTrail', section, since, until, distinct(events), distinct(operations)]);
  const cursor = after === null ? null : readCursor(name, after);
  const before = cursor?.kind === 'position' && isPosition(cursor.position) ? cursor.position : null;
  const broken = cursor?.kind === 'position' && before === null ? brokenCursor : cursor;
  const findings = [
    ...timestampFindings('since', input.since),
    ...timestampFindings('until', input.until),
    ...(since !== null && until !== null && since >= until ? [noTime] : []),
    ...firstFindings(input),
    ...(broken?.kind === 'invalid' ? [broken.finding] : []),
  ];
  if (findings.length > 0) return { kind: 'invalid', findings };
  return {
    kind: 'valid',
    name,
    query: { partition: section, since, until, events, operations, limit: firstOf(input), before },
  };
}

function isPosition(position: unknown): position is string {
  return typeof position === 'string' && isTrailPosition(position);
}

const noTime: Finding = {
  path: 'until',
  rule: 'after-since',
  message: 'until is not later than since, so nothing can be between them.',
  advice: 'Give an until that is later than since, or leave one of them out.',
};
