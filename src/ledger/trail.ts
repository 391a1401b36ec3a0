import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import type { AuditEvent } from '../model/audit-event.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { AuditedOperation } from '../model/operation.ts';
import type { RefusalCode } from '../model/outcome.ts';

/**
 * A part of the trail that can be read on its own. Each kind has an index; `all` is the whole
 * trail.
 *
 * `cluster`, `serviceAccount` and `association` contain changes: the entries that the lease holders
 * of an operation wrote. So does `namespace`, and also denied requests if the filter `events` names
 * `DENIED`. All entries are in `principal`, `operation` and `all`.
 */
export type AuditPartition =
  | ({ readonly kind: 'cluster' } & ClusterRef)
  | ({ readonly kind: 'namespace' } & Omit<AssociationTarget, 'serviceAccount'>)
  | ({ readonly kind: 'serviceAccount' } & AssociationTarget)
  | { readonly kind: 'principal'; readonly principalId: string }
  | { readonly kind: 'association'; readonly associationArn: string }
  | { readonly kind: 'operation'; readonly operationId: string }
  | { readonly kind: 'all' };

/**
 * What entries of a page are compared with besides their time. A page is read by a
 * table over these names, so that a filter which it would ignore does not compile.
 */
export interface TrailFilters {
  /** Return only entries with these events; null: all events. */
  readonly events: readonly AuditEvent[] | null;
  /** Return only entries with these operations; null: all operations. */
  readonly operations: readonly AuditedOperation[] | null;
  /** Return only entries with these refusal codes; null: all entries. */
  readonly refusalCodes: readonly RefusalCode[] | null;
  /**
   * Return only entries with this role: requested, as role or target role, or that of an
   * association before a permitted change. Null: all entries.
   */
  readonly roleArn: string | null;
  /** Return only entries whose decision names this policy. Null: all entries. */
  readonly policyId: string | null;
}

/** Which page of the trail to read. */
export interface TrailQuery extends TrailFilters {
  readonly partition: AuditPartition;
  /** Start of the time range: milliseconds since the epoch, inclusive; null: unbounded. */
  readonly since: number | null;
  /** End of the time range: milliseconds since the epoch, exclusive; null: unbounded. */
  readonly until: number | null;
  /**
   * Whether `events` is compared with entries as their principal was answered (`asAnswered` in
   * `hidden-entry.ts`): so that which entries match does not disclose what they hide. Of the
   * partitions `principal` and `operation`; the others contain no answers to their readers.
   */
  readonly asAnswered?: boolean;
  /** Maximum number of entries of the page, at least 1. */
  readonly limit: number;
  /**
   * Whether to examine no entry beyond `limit`, so that `next` of a full page may lead to an empty
   * one.
   */
  readonly isProbe?: boolean;
  /**
   * Return only entries older than this position: the `entryId` of the last entry read, or `next`
   * of the previous page. A position of another partition is valid too. Null: start with the newest
   * entry.
   */
  readonly before: string | null;
}

/** A page of the trail. */
export interface TrailPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** `before` of the next page; null if there are no older entries. */
  readonly next: string | null;
}

/** Which entries of an operation to read. */
export interface OperationPage {
  readonly limit: number;
  /**
   * Return only entries after this `entryId`: that of the last entry read. Null: start with the
   * oldest.
   */
  readonly after: string | null;
}

// The methods of these ports throw as those of the ledger do.

/** How entries that change nothing else are added. */
export interface EntryAppender {
  /**
   * Adds one entry. Adding an equal entry again has no effect; a different one with the same key
   * throws.
   */
  appendEntry(entry: AuditEntry): Promise<void>;
}

/** How the entries of one operation are read. */
export interface OperationReader {
  /**
   * Entries of an operation, oldest first, by default its first 100; fewer than `limit` if no more
   * follow. Strongly consistent.
   */
  operationEntries(operationId: string, page?: Partial<OperationPage>): Promise<AuditEntry[]>;
}

/** How the trail is read. */
export interface TrailReader {
  /**
   * A page of the trail. Its cost does not depend on the length of the trail: it examines at most
   * 1,000 entries, and of those that pass the filters at most `limit` + 1, plus as many as the
   * filters excluded before; for the whole trail in DynamoDB, some more in each shard. A page can
   * therefore have fewer than `limit` entries, or none, although `next` is set; the page after it
   * can be the last one, and empty. After a full page with `next` set, at least one entry follows.
   * A page ends before an entry of another format version; one that would begin with it throws
   * `UnsupportedFormatOnPage`.
   *
   * Eventually consistent: the newest entries can be missing, also in the middle of a page. Throws
   * an Error if `limit` is not a positive integer or `before` is not a position
   * (`isTrailPosition`).
   */
  readTrail(query: TrailQuery): Promise<TrailPage>;
}
