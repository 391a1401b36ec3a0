import type { CedarHost } from '../cedar/cedar.ts';
import { locatePolicies } from './compile.ts';
import type { PolicySources } from './compile.ts';
import type { LocatedPolicy } from '../cedar/locations.ts';

/** A policy as its author wrote it. */
export interface PolicyText extends Pick<LocatedPolicy, 'file' | 'text'> {
  /** Its `@id`. */
  readonly policyId: string;
  readonly effect: 'PERMIT' | 'FORBID';
  /** Those besides `@id`. */
  readonly annotations: readonly { readonly name: string; readonly value: string }[];
}

/** The policies of a version, or of the package. */
export interface PolicyTextSet {
  /** SHA-256 (hex) of the policies and their schema. */
  readonly policySetHash: string;
  /**
   * Number of the version; null: the policies of the package. So are the other fields of a version.
   */
  readonly version: number | null;
  /** RFC 3339, UTC. */
  readonly publishedAt: string | null;
  readonly publishedBy: string | null;
  readonly reason: string | null;
  /** By file, in the order of each file. */
  readonly policies: readonly PolicyText[];
}

/** What policies in force are compared with. */
type PolicyBaseline = 'PREVIOUS_VERSION' | 'PACKAGE';

/** The texts of policies, parsed when they are asked for: no decision needs them. */
export interface PolicyTexts {
  /** Those in force. */
  readonly inForce: () => PolicyTextSet;
  /**
   * Those that they are compared with; null if there are none, or if they can't be read any more.
   * Throws `LedgerUnavailable`.
   */
  readonly baseline: (baseline: PolicyBaseline) => Promise<PolicyTextSet | null>;
}

/** The policies of valid files. Throws an Error if they are not valid. */
export function policyTextsOf(policies: PolicySources['policies'], host?: CedarHost): readonly PolicyText[] {
  const located = [...locatePolicies(policies, host)].map(([policyId, { file, text, json }]) => ({
    policyId,
    effect: json.effect === 'permit' ? ('PERMIT' as const) : ('FORBID' as const),
    // Cedar's type does not say that an annotation without a value is null.
    annotations: Object.entries<string | null>(json.annotations ?? {})
      .filter(([name]) => name !== 'id')
      .map(([name, value]) => ({ name, value: value ?? '' })),
    file,
    text,
  }));
  return located.sort((one, other) => (one.file === other.file ? 0 : one.file < other.file ? -1 : 1));
}

/**
 * Whether a policy's author shows its text to everyone who may send requests: by
 * `@readers("everyone")`.
 */
export function isForEveryone({ annotations }: Pick<PolicyText, 'annotations'>): boolean {
  return annotations.some(({ name, value }) => name === 'readers' && value === 'everyone');
}
