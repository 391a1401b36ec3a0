import { join } from 'node:path';
import { asArray, asFields, asText, asTexts, asWhole, optional, readJsonFile, required, ShapeError } from './shape.ts';
import type { TextForm } from './shape.ts';
import { asTrustPolicy } from './trust-policy.ts';
import type { TrustPolicy } from './trust-policy.ts';

/** Identifies a cluster. */
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
  /** When EKS can use it: an ISO 8601 time, or seconds after the simulator learns of it. At once when absent. */
  readonly existsFrom?: string | number;
}

/** The simulated AWS before the first request. */
export interface World {
  /** Account of the access keys that `accessKeys` does not contain. */
  readonly defaultAccountId: string;
  /** Access key id → account. */
  readonly accessKeys: Readonly<Record<string, string>>;
  readonly clusters: readonly ClusterRef[];
  readonly roles: readonly Role[];
}

/** The world file that ships with the simulator. */
export const defaultWorldFile = join(import.meta.dirname, 'world.json');

/** Largest `existsFrom` in seconds: one year. */
const secondsOfYear = 31_536_000;

const accountForm: TextForm = { pattern: /^\d{12}$/, means: 'an AWS account id of 12 digits' };
const regionForm: TextForm = { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, means: 'an AWS region such as eu-central-1' };
const clusterForm: TextForm = { pattern: /^[0-9A-Za-z][\w-]{0,99}$/, means: 'the name of an EKS cluster' };

/** An IAM role's ARN; the first group is its account. */
export const roleArnPattern = /^arn:aws:iam::(\d{12}):role\/(?:[!-.0-~]+\/)*[\w+=,.@-]{1,64}$/;
const roleArnForm: TextForm = {
  pattern: roleArnPattern,
  means: 'the ARN of an IAM role such as arn:aws:iam::111122223333:role/pods/payments/payments-api',
};

/** Reads a world file; the shipped one by default. Throws an error that names the file, the place in it, and the problem. */
export function readWorld(path: string = defaultWorldFile): World {
  return parseWorld(readJsonFile(path, 'world file'), path);
}

/** Checks the parsed JSON of a world file. Throws a ShapeError whose message starts with `where`. */
export function parseWorld(json: unknown, where = 'world'): World {
  const fields = asFields(json, where, ['defaultAccountId', 'accessKeys', 'clusters', 'roles']);
  const world = {
    defaultAccountId: required(fields, 'defaultAccountId', where, asAccount),
    accessKeys: optional(fields, 'accessKeys', where, asAccessKeys) ?? {},
    clusters: required(fields, 'clusters', where, (value, at) => each(value, at, asCluster)),
    roles: required(fields, 'roles', where, (value, at) => each(value, at, asRole)),
  };
  rejectDuplicates(world.clusters.map(clusterKey), `${where}.clusters`);
  rejectDuplicates(
    world.roles.map(({ arn }) => arn),
    `${where}.roles`,
  );
  return world;
}

/** Parses a role. Throws a ShapeError. */
export function asRole(value: unknown, where: string): Role {
  const fields = asFields(value, where, ['arn', 'trustPolicy', 'existsFrom']);
  const existsFrom = optional(fields, 'existsFrom', where, asExistsFrom);
  return {
    arn: required(fields, 'arn', where, asRoleArn),
    trustPolicy: required(fields, 'trustPolicy', where, asTrustPolicy),
    ...(existsFrom === null ? {} : { existsFrom }),
  };
}

/** Checks that `value` is the ARN of an IAM role. */
export function asRoleArn(value: unknown, where: string): string {
  return asText(value, where, roleArnForm);
}

/** Checks that `value` is an AWS account id. */
export function asAccount(value: unknown, where: string): string {
  return asText(value, where, accountForm);
}

/** Checks that `value` is an AWS region. */
export function asRegion(value: unknown, where: string): string {
  return asText(value, where, regionForm);
}

/** Checks that `value` is the name of an EKS cluster. */
export function asClusterName(value: unknown, where: string): string {
  return asText(value, where, clusterForm);
}

/** Unique key of a cluster. */
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
    throw new ShapeError(`${where} must be an ISO 8601 time or a number of seconds; got ${JSON.stringify(text)}`);
  }
  return text;
}

function each<T>(value: unknown, where: string, take: (item: unknown, where: string) => T): readonly T[] {
  return asArray(value, where).map((item, index) => take(item, `${where}.${index}`));
}

function rejectDuplicates(keys: readonly string[], where: string): void {
  const index = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  if (index >= 0) throw new ShapeError(`${where}.${index} is a duplicate: ${keys[index]}`);
}
