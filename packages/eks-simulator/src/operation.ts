import type { Associations } from './associations.ts';
import type { Clusters } from './clusters.ts';
import type { Refusal, Reply } from './reply.ts';
import type { Roles } from './roles.ts';
import type { SessionRequest, Sessions } from './sessions.ts';
import type { Service, Signer } from './signature.ts';
import type { ClusterRef } from './world-names.ts';
import type { World } from './world.ts';

/** The simulated operations, by their AWS names; of IAM only GetRole, of STS the last two. */
export const operationNames = [
  'CreatePodIdentityAssociation',
  'DescribePodIdentityAssociation',
  'ListPodIdentityAssociations',
  'UpdatePodIdentityAssociation',
  'DeletePodIdentityAssociation',
  'TagResource',
  'UntagResource',
  'ListTagsForResource',
  'DescribeCluster',
  'ListClusters',
  'DescribeAddon',
  'ListAddons',
  'GetRole',
  'AssumeRole',
  'GetCallerIdentity',
] as const;

/** Name of a simulated operation. */
export type OperationName = (typeof operationNames)[number];

/** The operations that change something. */
export const changingOperations: readonly OperationName[] = [
  'CreatePodIdentityAssociation',
  'UpdatePodIdentityAssociation',
  'DeletePodIdentityAssociation',
  'TagResource',
  'UntagResource',
];

/** The operations whose requests do not contain an association's id. */
export const operationsWithoutId: readonly OperationName[] = [
  'CreatePodIdentityAssociation',
  'ListPodIdentityAssociations',
  'DescribeCluster',
  'ListClusters',
  'DescribeAddon',
  'ListAddons',
  'GetRole',
  'AssumeRole',
  'GetCallerIdentity',
];

/** State and settings that all operations share. */
export interface Backend {
  readonly world: World;
  readonly clusters: Clusters;
  readonly roles: Roles;
  readonly associations: Associations;
  readonly sessions: Sessions;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Milliseconds from an association's creation until reads return it. */
  readonly listLagMs: number;
  /**
   * Milliseconds for which reads still return a deleted association, and it occupies its service
   * account.
   */
  readonly deleteLagMs: number;
  /** Quota of associations per cluster. */
  readonly maxAssociations: number;
  /** Signs page tokens. */
  readonly pageSecret: string;
}

/** A signed request, routed to its operation. */
export interface ApiRequest {
  readonly signer: Signer;
  /** The groups of the operation's path, decoded. */
  readonly pathParameters: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

/** A parsed request that has not run yet. */
export interface Call {
  /** Null for a request that names none. */
  readonly cluster: ClusterRef | null;
  /**
   * Of the request, or of the association that it names; null when unknown. Faults match on them.
   */
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  readonly associationId: string | null;
  /** As sent with a create or an update; used in the request log only. */
  readonly clientRequestToken: string | null;
  /** The session that an AssumeRole asks for; used in the request log only. */
  readonly session?: SessionRequest;
  /**
   * The IAM action, and the ARN of its resource, that an `access-denied` fault reports as missing.
   */
  readonly permission: { readonly action: string; readonly resource: string };
  /**
   * Checks the rules and applies the effect, synchronously. `lagMs` overrides `listLagMs` or
   * `deleteLagMs`.
   */
  readonly run: (lagMs?: number) => Reply;
}

/**
 * An operation of a simulated API. To add one, add its name above, its file, and a line in
 * `operations.ts`.
 */
export interface Operation {
  readonly name: OperationName;
  /** EKS when absent. */
  readonly service?: Service;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Matched against the path as sent. The groups become the path parameters. */
  readonly path: RegExp;
  /** `Action` in the form of the request, where operations share a path; any when absent. */
  readonly action?: string;
  /** Parses a request. Refuses one that can't be parsed. */
  readonly read: (request: ApiRequest, backend: Backend) => Call | Refusal;
}

/** Whether the cluster exists. */
export function hasCluster({ clusters }: Backend, cluster: ClusterRef): boolean {
  return clusters.find(cluster) !== null;
}

/** The cluster that the first path parameter names, in the account and region of the signature. */
export function clusterOf({ signer, pathParameters }: ApiRequest): ClusterRef {
  return { accountId: signer.accountId, region: signer.region, clusterName: pathParameters[0] ?? '' };
}
