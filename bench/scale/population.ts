import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { podIdentityTrustPolicy, readWorld } from '#eks-simulator';
import type { World } from '#eks-simulator';

const policies = join(import.meta.dirname, '..', '..', 'policies');

/** How large an organization is. Each account has one team, with a namespace of its name in each cluster of the account. */
export interface OrganizationSize {
  readonly accounts: number;
  readonly clusters: number;
}

/** The organization of `docs/scale.md`. */
export const large: OrganizationSize = { accounts: 1_000, clusters: 10_000 };

/** A team, its account and what it works with. */
export interface Team {
  readonly index: number;
  /** Its group and its namespace. */
  readonly name: string;
  readonly accountId: string;
  readonly clusterNames: readonly string[];
  readonly roleArn: string;
}

export const region = 'eu-central-1';

/** The gateway's own account, in which the first team works. */
const homeAccountId = '111122223333';

/** The teams of an organization. */
export function teamsOf({ accounts, clusters }: OrganizationSize): readonly Team[] {
  return Array.from({ length: accounts }, (_, index) => {
    const name = `team-${index}`;
    const accountId = index === 0 ? homeAccountId : String(200_000_000_000 + index);
    const count = Math.round(clusters / accounts);
    return {
      index,
      name,
      accountId,
      clusterNames: Array.from({ length: count }, (_, cluster) => `cluster-${index}-${cluster}`),
      roleArn: `arn:aws:iam::${accountId}:role/pods/${name}/${name}-app`,
    };
  });
}

/** Writes the shipped policies into a folder, with an inventory of the shipped entries and an organization. */
export function writePolicies(folder: string, size: OrganizationSize): void {
  cpSync(policies, folder, { recursive: true });
  writeFileSync(join(folder, 'inventory.json'), inventoryText(size));
}

/** The inventory of the shipped entries and an organization, as JSON. */
export function inventoryText(size: OrganizationSize): string {
  const shipped = JSON.parse(readFileSync(join(policies, 'inventory.json'), 'utf8')) as Record<string, object[]>;
  const teams = teamsOf(size);
  return JSON.stringify({
    ...shipped,
    accounts: [
      ...(shipped.accounts ?? []),
      ...teams.slice(1).map(({ accountId, name }) => {
        return { accountId, name, regions: [region], roleArn: `arn:aws:iam::${accountId}:role/gateway` };
      }),
    ],
    clusters: [
      ...(shipped.clusters ?? []),
      ...teams.flatMap(({ accountId, clusterNames }) =>
        clusterNames.map((clusterName, index) => {
          return { accountId, region, clusterName, environment: index % 2 === 0 ? 'dev' : 'prod' };
        }),
      ),
    ],
    namespaces: [...(shipped.namespaces ?? []), ...teams.map(({ name }) => ({ name, owners: [name] }))],
  });
}

/** The access key of the role in an account, by which the simulated EKS knows the account. */
export function accessKeyOf(accountId: string): string {
  return `ASIA${accountId}`;
}

/** The simulated AWS of an organization, beside the shipped one. */
export function worldOf(size: OrganizationSize): World {
  const world = readWorld();
  const teams = teamsOf(size);
  return {
    ...world,
    accessKeys: {
      ...world.accessKeys,
      ...Object.fromEntries(teams.map(({ accountId }) => [accessKeyOf(accountId), accountId])),
    },
    clusters: [
      ...world.clusters,
      ...teams.flatMap(({ accountId, clusterNames }) =>
        clusterNames.map((clusterName) => ({ accountId, region, clusterName })),
      ),
    ],
    roles: [...world.roles, ...teams.map(({ roleArn }) => ({ arn: roleArn, trustPolicy: podIdentityTrustPolicy }))],
  };
}
