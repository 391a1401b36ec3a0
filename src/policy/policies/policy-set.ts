import type { PolicyJson, SchemaJson } from '../cedar/cedar.ts';

/**
 * A validated policy set in Cedar's JSON formats. It can be compiled at build time and stored in a
 * file.
 */
export interface PolicySet {
  readonly schema: SchemaJson<string>;
  /** By `@id`. */
  readonly policies: Readonly<Record<string, PolicyJson>>;
  /** See policySetHash. */
  readonly hash: string;
  /**
   * What follows from all policies, so that no start reads each of them for it. Those of a part of
   * the policies are among these.
   */
  readonly uses: {
    /** See groupsNamed. */
    readonly groups: readonly string[];
    /** The ids of the policies that use role attributes. */
    readonly roleAttributes: readonly string[];
  };
}
