import {
  DescribeClusterCommand,
  EKSClient,
  ListClustersCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { ListAccountsCommand, OrganizationsClient } from '@aws-sdk/client-organizations';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { ClusterRef } from '../../../../src/model/association.ts';
import { eksErrorOf } from '../../../../src/eks/errors.ts';
import { connectionTimeoutMs } from '../../../../src/eks/sdk-settings.ts';
import { assumeRole } from '../../../../src/eks/sts.ts';

/** The shortest session that STS allows. An account is read in less. Seconds. */
const sessionSeconds = 900;

/** What the clients of all accounts share. Close it by `requestHandler.destroy()`. */
export type AwsConnection = ReturnType<typeof connectAws>;

/**
 * Prepares connections. The SDK finds endpoints, and credentials once for all clients. Sends no
 * request.
 */
export function connectAws(region: string) {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: 20_000,
    throwOnRequestTimeout: true,
  });
  const shared = { region, requestHandler, maxAttempts: 5 };
  const sts = new STSClient(shared);
  return { ...shared, sts, credentials: sts.config.credentials };
}

/** Account and partition of the credentials. Throws an Error if STS does not answer. */
export async function readCaller({ sts }: AwsConnection): Promise<{ accountId: string; partition: string }> {
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand());
    const partition = Arn?.split(':')[1];
    if (Account === undefined || partition === undefined) throw new Error('The answer has no ARN.');
    return { accountId: Account, partition };
  } catch (error) {
    throw new Error(`AWS STS can't say whose credentials these are. ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * The active accounts of the organization: names by ID. Throws an Error that says what to do if
 * they can't be listed.
 */
export async function readOrganization(connection: AwsConnection): Promise<ReadonlyMap<string, string | null>> {
  const { region, requestHandler, maxAttempts, credentials } = connection;
  const organizations = new OrganizationsClient({ region, requestHandler, maxAttempts, credentials });
  try {
    const accounts = await allPages(async (NextToken) => {
      const output = await organizations.send(new ListAccountsCommand({ NextToken }));
      return [output.Accounts, output.NextToken];
    });
    // State replaces Status, which AWS retires (Account in the Organizations API reference).
    const active = accounts.filter(({ State, Status }) => (State ?? Status) === 'ACTIVE');
    return new Map(active.map(({ Id = '', Name }) => [Id, Name ?? null]));
  } catch (error) {
    const advice = 'Give --account for each account instead.';
    throw new Error(`The accounts of the organization can't be listed: ${reasonOf(error)} ${advice}`, { cause: error });
  }
}

/** A cluster that exists. */
export interface SeenCluster extends ClusterRef {
  /** As the inventory or a tag of the cluster says; null: unknown. */
  readonly environment: string | null;
  /** Namespace of each association; empty where they were not asked for. */
  readonly namespaces: readonly string[];
}

/** What was read of accounts. */
export interface Reading {
  readonly clusters: SeenCluster[];
  /** `<account>/<region>` of each complete list of clusters: what it lacks does not exist. */
  readonly complete: Set<string>;
  /** What could not be read, and why: one line each. */
  readonly failures: string[];
}

/** What to read of an account. */
export interface Wanted {
  readonly regions: readonly string[];
  readonly withNamespaces: boolean;
  readonly environmentTag: string;
  /** Environment of a cluster that is known already, and need not be described; null: unknown. */
  readonly environmentOf: (cluster: ClusterRef) => string | null;
}

/**
 * Adds the clusters of an account to a reading, one request after the other.
 *
 * @param role ARN of a role to assume; null: the credentials are those of the account
 */
export async function readAccount(
  connection: AwsConnection,
  { accountId, role }: { readonly accountId: string; readonly role: string | null },
  wanted: Wanted,
  reading: Reading,
): Promise<void> {
  const { sts, requestHandler, maxAttempts } = connection;
  const credentials =
    role === null
      ? connection.credentials
      : await attempt(reading, accountId, () => sessionOf(sts, role, 'inventory-suggest'));
  if (credentials === null) return;
  for (const region of wanted.regions) {
    const eks = new EKSClient({ region, requestHandler, maxAttempts, credentials });
    const place = `${accountId}/${region}`;
    const names = await attempt(reading, place, () => clusterNames(eks));
    if (names === null) continue;
    reading.complete.add(place);
    for (const clusterName of names) {
      const cluster = { accountId, region, clusterName };
      const read = <T>(work: () => Promise<T>) => attempt(reading, `${place}/${clusterName}`, work);
      const known = wanted.environmentOf(cluster);
      const environment = known ?? (await read(() => tagOf(eks, clusterName, wanted.environmentTag)));
      const namespaces = wanted.withNamespaces ? await read(() => namespacesOf(eks, clusterName)) : null;
      reading.clusters.push({ ...cluster, environment, namespaces: namespaces ?? [] });
    }
  }
}

/** The result of the work; null, and a line in the failures, where it fails. */
async function attempt<T>({ failures }: Reading, place: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    failures.push(`${place}: ${reasonOf(error)}`);
    return null;
  }
}

/** Credentials of a role. Rejects as STS answers. */
export function sessionOf(sts: STSClient, RoleArn: string, RoleSessionName: string): Promise<AwsCredentialIdentity> {
  const request = { RoleArn, RoleSessionName, DurationSeconds: sessionSeconds };
  return assumeRole(sts, request);
}

function clusterNames(eks: EKSClient): Promise<readonly string[]> {
  return allPages(async (nextToken) => {
    const output = await eks.send(new ListClustersCommand({ maxResults: 100, nextToken }));
    return [output.clusters, output.nextToken];
  });
}

/** A tag of a cluster; null where it is absent or empty. */
async function tagOf(eks: EKSClient, name: string, key: string): Promise<string | null> {
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
  if (cluster?.name !== name) throw new Error('The response is not about this cluster.');
  const value = cluster.tags?.[key] ?? '';
  return value === '' ? null : value;
}

async function namespacesOf(eks: EKSClient, clusterName: string): Promise<readonly string[]> {
  const associations = await allPages(async (nextToken) => {
    const output = await eks.send(new ListPodIdentityAssociationsCommand({ clusterName, maxResults: 100, nextToken }));
    return [output.associations, output.nextToken];
  });
  return associations.flatMap(({ namespace }) => namespace ?? []);
}

/**
 * The items of all pages. Throws an Error for a response without a list, or with the token of an
 * earlier page: an end that AWS did not state would make existing clusters look deleted.
 */
async function allPages<T>(
  page: (token: string | undefined) => Promise<readonly [items: readonly T[] | undefined, next: string | undefined]>,
): Promise<readonly T[]> {
  const all: T[] = [];
  const tokens = new Set<string>();
  for (let token: string | undefined; ;) {
    const [items, next]: Awaited<ReturnType<typeof page>> = await page(token);
    if (!Array.isArray(items)) throw new Error('The response has no list.');
    all.push(...(items as readonly T[]));
    if (!next) return all;
    if (tokens.has(next)) throw new Error('The token of the next page is that of an earlier page.');
    tokens.add(next);
    token = next;
  }
}

/** Why a request failed, in one line. */
export function reasonOf(error: unknown): string {
  const { exception, message } = eksErrorOf(error);
  const reason = exception === 'Error' ? message : `${exception}: ${message}`;
  // So EKS and STS answer in an opt-in region that the account has not enabled.
  const isTokenRefused = ['UnrecognizedClientException', 'InvalidClientTokenId'].includes(exception);
  return isTokenRefused ? `${reason} The region may not be enabled in the account.` : reason;
}
