import { createHash } from 'node:crypto';
import { brotliCompressSync, constants } from 'node:zlib';
import { stringify } from 'safe-stable-stringify';
import { loadPolicy } from '../../src/policy/load.ts';
import type { LoadedPolicy } from '../../src/policy/load.ts';
import { createLive } from '../../src/policy-versions/live.ts';
import type { ListedRelease, Release } from '../../src/policy-versions/policy-version.ts';
import { loadRelease } from '../../src/policy-versions/verify.ts';
import type { PackedVersion, PolicyVersion } from '../../src/policy-versions/packed-policies.ts';
import { releaseOf } from './policy-releases.ts';
import { alice, bob, context, create, shipped } from './policy-sample.ts';

const packaged = loadPolicy(shipped);
const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };

/** As `packVersion`, but faster, and whatever its size. */
function pack(version: PolicyVersion): PackedVersion {
  const json = stringify(version);
  const content = brotliCompressSync(json, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  return { hash: createHash('sha256').update(json).digest('hex'), content };
}

/** A process that follows a list of releases in memory, the oldest first. Its clock moves by a minute with each request. */
export function followReleases(versions: readonly PolicyVersion[]) {
  const list: ListedRelease[] = [];
  const stored = new Map<string, PackedVersion>();
  const refused: unknown[] = [];
  let now = 0;
  const add = (version: PolicyVersion, isStored = true) => {
    const packed = pack(version);
    if (isStored) stored.set(packed.hash, packed);
    list.unshift({ number: list.length, release: releaseOf(list.length, version, { versionHash: packed.hash }) });
  };
  versions.forEach((version) => add(version));
  const current = createLive({
    store: {
      releases: (limit) => Promise.resolve(list.slice(0, limit)),
      getVersion: (hash) => Promise.resolve(stored.get(hash) ?? null),
    },
    packaged,
    load: loadRelease,
    compose: (policy: LoadedPolicy, release: Release | null) => ({ policy, release }),
    settings: { refreshMs: 20_000, maxAgeMs: 600_000 },
    clock: () => now,
    log: (level, _, fields) => {
      if (level === 'error') refused.push(fields.reason);
    },
  });
  /** What is in force, and what it says of a create by an owner and by another principal, also before the association is known. */
  const decides = async () => {
    now += 60_000;
    const { policy, release } = await current();
    const [owner, other] = [alice, bob].map((who) => policy.authorize(context(who), create()));
    const early = policy.preauthorize(context(bob), 'DeletePodIdentityAssociation', cluster);
    return {
      release: release?.number ?? null,
      owner: owner?.failed === false && owner.allowed,
      other: other?.failed !== false || other.allowed,
      early: early === null,
    };
  };
  return { add, decides, refused };
}
