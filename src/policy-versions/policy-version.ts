/**
 * A published version of policies and inventory: an entry of a list. The one with the highest
 * number is in force.
 */
export interface PolicyVersion {
  /**
   * From 0, without gaps. Version 0 has the policies that the package had when the first version
   * was published.
   */
  readonly number: number;
  /** Hash of its content, see `PackedPolicies`. */
  readonly versionHash: string;
  /** SHA-256 (hex) of the policies and their schema, as decisions record it. */
  readonly policySetHash: string;
  /** SHA-256 (hex) of the inventory, as decisions record it. */
  readonly inventoryHash: string;
  /** RFC 3339, UTC. */
  readonly publishedAt: string;
  /**
   * ARN of the credentials, or the user of the operating system where the store is on this machine.
   */
  readonly publishedBy: string;
  readonly reason: string | null;
  /**
   * The number of the version whose policies are in force again; null if policies were published.
   */
  readonly rollbackTo: number | null;
}

/** A policy version as it is listed. */
export interface ListedVersion {
  readonly number: number;
  /** Null: this version of the gateway can't read it. */
  readonly version: PolicyVersion | null;
}
