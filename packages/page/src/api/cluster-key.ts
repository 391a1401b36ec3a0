/** A cluster of an account and a region. */
export interface ClusterPlace {
  readonly accountId: string;
  readonly region: string;
  readonly clusterName: string;
}

/** What tells a cluster from all others. */
export function clusterKey({ accountId, region, clusterName }: Partial<ClusterPlace>): string {
  return [accountId, region, clusterName].join('/');
}
