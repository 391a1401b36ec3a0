import type { QueryAuditTrailArgs } from '../../generated/types.ts';
import { UnsupportedFormatOnPage } from '../../ledger/format.ts';
import { ledgerTimeout, noFilters } from '../../ledger/ledger.ts';
import type { AuditPartition, Ledger, TrailPage } from '../../ledger/ledger.ts';
import type { TrailReader } from '../../ledger/trail.ts';
import type { Association } from '../../model/association.ts';
import { parseAuditEntryId } from '../../model/audit.ts';
import type { AuditEvent } from '../../model/audit-event.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { Finding } from '../../model/refusal.ts';
import type { TrailScope } from '../../policy/policy.ts';
import type { Clock } from '../../runtime/clock.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import type { Connection, PageInput } from '../../validation/paging.ts';
import type { QueryResult } from '../terms/query-result.ts';
import type { RequestContext } from '../terms/request-context.ts';
import {
  entriesViolations,
  filtersAsAnswered,
  readableEntries,
  scopeOf,
  scopeViolations,
  shownEntry,
} from './authorization.ts';
import { upToUnknown } from './known-entry.ts';
import { omittedEvents, validateTrailQuery } from './query.ts';
import type { ValidTrailQuery } from './query.ts';
import { parseScope } from './scope.ts';

/** A page of the trail, and the events that its scope leaves out. */
export type TrailConnection = Connection<AuditEntry> & { readonly omittedEvents: readonly AuditEvent[] };

/** The trail, and the clock by which it must answer. */
interface TimedTrail {
  readonly ledger: TrailReader;
  readonly clock: Clock;
}

/** Who reads the trail. */
type Reader = Pick<RequestContext, 'identity' | 'authorizeRead' | 'trailReads' | 'cursors'>;

/**
 * A page of the audit trail, newest first, for a principal who may read that part of it. Costs one
 * page of the ledger, before it one entry where policy needs to know whose part it is.
 * `reader.trailReads` notes it. Throws `LedgerUnavailable` if the ledger does not answer before
 * `deadline` (milliseconds since the epoch).
 */
export async function auditTrail(
  trail: TimedTrail & { readonly home: ClusterDefaults },
  reader: Reader,
  input: QueryAuditTrailArgs,
  deadline: number,
): Promise<QueryResult<TrailConnection>> {
  const scope = parseScope(input.scope, trail.home);
  const partition: AuditPartition = scope.kind === 'valid' ? scope.partition : { kind: 'all' };
  // A cursor can't be checked against an invalid scope.
  const checked = scope.kind === 'valid' ? input : { ...input, after: null };
  const validated = await validateTrailQuery(reader.cursors, checked, partition);
  const findings = [
    ...(scope.kind === 'valid' ? [] : scope.findings),
    ...(validated.kind === 'valid' ? [] : validated.findings),
  ];
  if (scope.kind !== 'valid' || validated.kind !== 'valid') return { kind: 'invalid', findings };
  return read(pagesOf(trail, deadline), reader, validated, scopeOf(partition, reader.identity));
}

/**
 * A page of what the trail holds about an association, whose namespace is known: see
 * {@link auditTrail}.
 */
export async function associationTrail(
  trail: TimedTrail,
  reader: Reader,
  association: Pick<Association, 'accountId' | 'region' | 'clusterName' | 'namespace' | 'associationArn'>,
  input: PageInput,
  deadline: number,
): Promise<QueryResult<TrailConnection>> {
  const { accountId, region, clusterName, namespace, associationArn } = association;
  const validated = await validateTrailQuery(reader.cursors, input, { kind: 'association', associationArn });
  if (validated.kind === 'invalid') return validated;
  const scope = { kind: 'namespace', accountId, region, clusterName, namespace } as const;
  return read(pagesOf(trail, deadline), reader, validated, scope);
}

/**
 * Reads an entry for a principal who may read any of the scopes that contain it. Null otherwise,
 * and if there is none.
 */
export async function readAuditEntry(
  { ledger }: { readonly ledger: Ledger },
  { authorizeRead, once }: Pick<RequestContext, 'authorizeRead' | 'once'>,
  id: string,
): Promise<AuditEntry | null> {
  const key = parseAuditEntryId(id);
  const entry = key && (await once(`entry ${id}`, () => ledger.getEntry(key)));
  const [readable = null] = entry ? readableEntries(authorizeRead, [entry]) : [];
  return readable;
}

/** Reads pages of the trail, each before `deadline`. */
function pagesOf({ ledger, clock }: TimedTrail, deadline: number): TrailReader['readTrail'] {
  return (page) => withDeadline(deadline - clock(), ledger.readTrail(page), ledgerTimeout);
}

async function read(
  readPage: TrailReader['readTrail'],
  { authorizeRead, trailReads, cursors }: Reader,
  { query, name }: ValidTrailQuery,
  scope: TrailScope | null,
): Promise<QueryResult<TrailConnection>> {
  const violations = (entries: readonly AuditEntry[]) => entriesViolations(authorizeRead, query.partition, entries);
  // Without permission as for an empty partition, the newest entry shows whose it is before a page
  // is read.
  const mustProbe = scope === null && violations([]).length > 0;
  const newest = mustProbe
    ? await readPage({ ...newestEntry, partition: query.partition }).catch(unsupportedPage)
    : null;
  const probed = newest === null ? null : entriesOf(newest);
  const denied = scope !== null ? scopeViolations(authorizeRead, scope) : probed === null ? [] : violations(probed);
  if (denied.length > 0) return { kind: 'denied', violations: denied };

  const asAnswered = filtersAsAnswered(authorizeRead, query);
  const page = await readPage({ ...query, asAnswered }).catch(unsupportedPage);
  // The principal of an unsupported entry is not known, so its partition must be readable as if it
  // were empty.
  const isEmpty = entriesOf(page)?.length === 0;
  const hidden = scope === null && !(isEmpty && probed !== null) ? violations(entriesOf(page) ?? []) : [];
  if (hidden.length > 0) return { kind: 'denied', violations: hidden };
  const known = page instanceof UnsupportedFormatOnPage ? page : upToUnknown(page);
  if (known instanceof UnsupportedFormatOnPage) {
    return { kind: 'unsupported-format', endCursor: await cursors.seal(name, known.position), error: known };
  }
  const { entries, next } = known;
  if (!trailReads.note(query.partition, entries)) return { kind: 'invalid', findings: [noRoom] };
  const rows = entries.map((entry) => ({ position: entry.entryId, node: shownEntry(authorizeRead, entry) }));
  const omitted = omittedEvents(query.partition, query.events);
  return { kind: 'ok', value: { ...(await cursors.connection(name, rows, next)), omittedEvents: omitted } };
}

const noRoom: Finding = {
  path: 'scope',
  rule: 'reads-of-request',
  message: 'The request reads more parts of the audit trail than the record of its reads can name.',
  advice: 'Read fewer scopes, or the trails of fewer associations, in one request.',
};

/** The page's entries; null if it begins with one of an unsupported format. */
function entriesOf(page: TrailPage | UnsupportedFormatOnPage): readonly AuditEntry[] | null {
  return page instanceof UnsupportedFormatOnPage ? null : page.entries;
}

function unsupportedPage(error: unknown): UnsupportedFormatOnPage {
  if (error instanceof UnsupportedFormatOnPage) return error;
  throw error;
}

const newestEntry = { ...noFilters, limit: 1, before: null, isProbe: true } as const;
