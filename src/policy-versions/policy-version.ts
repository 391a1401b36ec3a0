/** An entry of the list of releases. The one with the highest number is live. */
export interface Release {
  /** From 0, without gaps. Release 0 has the policies that the package had when the first release was published. */
  readonly number: number;
  /** Hash of the version that it puts in force, see `PackedVersion`. */
  readonly versionHash: string;
  /** SHA-256 (hex) of the policies and their schema, as decisions record it. */
  readonly policySetHash: string;
  /** SHA-256 (hex) of the inventory, as decisions record it. */
  readonly inventoryHash: string;
  /** RFC 3339, UTC. */
  readonly publishedAt: string;
  /** ARN of the credentials, or the user of the operating system where the store is on this machine. */
  readonly publishedBy: string;
  readonly reason: string | null;
  /** The number of the release whose version is in force again; null if policies were published. */
  readonly rollbackTo: number | null;
}

/** A release as it is listed. */
export interface ListedRelease {
  readonly number: number;
  /** Null: this version of the gateway can't read it. */
  readonly release: Release | null;
}
