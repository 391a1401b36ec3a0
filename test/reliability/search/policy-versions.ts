import type { LoadedPolicy } from '../../../src/policy/load.ts';
import { makeLive } from '../../../src/policy-versions/live.ts';
import type { ListedVersion } from '../../../src/policy-versions/policy-version.ts';

/** Short, so that a scenario sees a switch soon. Milliseconds. */
const settings = { refreshMs: 1_000, maxAgeMs: 300_000 };

/** The package permits changes; each version permits or denies all of them. */
const permits = 'permits';

/** Live policies whose versions permit or deny all changes. `clock` is the gateway's. */
export function makePolicyVersions(clock: () => number) {
  const versions: ListedVersion[] = [];
  const current = makeLive<boolean>({
    ...{ settings, clock, log: () => undefined },
    store: {
      versions: async (limit) => versions.toReversed().slice(0, limit),
      getPolicies: async (hash) => ({ hash, content: new Uint8Array() }),
    },
    packaged: policyOf(permits),
    load: ({ policySetHash }) => policyOf(policySetHash),
    compose: ({ policySetHash }) => policySetHash.startsWith(permits),
  });
  return {
    /** Whether the policies in force permit changes. Rejects with `PoliciesUnavailable`. */
    current,
    publish(allows: boolean): void {
      const number = versions.length + 1;
      const hash = `${allows ? permits : 'denies'} ${number}`;
      const version = { number, versionHash: hash, policySetHash: hash, inventoryHash: hash, rollbackTo: null };
      const publishedAt = new Date(clock()).toISOString();
      versions.push({ number, version: { ...version, publishedAt, publishedBy: 'pat', reason: null } });
    },
  };
}

/** The part of a policy that live policies read. */
function policyOf(hash: string): LoadedPolicy {
  return { policySetHash: hash, inventory: { hash } } as LoadedPolicy;
}
