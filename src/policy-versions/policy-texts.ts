import { policySourceProblems } from '../policy/cedar/bounds.ts';
import { makeCedarHost } from '../policy/cedar/cedar.ts';
import type { LoadedPolicy } from '../policy/load.ts';
import { policyTextsOf } from '../policy/policies/policy-texts.ts';
import type { PolicyText, PolicyTexts, PolicyTextSet } from '../policy/policies/policy-texts.ts';
import type { PackedPolicies } from './packed-policies.ts';
import { unpackPolicies } from './packed-policies.ts';
import type { PolicyVersion } from './policy-version.ts';
import type { PolicyStore } from './store.ts';

/** Which policies are in force, and where others are. */
export interface PolicyTextSource {
  readonly policy: Pick<LoadedPolicy, 'texts' | 'policySetHash'>;
  /** The version that is in force; null: the policies of the package. */
  readonly version: PolicyVersion | null;
  /** The policies of the package. */
  readonly packaged: Pick<LoadedPolicy, 'texts' | 'policySetHash'>;
  /** Null where no versions are used. */
  readonly store: Pick<PolicyStore, 'getVersion' | 'getPolicies'> | null;
}

/**
 * Creates the reads of policy texts. What they read is kept: at most three sets of 300 KB for each
 * version in force.
 */
export function makePolicyTexts({ policy, version, packaged, store }: PolicyTextSource): PolicyTexts {
  let inForce: PolicyTextSet | null = null;
  let previous: PolicyTextSet | null = null;
  let ofPackage: PolicyTextSet | null = null;
  const readPrevious = async (): Promise<PolicyTextSet | null> => {
    if (version === null || version.number === 0 || store === null) return null;
    const before = await store.getVersion(version.number - 1);
    const packed = before && (await store.getPolicies(before.versionHash));
    const policies = packed && readableTexts(packed);
    return policies && setOf(policies, before.policySetHash, before);
  };
  return {
    inForce: () => (inForce ??= setOf(policyTextsOf(policy.texts()), policy.policySetHash, version)),
    baseline: async (baseline) => {
      if (baseline === 'PACKAGE')
        return (ofPackage ??= setOf(policyTextsOf(packaged.texts()), packaged.policySetHash, null));
      return (previous ??= await readPrevious());
    },
  };
}

function setOf(policies: readonly PolicyText[], policySetHash: string, version: PolicyVersion | null): PolicyTextSet {
  const { number = null, publishedAt = null, publishedBy = null, reason = null } = version ?? {};
  return { policySetHash, version: number, publishedAt, publishedBy, reason, policies };
}

/**
 * The policies of an earlier version, which need not have been in force; null if this version of
 * the gateway can't read them.
 */
function readableTexts(packed: PackedPolicies): readonly PolicyText[] | null {
  try {
    const { schema, policies } = unpackPolicies(packed);
    if (policySourceProblems(schema, policies).length > 0) return null;
    // An instance of its own, as in `verify.ts`.
    return policyTextsOf(policies, makeCedarHost());
  } catch {
    return null;
  }
}
