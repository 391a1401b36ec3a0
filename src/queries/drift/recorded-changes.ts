import type { Times } from '../../idempotency/times.ts';
import type { Ledger, TrailPage } from '../../ledger/ledger.ts';
import { noFilters } from '../../ledger/ledger.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { changesExpiryOnly, hasTrait } from '../../model/operation.ts';
import type { Clock } from '../../runtime/clock.ts';

/** An entry that keeps its request. */
export type RecordedEffect = AuditEntry & { readonly request: NonNullable<AuditEntry['request']> };

/** What the trail has of the latest changes of one association. */
export interface RecordedChanges {
  /** The newest entry; null without one. */
  readonly last: AuditEntry | null;
  /** The latest changes that EKS made, and adoptions, newest first. Empty: there are none. */
  readonly effects: readonly RecordedEffect[];
  /** Changes of tags after them whose outcome could not be determined. */
  readonly undetermined: readonly RecordedEffect[];
  /**
   * False if the trail has more entries than were examined, and these have no effect but of changes
   * of tags, which say nothing of settings.
   */
  readonly isComplete: boolean;
}

/** What the trail is read with. */
export interface ChangesReader {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly times: Times;
  /** When reading must end. Milliseconds since the epoch. */
  readonly deadline: number;
}

/** The newest effect of most associations is among so many entries, so that one page has it. */
const firstPageSize = 50;

/** Size of every further page: as many as the ledger examines for one. */
const pageSize = 1_000;

/**
 * Pages per association: about 9,000 entries of changes. A principal that may change an association
 * can make its history longer; what is behind this limit is reported as not examined.
 */
const maxPages = 10;

/**
 * Reads the trail of an association, newest entries first, until a page has an effect other than of
 * tags. Throws `LedgerUnavailable`.
 */
export async function readChanges(
  { ledger, clock, deadline }: ChangesReader,
  associationArn: string,
): Promise<RecordedChanges> {
  const partition = { kind: 'association', associationArn } as const;
  let last: AuditEntry | null = null;
  let before: string | null = null;
  const effects: RecordedEffect[] = [];
  const undetermined: RecordedEffect[] = [];
  for (let pages = 0; pages < maxPages && (pages === 0 || clock() < deadline); pages += 1) {
    const limit = pages === 0 ? firstPageSize : pageSize;
    const page: TrailPage = await ledger.readTrail({ ...noFilters, partition, limit, before });
    last ??= page.entries[0] ?? null;
    const found = page.entries.filter(isEffect);
    effects.push(...found);
    undetermined.push(...page.entries.filter(isUndeterminedChangeOfTags));
    const isComplete = page.next === null || found.some((entry) => !hasTrait('changesTags', entry));
    if (isComplete) return { last, effects, undetermined, isComplete };
    before = page.next;
  }
  return { last, effects, undetermined, isComplete: false };
}

function isUndeterminedChangeOfTags(entry: AuditEntry): entry is RecordedEffect {
  return entry.request !== null && entry.refusalCode === 'OUTCOME_UNDETERMINED' && hasTrait('changesTags', entry);
}

/** Whether an entry is of a change that EKS made, or of an adoption. */
function isEffect(entry: AuditEntry): entry is RecordedEffect {
  const { event, request } = entry;
  if (request === null || (event !== 'SUCCEEDED' && event !== 'LATE_SUCCESS')) return false;
  return !hasTrait('updates', entry) || !entry.request || !changesExpiryOnly(entry.request);
}
