import type { QueryAuditTrailArgs } from '../generated/types.ts';
import { UnsupportedFormatOnPage } from '../ledger/format.ts';
import { ledgerTimeout, noFilters } from '../ledger/ledger.ts';
import type { AuditPartition, TrailQuery } from '../ledger/ledger.ts';
import type { Association } from '../model/association.ts';
import { parseAuditEntryId } from '../model/audit.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Dependencies } from '../operations/dependencies.ts';
import type { TrailScope } from '../policy/policy.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { cursorOf } from '../validation/paging.ts';
import type { Connection, PageInput } from '../validation/paging.ts';
import type { AuthorizeRead } from './authorize-read.ts';
import type { QueryResult } from './query-result.ts';
import type { RequestContext } from './request-context.ts';
import { recordRead } from './trail-reads.ts';
import { entriesViolations, readableEntries, scopeOf, scopeViolations } from './trail-authorization.ts';
import { validateTrailQuery } from './trail-query.ts';
import type { ValidTrailQuery } from './trail-query.ts';
import { parseScope } from './trail-scope.ts';

/** Who reads the trail. */
type Reader = Pick<RequestContext, 'identity' | 'authorizeRead'>;

/**
 * A page of the audit trail, newest first, for a principal who may read that part of it. Costs one page of the ledger,
 * one more entry if the page is empty and policy needs to know whose part it is, and one write if reads are recorded. Throws `LedgerUnavailable` if the
 * ledger does not answer before `deadline` (milliseconds since the epoch).
 */
export async function auditTrail(
  deps: Dependencies,
  reader: Reader,
  input: QueryAuditTrailArgs,
  deadline: number,
): Promise<QueryResult<Connection<AuditEntry>>> {
  const scope = parseScope(input.scope, deps.home);
  const partition: AuditPartition = scope.kind === 'valid' ? scope.partition : { kind: 'all' };
  // A cursor can't be checked against an invalid scope.
  const validated = validateTrailQuery(scope.kind === 'valid' ? input : { ...input, after: null }, partition);
  const findings = [
    ...(scope.kind === 'valid' ? [] : scope.findings),
    ...(validated.kind === 'valid' ? [] : validated.findings),
  ];
  if (scope.kind !== 'valid' || validated.kind !== 'valid') return { kind: 'invalid', findings };
  return read(deps, reader, validated, scopeOf(partition, reader.identity), deadline);
}

/** A page of what the trail holds about an association, whose namespace is known: see {@link auditTrail}. */
export async function associationTrail(
  deps: Dependencies,
  reader: Reader,
  association: Pick<Association, 'accountId' | 'region' | 'clusterName' | 'namespace' | 'associationArn'>,
  input: PageInput,
  deadline: number,
): Promise<QueryResult<Connection<AuditEntry>>> {
  const { accountId, region, clusterName, namespace, associationArn } = association;
  const validated = validateTrailQuery(input, { kind: 'association', associationArn });
  if (validated.kind === 'invalid') return validated;
  const scope = { kind: 'namespace', accountId, region, clusterName, namespace } as const;
  return read(deps, reader, validated, scope, deadline);
}

/** Reads an entry for a principal who may read any of the scopes that contain it. Null otherwise, and if there is none. */
export async function readAuditEntry(
  deps: Dependencies,
  authorizeRead: AuthorizeRead,
  id: string,
): Promise<AuditEntry | null> {
  const key = parseAuditEntryId(id);
  const entry = key && (await deps.ledger.getEntry(key));
  const [readable = null] = entry ? readableEntries(authorizeRead, [entry]) : [];
  return readable;
}

async function read(
  deps: Dependencies,
  { identity, authorizeRead }: Reader,
  { query, name }: ValidTrailQuery,
  scope: TrailScope | null,
  deadline: number,
): Promise<QueryResult<Connection<AuditEntry>>> {
  const readPage = (page: TrailQuery) =>
    withDeadline(deadline - deps.clock(), deps.ledger.readTrail(page), ledgerTimeout);
  const denied = scope === null ? [] : scopeViolations(authorizeRead, scope);
  if (denied.length > 0) return { kind: 'denied', violations: denied };

  const page = await readPage(query).catch(unsupportedPage);
  if (page instanceof UnsupportedFormatOnPage) {
    // Whose entry it is can't be known, so its partition must be readable as if it were empty.
    const violations = scope === null ? entriesViolations(authorizeRead, query.partition, []) : [];
    if (violations.length > 0) return { kind: 'denied', violations };
    return { kind: 'unsupported-format', endCursor: cursorOf(name, page.position), error: page };
  }
  const { entries, next } = page;
  if (scope === null) {
    // An empty page does not tell whose the partition is: it may be its end, or what the filters leave of it.
    const sample =
      entries.length > 0 ? entries : (await readPage({ ...newestEntry, partition: query.partition })).entries;
    const violations = entriesViolations(authorizeRead, query.partition, sample);
    if (violations.length > 0) return { kind: 'denied', violations };
  }
  await recordRead(deps, identity, query.partition, entries.length);
  const edges = entries.map((node) => ({ cursor: cursorOf(name, node.entryId), node }));
  const endCursor = next === null ? (edges.at(-1)?.cursor ?? null) : cursorOf(name, next);
  return { kind: 'ok', value: { edges, hasNextPage: next !== null, endCursor } };
}

function unsupportedPage(error: unknown): UnsupportedFormatOnPage {
  if (error instanceof UnsupportedFormatOnPage) return error;
  throw error;
}

const newestEntry = { ...noFilters, limit: 1, before: null } as const;
