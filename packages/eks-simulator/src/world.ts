import { join } from 'node:path';
import { asCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { asArray, asFields, asText, asTexts, asWhole, optional, readJsonFile, required, ShapeError } from './shape.ts';
import { asTrustPolicy } from './trust-policy.ts';
import type { TrustPolicy } from './trust-policy.ts';
import { asAccount, asPolicyArn, asRoleArn, clusterKey } from './world-names.ts';

/** An IAM role. */
export interface Role {
  readonly arn: string;
  readonly trustPolicy: TrustPolicy;
  /**
   * When EKS can use it: an ISO 8601 time, or seconds after the simulator learns of it. At once
   * when absent.
   */
  readonly existsFrom?: string | number;
  /** None when absent. */
  readonly tags?: Readonly<Record<string, string>>;
  /** ARN of the policy. */
  readonly permissionsBoundary?: string;
}

/** The simulated AWS before the first request. */
export interface World {
  /** Account of the access keys that `accessKeys` does not contain. */
  readonly defaultAccountId: string;
  /** Access key id → account. */
  readonly accessKeys: Readonly<Record<string, string>>;
  readonly clusters: readonly Cluster[];
  readonly roles: readonly Role[];
}

/** The world file that ships with the simulator. */
export const defaultWorldFile = join(import.meta.dirname, 'world.json');

/** Largest `existsFrom` in seconds: one year. */
const secondsOfYear = 31_536_000;

/**
 * Reads a world file; the shipped one by default. Throws an error that names the file, the place in
 * it, and the problem.
 */
export function readWorld(path: string = defaultWorldFile): World {
  return parseWorld(readJsonFile(path, 'world file'), path);
}

/**
 * Checks the parsed JSON of a world file. Throws a ShapeError whose message starts with `where`.
 */
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
  const fields = asFields(value, where, ['arn', 'trustPolicy', 'existsFrom', 'tags', 'permissionsBoundary']);
  const existsFrom = optional(fields, 'existsFrom', where, asExistsFrom);
  const tags = optional(fields, 'tags', where, asTexts);
  const permissionsBoundary = optional(fields, 'permissionsBoundary', where, asPolicyArn);
  return {
    arn: required(fields, 'arn', where, asRoleArn),
    trustPolicy: required(fields, 'trustPolicy', where, asTrustPolicy),
    ...(existsFrom === null ? {} : { existsFrom }),
    ...(tags === null ? {} : { tags }),
    ...(permissionsBoundary === null ? {} : { permissionsBoundary }),
  };
}

function asAccessKeys(value: unknown, where: string): Readonly<Record<string, string>> {
  const accessKeys = asTexts(value, where);
  for (const [accessKeyId, accountId] of Object.entries(accessKeys)) asAccount(accountId, `${where}.${accessKeyId}`);
  return accessKeys;
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
  const seen = new Set<string>();
  const index = keys.findIndex((key) => seen.size === seen.add(key).size);
  if (index >= 0) throw new ShapeError(`${where}.${index} is a duplicate: ${keys[index]}`);
}
