import { GatewayError } from '../../../client/src/client/errors.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { itemsOf as itemsOfPages } from '../../../client/src/client/pages.ts';
import { mapLimited } from '../declaration/check.ts';
import { fieldsOf, itemsOf, textOf, timeOf } from '../kubernetes/json.ts';
import { serviceAccountKey } from '../kubernetes/objects.ts';

/** The association of a service account. */
export interface Association {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly associationId: string;
  /** Times in milliseconds since 1970; null where the source has none. */
  readonly createdAt: number | null;
  readonly modifiedAt: number | null;
  /** Whether it has a target role, so that credentials last an hour. */
  readonly hasTargetRole: boolean;
}

/** The associations of a cluster. */
export interface Associations {
  /** By `namespace/name` of the service account. */
  readonly known: ReadonlyMap<string, Association>;
  /** Whether one that is not among them does not exist; else the caller may not be allowed to see it. */
  readonly isComplete: boolean;
  /** Namespaces whose associations the caller may not read. */
  readonly unread: readonly string[];
}

/**
 * The associations in the output of `aws eks list-pod-identity-associations`.
 *
 * @throws TypeError for another text, SyntaxError for one that is not JSON
 */
export function readAssociationList(text: string): Associations {
  const list = fieldsOf(JSON.parse(text));
  if (!Array.isArray(list.associations))
    throw new TypeError('It is not the output of aws eks list-pod-identity-associations --output json.');
  if (textOf(list.nextToken) !== null)
    throw new TypeError('It is one page of the list. Make it without --max-items and --no-paginate.');
  const found = itemsOf(list.associations)
    .map(fieldsOf)
    .map((one) => ({
      namespace: textOf(one.namespace) ?? '',
      serviceAccount: textOf(one.serviceAccount) ?? '',
      associationId: textOf(one.associationId) ?? '',
      createdAt: timeOf(one.createdAt),
      modifiedAt: timeOf(one.modifiedAt),
      hasTargetRole: textOf(one.targetRoleArn) !== null,
    }));
  return { known: byServiceAccount(found), isComplete: true, unread: [] };
}

/** A cluster of the gateway. */
export interface Cluster {
  readonly clusterName: string;
  readonly accountId: string | null;
  readonly region: string | null;
}

/** How many reads are under way at once. */
const concurrency = 4;

/**
 * Reads the associations of some namespaces as EKS lists them now: scans are too old for pods that
 * start. One call for each namespace, and one to EKS for each page of associations.
 */
export async function readAssociations(
  client: GatewayClient,
  cluster: Cluster,
  namespaces: readonly string[],
  options: CallOptions,
): Promise<Associations> {
  const unread: string[] = [];
  const lists = await mapLimited(namespaces, concurrency, async (namespace) => {
    const found: Association[] = [];
    try {
      const pages = itemsOfPages(client.podIdentityAssociations, { ...cluster, namespace, first: 1_000 }, options);
      for await (const { serviceAccount, associationId } of pages)
        found.push({ namespace, serviceAccount, associationId, ...untimed });
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'FORBIDDEN') throw error;
      unread.push(namespace);
    }
    return found;
  });
  return { known: byServiceAccount(lists.flat()), isComplete: false, unread: unread.sort() };
}

const untimed = { createdAt: null, modifiedAt: null, hasTargetRole: false };

/** Adds their times to some associations, at one call to EKS for each. */
export async function withTimes(
  client: GatewayClient,
  cluster: Cluster,
  { known, ...others }: Associations,
  needed: readonly Association[],
  options: CallOptions,
): Promise<Associations> {
  const timed = await mapLimited(needed, concurrency, async (one) => {
    const read = await client.podIdentityAssociation({ ...cluster, associationId: one.associationId }, options);
    if (read === null) return one;
    const times = { createdAt: timeOf(read.createdAt), modifiedAt: timeOf(read.modifiedAt) };
    return { ...one, ...times, hasTargetRole: read.targetRoleArn !== null };
  });
  return { ...others, known: new Map([...known, ...byServiceAccount(timed)]) };
}

function byServiceAccount(associations: readonly Association[]): ReadonlyMap<string, Association> {
  return new Map(
    associations.map((one) => [serviceAccountKey({ namespace: one.namespace, name: one.serviceAccount }), one]),
  );
}
