import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { connectEks, eksOf } from './client.ts';
import type { EksConnection } from './client.ts';
import type { EksFor } from './eks.ts';

/** An account of the inventory, with the regions whose clusters the gateway serves. */
interface ServedAccount {
  readonly accountId: string;
  readonly regions: readonly string[];
  /** ARN of the role to assume in the account; null for the account of the gateway. */
  readonly roleArn: string | null;
}

/** How to reach EKS in every served account. */
export interface EksForSettings {
  readonly accounts: readonly ServedAccount[];
  /** Account of the gateway's own credentials. */
  readonly homeAccountId: string;
  /** URL to use instead of the AWS endpoints, e.g. that of the simulator. */
  readonly endpoint?: string | undefined;
  /** The gateway's own credentials. Default: the credential provider chain of the SDK. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider | undefined;
  /** Milliseconds since the epoch, on the same clock as the deadlines of the calls. */
  readonly clock: () => number;
  /** Where connections are kept, so that those of another inventory with the same endpoint and credentials are used. */
  readonly connections?: EksConnections;
}

/** Connections by account, region and role. */
type EksConnections = Map<string, EksConnection>;

/**
 * Finds the EKS of a cluster: with the gateway's own credentials in its own account, and with the assumed role in others.
 * One connection per account, region and role is kept.
 *
 * Throws an Error if another account has no role to assume, because its requests would reach a cluster of the same name in
 * the gateway's own account. The result throws an Error for a cluster whose account or region is not in the inventory.
 */
export function createEksFor(settings: EksForSettings): EksFor {
  const { accounts, homeAccountId, endpoint, credentials, clock } = settings;
  const { connections = new Map<string, EksConnection>() } = settings;
  const unreachable = accounts.filter(({ accountId, roleArn }) => roleArn === null && accountId !== homeAccountId);
  if (unreachable.length > 0) {
    const ids = unreachable.map(({ accountId }) => accountId).join(', ');
    throw new Error(
      `The inventory has no roleArn for account ${ids}, and the gateway runs in account ${homeAccountId}. ` +
        'Set roleArn to a role that the gateway can assume for every account other than its own.',
    );
  }

  const roleIn = (accountId: string, region: string): string | null => {
    const account = accounts.find((served) => served.accountId === accountId);
    if (!account?.regions.includes(region)) {
      throw new Error(`The inventory does not have account ${accountId} with region ${region}.`);
    }
    return account.roleArn;
  };

  const open = (region: string, roleArn: string | null): EksConnection => {
    const assumed = roleArn === null ? credentials : assume(roleArn, region, credentials);
    return connectEks({ region, endpoint, credentials: assumed, clock });
  };

  return (cluster) => {
    const { accountId, region } = cluster;
    const roleArn = roleIn(accountId, region);
    const key = JSON.stringify([accountId, region, roleArn]);
    const connection = connections.get(key) ?? open(region, roleArn);
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
