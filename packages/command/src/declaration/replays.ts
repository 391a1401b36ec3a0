import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { itemsOf } from '../../../client/src/client/pages.ts';
import type { Association } from '../../../client/src/client/result.ts';
import type { Settings } from '../../../client/src/client/setting-fields.ts';
import { settingsOf } from '../../../client/src/client/setting-fields.ts';
import type { Target } from './declaration.ts';
import { clusterKeyOf } from './declaration.ts';
import type { SeenAssociation } from './observe.ts';
import { readAssociations } from './observe.ts';
import type { Change } from './planner.ts';
import type { Tags } from './tags.ts';
import { groupBy } from './grouped.ts';

/**
 * The settings and tags of an association, and its expiry: null without one, absent where that is
 * not known.
 */
export type ReadState = Settings & { readonly tags?: Tags; readonly expiresAt?: string | null };

/**
 * The association of a replayed success, as it is now; null if it does not exist or may not be
 * viewed.
 */
export type ReadAgain = (
  change: Pick<Change, 'action' | 'target'>,
  recorded: Pick<Association, 'associationId' | 'modifiedAt'>,
) => Promise<ReadState | null>;

type Client = Pick<GatewayClient, 'podIdentityAssociation' | 'podIdentityAssociations' | 'associations'>;

/**
 * As long as what the gateway saw last is taken for what is there, if EKS still lists the
 * association.
 */
const maxAgeMs = 3_600_000;
/** The associations that EKS lists by one call. */
const pageSize = 100;

/** A namespace, as it was read in this run. */
interface Namespace {
  /** The ids that EKS lists. */
  readonly listed: ReadonlySet<string>;
  /** What the gateway saw last, by id. */
  readonly seen: ReadonlyMap<string, SeenAssociation>;
}

/**
 * Makes the function that reads again what changes of earlier runs left. A namespace is listed
 * once, at its first replay, if that takes fewer calls to EKS than to describe each of its changes.
 * An association that the list does not show, or which the gateway saw in another version or not
 * recently, is described.
 *
 * @param clock milliseconds since the epoch
 */
export function makeReadAgain(
  client: Client,
  changes: readonly Pick<Change, 'target'>[],
  options: CallOptions,
  clock: () => number,
): ReadAgain {
  const counts = groupBy(changes, ({ target }) => namespaceKeyOf(target));
  const namespaces = new Map<string, Promise<Namespace | null>>();
  const namespaceOf = (target: Target): Promise<Namespace | null> => {
    const key = namespaceKeyOf(target);
    // Who may not list describes, which also says what is wrong otherwise.
    const read =
      namespaces.get(key) ?? readNamespace(client, target, counts.get(key)?.length ?? 0, options).catch(() => null);
    namespaces.set(key, read);
    return read;
  };
  return async ({ action, target }, { associationId, modifiedAt }) => {
    const namespace = await namespaceOf(target);
    const isListed = namespace?.listed.has(associationId) === true;
    // Ids are never used again. A list can lag behind a create, so that the others are described.
    if (namespace !== null && !isListed && action === 'delete') return null;
    const seen = isListed && action !== 'delete' ? namespace.seen.get(associationId) : undefined;
    const isRecent = seen !== undefined && clock() - Date.parse(seen.observedAt) < maxAgeMs;
    if (isRecent && seen.modifiedAt === modifiedAt) return seen;
    const { accountId, region, clusterName } = target;
    const found = await client.podIdentityAssociation({ accountId, region, clusterName, associationId }, options);
    return (
      found && { ...settingsOf(found), tags: Object.fromEntries(found.tags.map(({ key, value }) => [key, value])) }
    );
  };
}

function namespaceKeyOf(target: Target): string {
  return `${clusterKeyOf(target)}/${target.namespace}`;
}

/** Null if its changes are described with no more calls. */
async function readNamespace(
  client: Client,
  { accountId, region, clusterName, namespace }: Target,
  changes: number,
  options: CallOptions,
): Promise<Namespace | null> {
  const place = { accountId, region, clusterName, namespace };
  const { associations } = await readAssociations(client, place, options);
  if (Math.max(1, associations.length / pageSize) >= changes) return null;
  const listed = new Set<string>();
  const list = itemsOf(client.podIdentityAssociations, { ...place, first: 10 * pageSize }, options);
  for await (const { associationId } of list) listed.add(associationId);
  return { listed, seen: new Map(associations.map((one) => [one.associationId, one])) };
}
