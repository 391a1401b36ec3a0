/**
 * How far the checkpoints of the audit trail are. A number only grows, so each pair of sizes is
 * stored at most once, and a compare-and-set on both is fenced.
 */
export interface CheckpointHead {
  /** Number of leaves of the tree. */
  readonly size: number;
  /** Root of the tree: SHA-256 in base64. */
  readonly root: string;
  /**
   * The size whose tiles and signed checkpoint are published; smaller than `size` until a run has
   * done so.
   */
  readonly publishedSize: number;
  /**
   * The time up to which entries were compared with the log once more, a day later, in milliseconds
   * since the epoch. Absent until a gateway did that. Not fenced: an earlier time makes a later run
   * repeat what it compares.
   */
  readonly examinedTo?: number;
}

/** An entry of the audit trail as it is stored. */
export interface StoredEntry {
  readonly operationId: string;
  readonly entryId: string;
  /** The entry as JSON, without personal data that are stored beside it. */
  readonly text: string;
  /** The personal data as JSON; null: none are stored beside the text. */
  readonly personal: string | null;
  /**
   * Names of the other stored attributes that are not those that follow from the text, such as the
   * keys of indexes; of personal data, those that the text does not commit to.
   */
  differing(): readonly string[];
}

/**
 * What checkpoints read and write in the store of the ledger. Methods throw as those of the ledger
 * do.
 */
export interface CheckpointStore {
  /** Null: nothing was ever committed. Strongly consistent. */
  getCheckpointHead(): Promise<CheckpointHead | null>;

  /**
   * Replaces the head if the stored one has the sizes of `expected` (null: none is stored). False
   * if not: nothing was written.
   */
  putCheckpointHead(expected: CheckpointHead | null, next: CheckpointHead): Promise<boolean>;

  /**
   * The entries whose ids have a time from `since` to `until`, both inclusive, in milliseconds
   * since the epoch; oldest first, those with the same entry id in any order. Eventually
   * consistent. Also those of other format versions: only their text is read.
   */
  storedEntries(since: number, until: number): AsyncIterable<StoredEntry>;
}

/**
 * Key of the item with the head, in the table of the idempotency records. No key of a record is
 * equal: those are hashes.
 */
export const checkpointKey = 'checkpoint';
