import type { Associations } from './associations.ts';
import type { Refusal, Reply } from './reply.ts';
import type { Roles } from './roles.ts';
import type { Signer } from './signature.ts';
import type { ClusterRef, World } from './world.ts';

/** The operations that the simulator speaks, by their AWS names. */
export const operationNames = [
  'CreatePodIdentityAssociation',
  'DescribePodIdentityAssociation',
  'ListPodIdentityAssociations',
  'UpdatePodIdentityAssociation',
  'DeletePodIdentityAssociation',
  'TagResource',
  'UntagResource',
  'ListTagsForResource',
] as const;

export type OperationName = (typeof operationNames)[number];

/** The operations with an effect. */
export const changingOperations: readonly OperationName[] = [
  'CreatePodIdentityAssociation',
  'UpdatePodIdentityAssociation',
  'DeletePodIdentityAssociation',
  'TagResource',
  'UntagResource',
];

/** The operations whose requests name no association, only a cluster, a namespace or a service account. */
export const namelessOperations: readonly OperationName[] = [
  'CreatePodIdentityAssociation',
  'ListPodIdentityAssociations',
];

/** What all operations work on. */
export interface Backend {
  readonly world: World;
  readonly roles: Roles;
  readonly associations: Associations;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Milliseconds from an association's creation until List and Describe show it. */
  readonly listLagMs: number;
  /** Milliseconds for which reads still show a deleted association, and it still holds its service account. */
  readonly deleteLagMs: number;
  /** Quota of associations for one cluster. */
  readonly maxAssociations: number;
  /** Signs page tokens. */
  readonly pageSecret: string;
}

/** A request that has been signed and routed. */
export interface ApiRequest {
  readonly signer: Signer;
  /** The groups of the operation's path, decoded. */
  readonly pathParameters: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

/** A request that could be read. Nothing has been looked up or done yet. */
export interface Call {
  readonly cluster: ClusterRef;
  /** As far as the request or the association that it names says; faults are matched by them. */
  readonly namespace: string | null;
  readonly serviceAccount: string | null;
  readonly associationId: string | null;
  /** Of a create or an update that named one: for the request log, and for nothing else. */
  readonly clientRequestToken: string | null;
  /** ARN of what the caller needs a permission on, and the permission that `access-denied` says is missing. */
  readonly permission: { readonly action: string; readonly resource: string };
  /** Checks every rule and has the effect, all in one turn of the event loop. `lagMs` overrides the setting. */
  readonly run: (lagMs?: number) => Reply;
}

/** One operation of the EKS API. Another one is added by adding its name, its file and its line in `operations.ts`. */
export interface Operation {
  readonly name: OperationName;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Matched against the path as sent; the groups become the path parameters. */
  readonly path: RegExp;
  /** Reads a request; refuses one that can't be read at all. */
  readonly read: (request: ApiRequest, backend: Backend) => Call | Refusal;
}

/** Whether the cluster is there. */
export function hasCluster({ world }: Backend, { accountId, region, clusterName }: ClusterRef): boolean {
  return world.clusters.some(
    (cluster) => cluster.accountId === accountId && cluster.region === region && cluster.clusterName === clusterName,
  );
}

/** The cluster that the first path parameter names, in the account and region of the signature. */
export function clusterOf({ signer, pathParameters }: ApiRequest): ClusterRef {
  return { accountId: signer.accountId, region: signer.region, clusterName: pathParameters[0] ?? '' };
}

/** ARN of a cluster. */
export function clusterArn({ accountId, region, clusterName }: ClusterRef): string {
  return `arn:aws:eks:${region}:${accountId}:cluster/${clusterName}`;
}
