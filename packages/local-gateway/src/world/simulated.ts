import type { Inventory } from '../../../../src/policy/inventory/inventory.ts';
import { podIdentityTrustPolicy } from '../../../eks-simulator/src/index.ts';
import type { World } from '../../../eks-simulator/src/index.ts';

type Role = World['roles'][number];

/**
 * What the simulator starts with: the clusters of an inventory, these roles, and in other accounts
 * the roles that the gateway assumes. The ID of each account is an access key of it, for the AWS
 * CLI; other keys belong to the account of the gateway.
 *
 * @param roles of pods; without a trust policy they trust EKS Pod Identity
 */
export function simulatedWorld(
  { accounts, clusters }: Pick<Inventory, 'accounts' | 'clusters'>,
  home: { readonly accountId: string },
  roles: readonly (Pick<Role, 'arn'> & Partial<Role>)[],
): World {
  const assumed = accounts.flatMap(({ roleArn, readRoleArn }) => [roleArn, readRoleArn]).filter((arn) => arn !== null);
  return {
    defaultAccountId: home.accountId,
    accessKeys: Object.fromEntries(accounts.map(({ accountId }) => [accountId, accountId])),
    clusters: clusters.map(({ accountId, region, clusterName }) => ({ accountId, region, clusterName })),
    roles: [
      ...roles.map((role) => ({ trustPolicy: podIdentityTrustPolicy, ...role })),
      ...[...new Set(assumed)].map((arn) => ({ arn, trustPolicy: trustOf(home.accountId) })),
    ],
  };
}

/** As the roles of `deploy/iam/other-account.yml` trust the gateway, but for its whole account. */
function trustOf(accountId: string): Role['trustPolicy'] {
  const Principal = { AWS: `arn:aws:iam::${accountId}:root` };
  return { Statement: [{ Effect: 'Allow', Principal, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] }] };
}
