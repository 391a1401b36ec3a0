import { isTrailPosition } from '../ledger/trail-position.ts';
import type { TrailQuery, TrailSection } from '../ledger/ledger.ts';
import type { Association } from '../model/association.ts';
import type { AuditEntry, AuditEvent, OperationKind } from '../model/audit.ts';
import type { Violation } from '../model/decision.ts';
import type { Caller } from '../model/principal.ts';
import type { Finding } from '../model/refusal.ts';
import type { TrailScope } from '../policy/policy.ts';
import { within } from '../runtime/deadline.ts';
import { brokenCursor, cursorOf, firstFindings, firstOf, readCursor } from '../validation/paging.ts';
import type { Connection, PageInput } from '../validation/paging.ts';
import type { Parts } from '../operations/dependencies.ts';
import { instantFindings, instantFrom } from '../validation/timestamps.ts';
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
  parts: Parts,
  caller: Caller,
  input: TrailInput,
  deadline: number,
): Promise<TrailAnswer> {
  const scope = readScope(input.scope, parts.home);
  const section: TrailSection = scope.kind === 'valid' ? scope.section : { kind: 'all' };
  // Of a scope that is none, nothing can be said of a cursor.
  const asked = validate(scope.kind === 'valid' ? input : { ...input, after: null }, section);
  const findings = [
    ...(scope.kind === 'valid' ? [] : scope.findings),
    ...(asked.kind === 'valid' ? [] : asked.findings),
  ];
  if (scope.kind !== 'valid' || asked.kind !== 'valid') return { kind: 'invalid', findings };
  return read(parts, caller, asked, scopeOf(section, caller), deadline);
}

/** A page of what the trail holds of an association, whose namespace is known: see {@link auditTrail}. */
export async function associationTrail(
  parts: Parts,
  caller: Caller,
  association: Pick<Association, 'accountId' | 'region' | 'clusterName' | 'namespace' | 'associationArn'>,
  input: PageInput,
  deadline: number,
): Promise<TrailAnswer> {
  const { accountId, region, clusterName, namespace, associationArn } = association;
  const asked = validate(input, { kind: 'association', associationArn });
  if (asked.kind === 'invalid') return asked;
  return read(parts, caller, asked, { kind: 'namespace', accountId, region, clusterName, namespace }, deadline);
}

async function read(
  parts: Parts,
  caller: Caller,
  { query, name }: Extract<Validated, { kind: 'valid' }>,
  scope: TrailScope | null,
  deadline: number,
): Promise<TrailAnswer> {
  const ask = (question: TrailQuery) => within(deadline - parts.clock(), parts.ledger.trail(question));
  const denied = scope === null ? [] : scopeViolations(parts, caller, scope);
  if (denied.length > 0) return { kind: 'denied', violations: denied };

  const { entries, next } = await ask(query);
  if (scope === null) {
    // An empty page doesn't tell whose the section is: perhaps its end, or what the filters leave of it.
    const seen = entries.length > 0 ? entries : (await ask({ ...newest, section: query.section })).entries;
    const violations = entriesViolations(parts, caller, query.section, seen);
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

function validate(input: Omit<TrailInput, 'scope'>, section: TrailSection): Validated {
  const { events = null, operations = null, after = null } = input;
  const [since, until] = [instantFrom(input.since), instantFrom(input.until)];
  const distinct = (names: readonly string[] | null) => (names === null ? null : [...new Set(names)].sort());
  const name = JSON.stringify(['auditTrail', section, since, until, distinct(events), distinct(operations)]);
  const cursor = after === null ? null : readCursor(name, after);
  const before = cursor?.kind === 'position' && isPosition(cursor.position) ? cursor.position : null;
  const broken = cursor?.kind === 'position' && before === null ? brokenCursor : cursor;
  const findings = [
    ...instantFindings('since', input.since),
    ...instantFindings('until', input.until),
    ...(since !== null && until !== null && since >= until ? [noTime] : []),
    ...firstFindings(input),
    ...(broken?.kind === 'invalid' ? [broken.finding] : []),
  ];
  if (findings.length > 0) return { kind: 'invalid', findings };
  return { kind: 'valid', name, query: { section, since, until, events, operations, limit: firstOf(input), before } };
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
