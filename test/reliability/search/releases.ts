import type { LoadedPolicy } from '../../../src/policy/load.ts';
import { createLive } from '../../../src/policy-versions/live.ts';
import type { ListedRelease } from '../../../src/policy-versions/policy-version.ts';

/** Short, so that a scenario sees a switch soon. Milliseconds. */
const settings = { refreshMs: 1_000, maxAgeMs: 300_000 };

/** The package permits changes; each release permits or denies all of them. */
const permits = 'permits';

/** Live policies whose releases permit or deny all changes. `clock` is the gateway's. */
export function createReleases(clock: () => number) {
  const releases: ListedRelease[] = [];
  const current = createLive<boolean>({
    ...{ settings, clock, log: () => undefined },
    store: {
      releases: async (limit) => releases.toReversed().slice(0, limit),
      getVersion: async (hash) => ({ hash, content: new Uint8Array() }),
    },
    packaged: policyOf(permits),
    load: ({ policySetHash }) => policyOf(policySetHash),
    compose: ({ policySetHash }) => policySetHash.startsWith(permits),
  });
  return {
    /** Whether the policies in force permit changes. Rejects with `PoliciesUnavailable`. */
    current,
    publish(allows: boolean): void {
      const number = releases.length + 1;
      const hash = `${allows ? permits : 'denies'} ${number}`;
      const release = { number, versionHash: hash, policySetHash: hash, inventoryHash: hash, rollbackTo: null };
      const publishedAt = new Date(clock()).toISOString();
      releases.push({ number, release: { ...release, publishedAt, publishedBy: 'pat', reason: null } });
    },
  };
}

/** The part of a policy that live policies read. */
function policyOf(hash: string): LoadedPolicy {
  return { policySetHash: hash, inventory: { hash } } as LoadedPolicy;
}
