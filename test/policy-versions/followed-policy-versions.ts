import { createHash } from 'node:crypto';
import { brotliCompressSync, constants } from 'node:zlib';
import { stringify } from 'safe-stable-stringify';
import { loadPolicy } from '../../src/policy/load.ts';
import type { LoadedPolicy } from '../../src/policy/load.ts';
import { makeLive } from '../../src/policy-versions/live.ts';
import type { ListedVersion, PolicyVersion } from '../../src/policy-versions/policy-version.ts';
import { loadVersion } from '../../src/policy-versions/verify.ts';
import type { PackedPolicies, PolicyFiles } from '../../src/policy-versions/packed-policies.ts';
import { versionOf } from '../support/policy-versions.ts';
import { alice, bob, context, create, shipped } from '../support/policy-sample.ts';

const packaged = loadPolicy(shipped);
const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };

/** As `packPolicies`, but faster, and whatever its size. */
function pack(files: PolicyFiles): PackedPolicies {
  const json = stringify(files);
  const content = brotliCompressSync(json, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  return { hash: createHash('sha256').update(json).digest('hex'), content };
}

/** A process that follows a list of versions in memory, the oldest first. Its clock moves by a minute with each request. */
export function followVersions(versions: readonly PolicyFiles[]) {
  const list: ListedVersion[] = [];
  const stored = new Map<string, PackedPolicies>();
  const refused: unknown[] = [];
  let now = 0;
  const add = (files: PolicyFiles, isStored = true) => {
    const packed = pack(files);
    if (isStored) stored.set(packed.hash, packed);
    list.unshift({ number: list.length, version: versionOf(list.length, files, { versionHash: packed.hash }) });
  };
  versions.forEach((files) => add(files));
  const current = makeLive({
    store: {
      versions: (limit) => Promise.resolve(list.slice(0, limit)),
      getPolicies: (hash) => Promise.resolve(stored.get(hash) ?? null),
    },
    packaged,
    load: loadVersion,
    compose: (policy: LoadedPolicy, version: PolicyVersion | null) => ({ policy, version }),
    settings: { refreshMs: 20_000, maxAgeMs: 600_000 },
    clock: () => now,
    log: (level, _, fields) => {
      if (level === 'error') refused.push(fields.reason);
    },
  });
  /** What is in force, and what it says of a create by an owner and by another principal, also before the association is known. */
  const decides = async () => {
    now += 60_000;
    const { policy, version } = await current();
    const [owner, other] = [alice, bob].map((who) => policy.authorize(context(who), create()));
    const early = policy.preauthorize(context(bob), 'DeletePodIdentityAssociation', cluster);
    return {
      version: version?.number ?? null,
      owner: owner?.failed === false && owner.allowed,
      other: other?.failed !== false || other.allowed,
      early: early === null,
    };
  };
  return { add, decides, refused };
}
