import { join } from 'node:path';
import { asArray, asFields, asText, asTexts, asWhole, optional, readJsonFile, required, ShapeError } from './shape.ts';
import type { TextForm } from './shape.ts';
import { asTrustPolicy } from './trust-policy.ts';
import type { TrustPolicy } from './trust-policy.ts';

/** Where a cluster stands. */
export interface ClusterRef {
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
  readonly clusterName: string;
}

/** An IAM role. */
export interface Role {
  readonly arn: string;
  readonly trustPolicy: TrustPolicy;
  /** From when EKS sees it: an ISO 8601 time, or seconds after the simulator learns of it. At once when absent. */
  readonly existsFrom?: string | number;
}

/** What exists in the simulated AWS. */
export interface World {
  /** Account of an access key that `accessKeys` does not list. */
  readonly defaultAccountId: string;
  /** Access key id → account. */
  readonly accessKeys: Readonly<Record<string, string>>;
  readonly clusters: readonly ClusterRef[];
  readonly roles: readonly Role[];
}

/** The world that ships with the simulator. */
export const shippedWorldFile = join(import.meta.dirname, 'world.json');

/** More would be a typing mistake. */
const secondsOfYear = 31_536_000;

const accountForm: TextForm = { pattern: /^\d{12}$/, means: 'an AWS account of 12 digits' };
const regionForm: TextForm = { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, means: 'an AWS region such as eu-central-1' };
const clusterForm: TextForm = { pattern: /^[0-9A-Za-z][\w-]{0,99}$/, means: 'the name of an EKS cluster' };

/** An IAM role's ARN; the first group is its account. */
export const roleArnPattern = /^arn:aws:iam::(\d{12}):role\/(?:[!-.0-~]+\/)*[\w+=,.@-]{1,64}$/;
const roleArnForm: TextForm = {
  pattern: roleArnPattern,
  means: 'the ARN of an IAM role such as arn:aws:iam::111122223333:role/pods/payments/payments-api',
};

/** Reads a world file. Throws an error that names the file, the place in it and what is wrong there. */
export function readWorld(path: string = shippedWorldFile): World {
  return parseWorld(readJsonFile(path, 'world file'), path);
}

/** Checks the parsed JSON of a world file. Throws a ShapeError that begins with `where`. */
export function parseWorld(json: unknown, where = 'world'): World {
  const fields = asFields(json, where, ['defaultAccountId', 'accessKeys', 'clusters', 'roles']);
  const world = {
    defaultAccountId: required(fields, 'defaultAccountId', where, asAccount),
    accessKeys: optional(fields, 'accessKeys', where, asAccessKeys) ?? {},
    clusters: required(fields, 'clusters', where, (value, at) => each(value, at, asCluster)),
    roles: required(fields, 'roles', where, (value, at) => each(value, at, asRole)),
  };
  refuseTwice(world.clusters.map(clusterKey), `${where}.clusters`);
  refuseTwice(
    world.roles.map(({ arn }) => arn),
    `${where}.roles`,
  );
  return world;
}

/** Takes `value` for a role. Throws a ShapeError. */
export function asRole(value: unknown, where: string): Role {
  const fields = asFields(value, where, ['arn', 'trustPolicy', 'existsFrom']);
  const existsFrom = optional(fields, 'existsFrom', where, asExistsFrom);
  return {
    arn: required(fields, 'arn', where, asRoleArn),
    trustPolicy: required(fields, 'trustPolicy', where, asTrustPolicy),
    ...(existsFrom === null ? {} : { existsFrom }),
  };
}

/** Takes `value` for the ARN of an IAM role. */
export function asRoleArn(value: unknown, where: string): string {
  return asText(value, where, roleArnForm);
}

/** Takes `value` for an AWS account. */
export function asAccount(value: unknown, where: string): string {
  return asText(value, where, accountForm);
}

/** Takes `value` for an AWS region. */
export function asRegion(value: unknown, where: string): string {
  return asText(value, where, regionForm);
}

/** Takes `value` for the name of an EKS cluster. */
export function asClusterName(value: unknown, where: string): string {
  return asText(value, where, clusterForm);
}

/** One string for a cluster, different for different clusters. */
export function clusterKey({ accountId, region, clusterName }: ClusterRef): string {
  return `${accountId}/${region}/${clusterName}`;
}

function asAccessKeys(value: unknown, where: string): Readonly<Record<string, string>> {
  const accessKeys = asTexts(value, where);
  for (const [accessKeyId, accountId] of Object.entries(accessKeys)) asAccount(accountId, `${where}.${accessKeyId}`);
  return accessKeys;
}

function asCluster(value: unknown, where: string): ClusterRef {
  const fields = asFields(value, where, ['accountId', 'region', 'clusterName']);
  return {
    accountId: required(fields, 'accountId', where, asAccount),
    region: required(fields, 'region', where, asRegion),
    clusterName: required(fields, 'clusterName', where, asClusterName),
  };
}

function asExistsFrom(value: unknown, where: string): string | number {
  if (typeof value === 'number') return asWhole(value, where, 0, secondsOfYear);
  const text = asText(value, where, { pattern: /./, means: 'an ISO 8601 time or a number of seconds' });
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new ShapeError(`${where} must be an ISO 8601 time or a number of seconds, but is ${JSON.stringify(text)}`);
  }
  return text;
}

function each<T>(value: unknown, where: string, take: (item: unknown, where: string) => T): readonly T[] {
  return asArray(value, where).map((item, index) => take(item, `${where}.${index}`));
}

function refuseTwice(keys: readonly string[], where: string): void {
  const index = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  if (index >= 0) throw new ShapeError(`${where}.${index} is there twice: ${keys[index]}`);
}
