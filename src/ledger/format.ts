import { LedgerUnavailable } from './ledger.ts';

/**
 * Version of the stored form of records and entries, their field `v`.
 * docs/decisions/0004-stored-formats-and-indexes.md says what may change within a version, and how
 * a new one is introduced.
 */
export const formatVersion = 1;

/**
 * A stored item has a version that this gateway can't read: usually, a newer one wrote it. Nothing
 * was written.
 */
export class UnsupportedFormat extends Error {
  readonly code = 'LEDGER_FORMAT_UNSUPPORTED';
  /** Names the item. */
  readonly item: string;
  /** The version of the item; undefined if it has none. */
  readonly found: unknown;
  readonly supported = formatVersion;

  readonly problem: string;

  constructor(
    item: string,
    found: unknown,
    problem = `has format version ${String(found)}; this version of the gateway reads version ${formatVersion}`,
  ) {
    super(`The ${item} ${problem}. Deploy the version of the gateway that wrote it, or a later one.`);
    this.problem = problem;
    this.name = 'UnsupportedFormat';
    this.item = item;
    this.found = found;
  }
}

/** A page of the trail would begin with an entry that this gateway can't read. */
export class UnsupportedFormatOnPage extends UnsupportedFormat {
  /** The position after which the entries that follow can be read. */
  readonly position: string;

  constructor({ item, found, problem }: UnsupportedFormat, position: string) {
    super(item, found, problem);
    this.position = position;
  }
}

/**
 * Throws `UnsupportedFormat` unless this version of the gateway can read an item.
 *
 * @param item names the item in the error
 * @param v its version, as it is stored
 */
export function requireSupported(item: string, v: unknown): void {
  if (v !== formatVersion) throw new UnsupportedFormat(item, v);
}

/**
 * The store rejects what this version of the gateway reads or writes, and will until operators act:
 * usually, another version created its tables. The rejected write was not applied.
 */
export class LedgerUnusable extends LedgerUnavailable {
  override readonly code = 'LEDGER_UNUSABLE';
  constructor(cause: unknown) {
    super(cause);
    this.message = "The ledger can't be used.";
    this.name = 'LedgerUnusable';
  }
}
