import type { ListedVersion, PolicyVersion } from './policy-version.ts';
import type { PackedPolicies } from './packed-policies.ts';

/**
 * Where policy versions and their policies are. All reads are strongly consistent. The methods
 * throw `LedgerUnavailable`.
 */
export interface PolicyStore {
  /** The newest versions, newest first. */
  versions(limit: number): Promise<readonly ListedVersion[]>;
  /**
   * One version; null if there is none of this number, or this version of the gateway can't read
   * it.
   */
  getVersion(number: number): Promise<PolicyVersion | null>;
  /** Packed policies; null if there are none of this hash. Their content is not verified. */
  getPolicies(hash: string): Promise<PackedPolicies | null>;
  /** Stores packed policies, unless they are stored. */
  putPolicies(version: PackedPolicies): Promise<void>;
  /**
   * Adds a version to the list, whose number must be one above the highest. Gives false, and adds
   * nothing, if another one has this number.
   */
  putVersion(version: PolicyVersion): Promise<boolean>;
  close(): void;
}
