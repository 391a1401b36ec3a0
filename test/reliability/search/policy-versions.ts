import type { LoadedPolicy } from '../../../src/policy/load.ts';
import { makeLive } from '../../../src/policy-versions/live.ts';
import type { ListedVersion } from '../../../src/policy-versions/policy-version.ts';
import type { Approver, Judgement } from './asked-needs.ts';

/** Short, so that a scenario sees a switch soon. Milliseconds. */
const settings = { refreshMs: 1_000, maxAgeMs: 300_000 };

/** The package permits changes, and asks nobody. */
const packaged: Judgement = { allows: true, asking: 'nothing' };

/** Live policies whose versions permit or deny all changes, or permit them once they are approved. `clock` is the gateway's. */
export function makePolicyVersions(clock: () => number) {
  const versions: ListedVersion[] = [];
  const judgements = new Map<string, Judgement>();
  let last = packaged;
  const current = makeLive<Judgement>({
    ...{ settings, clock, log: () => undefined },
    store: {
      versions: async (limit) => versions.toReversed().slice(0, limit),
      getPolicies: async (hash) => ({ hash, content: new Uint8Array() }),
    },
    packaged: policyOf('package'),
    load: ({ policySetHash }) => policyOf(policySetHash),
    compose: ({ policySetHash }) => judgements.get(policySetHash) ?? packaged,
  });
  return {
    /** What the policies in force say of changes. Rejects with `PoliciesUnavailable`. */
    current,
    /** Publishes a version like the last one, but for who may not vote; null: everybody in the group may. */
    denyVotes(denied: Approver | null): void {
      publish({ ...last, denied });
    },
    /** Who may not vote, by the last version. */
    deniedNow: () => last.denied ?? null,
    publish,
  };
  function publish(judgement: Judgement): void {
    last = judgement;
    const number = versions.length + 1;
    const hash = `version ${number}`;
    judgements.set(hash, judgement);
    const version = { number, versionHash: hash, policySetHash: hash, inventoryHash: hash, rollbackTo: null };
    const publishedAt = new Date(clock()).toISOString();
    versions.push({ number, version: { ...version, publishedAt, publishedBy: 'pat', reason: null } });
  }
}

/** The part of a policy that live policies read. */
function policyOf(hash: string): LoadedPolicy {
  return { policySetHash: hash, inventory: { hash } } as LoadedPolicy;
}
