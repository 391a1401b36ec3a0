import { createHash } from 'node:crypto';
import { asArray, asBoolean, asFields, asText, optional, required, ShapeError } from './shape.ts';
import type { TextForm } from './shape.ts';
import { asAccount, asClusterName, asRegion, clusterArn } from './world-names.ts';
import type { ClusterRef } from './world-names.ts';

/** Status of a cluster (EKS API reference, `Cluster`). */
const clusterStatuses = ['CREATING', 'ACTIVE', 'DELETING', 'FAILED', 'UPDATING', 'PENDING'] as const;

/** Status of an add-on (EKS API reference, `Addon`). */
const addonStatuses: readonly string[] = [
  ...['CREATING', 'ACTIVE', 'CREATE_FAILED', 'UPDATING', 'DELETING', 'DELETE_FAILED', 'DEGRADED', 'UPDATE_FAILED'],
];

/** An add-on of a cluster. */
export interface Addon {
  readonly addonName: string;
  /** `v1.3.8-eksbuild.2` when absent. */
  readonly addonVersion?: string;
  /** One of `addonStatuses`; `ACTIVE` when absent. */
  readonly status?: string;
}

/** A cluster of the world. */
export interface Cluster extends ClusterRef {
  /** `ACTIVE` when absent. */
  readonly status?: (typeof clusterStatuses)[number];
  /** Version of Kubernetes; `1.34` when absent. */
  readonly version?: string;
  /** Whether EKS Auto Mode is on, which has the Pod Identity agent built in; false when absent. */
  readonly autoMode?: boolean;
  /** The Pod Identity agent alone when absent. */
  readonly addons?: readonly Addon[];
}

const versionForm: TextForm = { pattern: /^1\.\d{1,3}$/, means: 'a version of Kubernetes such as 1.34' };
const addonForm: TextForm = { pattern: /^[0-9A-Za-z][\w-]{0,99}$/, means: 'the name of an EKS add-on' };

/** Parses a cluster. Throws a ShapeError. */
export function asCluster(value: unknown, where: string): Cluster {
  const names = ['accountId', 'region', 'clusterName', 'status', 'version', 'autoMode', 'addons'];
  const fields = asFields(value, where, names);
  const status = optional(fields, 'status', where, asClusterStatus);
  const version = optional(fields, 'version', where, (text, at) => asText(text, at, versionForm));
  const autoMode = optional(fields, 'autoMode', where, asBoolean);
  const addons = optional(fields, 'addons', where, asAddons);
  return {
    accountId: required(fields, 'accountId', where, asAccount),
    region: required(fields, 'region', where, asRegion),
    clusterName: required(fields, 'clusterName', where, asClusterName),
    ...(status && { status }),
    ...(version !== null && { version }),
    ...(autoMode !== null && { autoMode }),
    ...(addons && { addons }),
  };
}

/** The add-ons of a cluster, by name. */
export function addonsOf({ addons = [{ addonName: 'eks-pod-identity-agent' }] }: Cluster): readonly Addon[] {
  return [...addons].sort((one, other) => (one.addonName < other.addonName ? -1 : 1));
}

/** The cluster as DescribeCluster returns it. `createdAt` is in milliseconds since the epoch. */
export function clusterDetails(cluster: Cluster, createdAt: number): object {
  const { accountId, region, clusterName, status = 'ACTIVE', version = '1.34', autoMode = false } = cluster;
  const id = createHash('sha256').update(clusterArn(cluster)).digest('hex').slice(0, 32).toUpperCase();
  return {
    name: clusterName,
    arn: clusterArn(cluster),
    createdAt: createdAt / 1000,
    version,
    endpoint: `https://${id}.gr7.${region}.eks.amazonaws.com`,
    roleArn: `arn:aws:iam::${accountId}:role/eks-cluster-${clusterName}`,
    identity: { oidc: { issuer: `https://oidc.eks.${region}.amazonaws.com/id/${id}` } },
    status,
    certificateAuthority: {},
    platformVersion: 'eks.1',
    tags: {},
    health: { issues: [] },
    accessConfig: { authenticationMode: 'API' },
    upgradePolicy: { supportType: 'STANDARD' },
    ...(autoMode && { computeConfig: { enabled: true, nodePools: ['general-purpose', 'system'] } }),
  };
}

/** The add-on as DescribeAddon returns it. `createdAt` is in milliseconds since the epoch. */
export function addonDetails(cluster: Cluster, addon: Addon, createdAt: number): object {
  const { addonName, addonVersion = 'v1.3.8-eksbuild.2', status = 'ACTIVE' } = addon;
  return {
    addonName,
    clusterName: cluster.clusterName,
    status,
    addonVersion,
    health: { issues: [] },
    addonArn: addonArn(cluster, addonName),
    createdAt: createdAt / 1000,
    modifiedAt: createdAt / 1000,
    tags: {},
    podIdentityAssociations: [],
  };
}

/** ARN of an add-on. Its last part is a UUID in AWS, and derived from the name here. */
export function addonArn(cluster: ClusterRef, addonName: string): string {
  const { region, accountId, clusterName } = cluster;
  const hex = createHash('sha256')
    .update(`${clusterArn(cluster)} ${addonName}`)
    .digest('hex');
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
  return `arn:aws:eks:${region}:${accountId}:addon/${clusterName}/${addonName}/${id}`;
}

function asClusterStatus(value: unknown, where: string): (typeof clusterStatuses)[number] {
  const status = clusterStatuses.find((name) => name === value);
  if (!status) throw new ShapeError(`${where} must be one of ${clusterStatuses.join(', ')}`);
  return status;
}

function asAddons(value: unknown, where: string): readonly Addon[] {
  const addons = asArray(value, where).map((item, index) => asAddon(item, `${where}.${index}`));
  const names = new Set<string>();
  for (const { addonName } of addons) {
    if (names.has(addonName)) throw new ShapeError(`${where} names the add-on ${addonName} twice`);
    names.add(addonName);
  }
  return addons;
}

function asAddon(value: unknown, where: string): Addon {
  const fields = asFields(value, where, ['addonName', 'addonVersion', 'status']);
  const addonVersion = optional(fields, 'addonVersion', where, asText);
  const status = optional(fields, 'status', where, asAddonStatus);
  return {
    addonName: required(fields, 'addonName', where, (name, at) => asText(name, at, addonForm)),
    ...(addonVersion !== null && { addonVersion }),
    ...(status !== null && { status }),
  };
}

function asAddonStatus(value: unknown, where: string): string {
  const status = addonStatuses.find((name) => name === value);
  if (status === undefined) throw new ShapeError(`${where} must be one of ${addonStatuses.join(', ')}`);
  return status;
}
