import * as v from 'valibot';
import { GatewayError } from '../../../client/src/client/errors.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { itemsOf } from '../../../client/src/client/pages.ts';
import { mapLimited } from '../declaration/check.ts';
import { accountOf, serviceAccountKey } from '../kubernetes/objects.ts';
import type { Pod } from '../kubernetes/objects.ts';

const time = v.fallback(v.nullable(v.string()), null);
const association = v.object({
  namespace: v.string(),
  serviceAccount: v.string(),
  associationId: v.string(),
  // A list has no times.
  createdAt: time,
  modifiedAt: time,
  targetRoleArn: time,
});

/** The association of a service account; null is what its source does not have. */
export type Association = Readonly<v.InferOutput<typeof association>>;

/** The associations of a cluster. */
export interface Associations {
  /** By `namespace/name` of the service account. */
  readonly known: ReadonlyMap<string, Association>;
  /** Whether one that is not among them does not exist; else the caller may not be allowed to see it. */
  readonly isComplete: boolean;
  /** Namespaces whose associations the caller may not read. */
  readonly unread: readonly string[];
}

const list = v.object(
  {
    associations: v.array(association),
    nextToken: v.nullish(v.literal('', 'It is one page of the list. Make it without --max-items and --no-paginate.')),
  },
  'It is not the output of aws eks list-pod-identity-associations --output json.',
);

/**
 * The associations in the output of `aws eks list-pod-identity-associations`.
 *
 * @throws ValiError for another text, SyntaxError for one that is not JSON
 */
export function readAssociationList(text: string): Associations {
  return { known: byServiceAccount(v.parse(list, JSON.parse(text)).associations), isComplete: true, unread: [] };
}

/** A cluster of the gateway. */
export interface Cluster {
  readonly clusterName: string;
  readonly accountId: string | null;
  readonly region: string | null;
}

/** How many reads are under way at once. */
const concurrency = 4;

/** Reads the associations of a cluster from the gateway. */
export function makeReader(client: GatewayClient, cluster: Cluster, options: CallOptions) {
  return {
    /**
     * The associations of some namespaces as EKS lists them now: scans are too old for pods that
     * start. One call for each namespace, and one to EKS for each page of associations.
     */
    list: async (namespaces: readonly string[]): Promise<Associations> => {
      const unread: string[] = [];
      const lists = await mapLimited(namespaces, concurrency, async (namespace) => {
        const found: Association[] = [];
        try {
          const pages = itemsOf(client.podIdentityAssociations, { ...cluster, namespace, first: 1_000 }, options);
          for await (const one of pages) found.push(v.parse(association, one));
        } catch (error) {
          if (!(error instanceof GatewayError) || error.code !== 'FORBIDDEN') throw error;
          unread.push(namespace);
        }
        return found;
      });
      return { known: byServiceAccount(lists.flat()), isComplete: false, unread: unread.sort() };
    },
    /** Adds their times to those of pods, at one call to EKS for each. */
    withTimes: async (associations: Associations, pods: readonly Pod[]): Promise<Associations> => {
      const used = [...new Set(pods.map(accountOf))].flatMap((key) => associations.known.get(key) ?? []);
      const timed = await mapLimited(
        used.filter(({ createdAt }) => createdAt === null),
        concurrency,
        async (one) =>
          (await client.podIdentityAssociation({ ...cluster, associationId: one.associationId }, options)) ?? one,
      );
      return { ...associations, known: new Map([...associations.known, ...byServiceAccount(timed)]) };
    },
  };
}

function byServiceAccount(associations: readonly Association[]): ReadonlyMap<string, Association> {
  return new Map(associations.map((one) => [serviceAccountKey(one.namespace, one.serviceAccount), one]));
}
