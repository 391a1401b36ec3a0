import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { connectEks, eksOf } from './client.ts';
import type { EksConnection } from './client.ts';
import type { EksFor } from './eks.ts';

/** An account whose clusters are served, as the inventory lists it. */
export interface ServedAccount {
  readonly accountId: string;
  readonly regions: readonly string[];
  /** Role to assume in it; null for the gateway's own account. */
  readonly roleArn: string | null;
}

/** How EKS is reached. */
export interface EksForSettings {
  readonly accounts: readonly ServedAccount[];
  /** The account that the gateway's own credentials belong to. */
  readonly homeAccountId: string;
  /** Another address than AWS's, e.g. the simulator's. */
  readonly endpoint?: string | undefined;
  /** The gateway's own credentials; absent: the SDK's default chain. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider | undefined;
}

/**
 * The EKS of every cluster in a served account and region: the gateway's own account by its own credentials, others by
 * the role that the inventory names. Throws an Error at once where an account has no way in, because its requests would
 * reach a cluster of the same name in the gateway's own account; and for a cluster that is not served.
 */
export function createEksFor({ accounts, homeAccountId, endpoint, credentials }: EksForSettings): EksFor {
  const closed = accounts.filter(({ accountId, roleArn }) => roleArn === null && accountId !== homeAccountId);
  if (closed.length > 0) {
    const ids = closed.map(({ accountId }) => accountId).join(', ');
    throw new Error(
      `The inventory names no role to assume in account ${ids}, and the gateway runs in ${homeAccountId}. ` +
        'Give each other account a roleArn that the gateway may assume.',
    );
  }
  const connections = new Map<string, EksConnection>();

  const open = (accountId: string, region: string): EksConnection => {
    const account = accounts.find((served) => served.accountId === accountId);
    if (!account?.regions.includes(region)) throw new Error(`No cluster of ${accountId} in ${region} is served.`);
    const assumed = account.roleArn !== null && assume(account.roleArn, region, credentials);
    return connectEks({ region, endpoint, credentials: assumed || credentials });
  };

  return (cluster) => {
    const key = `${cluster.accountId}/${cluster.region}`;
    const connection = connections.get(key) ?? open(cluster.accountId, cluster.region);
    connections.set(key, connection);
    return eksOf(connection, cluster);
  };
}

function assume(RoleArn: string, region: string, masterCredentials: EksForSettings['credentials']) {
  return fromTemporaryCredentials({
    params: { RoleArn, RoleSessionName: 'pod-identity-gateway' },
    clientConfig: { region },
    ...(masterCredentials ? { masterCredentials } : {}),
  });
}
