import type { ListedRelease, Release } from './policy-version.ts';
import type { PackedVersion } from './packed-policies.ts';

/** Where versions and releases are. All reads are strongly consistent. The methods throw `LedgerUnavailable`. */
export interface PolicyStore {
  /** The newest releases, newest first. */
  releases(limit: number): Promise<readonly ListedRelease[]>;
  /** One release; null if there is none of this number, or this version of the gateway can't read it. */
  getRelease(number: number): Promise<Release | null>;
  /** A version; null if there is none. Its content is not verified. */
  getVersion(hash: string): Promise<PackedVersion | null>;
  /** Stores a version, unless it is stored. */
  putVersion(version: PackedVersion): Promise<void>;
  /**
   * Adds a release to the list, whose number must be one above the highest. Gives false, and adds nothing, if another one has
   * this number.
   */
  putRelease(release: Release): Promise<boolean>;
  close(): void;
}
