import type { ClusterRef } from '../../model/association.ts';

/**
 * Where an entry of the inventory applies: in an environment, an account or a cluster; everywhere
 * if all fields are null.
 */
export interface NamespaceScope {
  readonly environment: string | null;
  readonly accountId: string | null;
  /** With `clusterName`, and only with it. */
  readonly region: string | null;
  readonly clusterName: string | null;
}

/** A cluster and its environment. */
export type LocatedCluster = ClusterRef & { readonly environment: string };

/** Whether a scope includes a cluster. */
export function includes(
  { environment, accountId, region, clusterName }: NamespaceScope,
  cluster: LocatedCluster,
): boolean {
  return (
    (environment === null || environment === cluster.environment) &&
    (accountId === null || accountId === cluster.accountId) &&
    (region === null || region === cluster.region) &&
    (clusterName === null || clusterName === cluster.clusterName)
  );
}

/**
 * A scope in words: `cluster <account>/<region>/<name>`, `account <id>`, `environment <name>`;
 * empty for everywhere.
 */
export function scopeText({ environment, accountId, region, clusterName }: NamespaceScope): string {
  if (clusterName !== null) return `cluster ${accountId}/${region}/${clusterName}`;
  if (accountId !== null) return `account ${accountId}`;
  return environment === null ? '' : `environment ${environment}`;
}

/** The scope of an entry that applies everywhere. */
export const everywhere: NamespaceScope = { environment: null, accountId: null, region: null, clusterName: null };
