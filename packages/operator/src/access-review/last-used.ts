import { GetRoleCommand, IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import { parseRoleArn } from '../../../../src/validation/role-arns.ts';
import { makeRateLimiter } from '../../../../src/runtime/rate-limiter.ts';
import { connectAws, readCaller, reasonOf, sessionOf } from '../inventory/aws.ts';
import type { AwsConnection } from '../inventory/aws.ts';

/** When IAM saw a role used last: by anyone, not only by pods. */
export interface RoleLastUsed {
  /** RFC 3339; null if IAM knows no use in the last 400 days, or the role was not read. */
  readonly at: string | null;
  /** Why the role was not read; null if it was. */
  readonly error: string | null;
}

/** How roles are read. */
export interface RoleAccess {
  /** Region of the STS endpoint. */
  readonly region: string;
  /**
   * Name of the role to assume in accounts other than that of the credentials, with its path; null:
   * only roles of that account are read.
   */
  readonly assumedRole: string | null;
}

/** Far below what IAM allows: other tools of the account share its limits. */
export const readsPerSecond = 10;

const pace = { concurrency: 4, perSecond: readsPerSecond };

/**
 * Reads when roles were used last: one GetRole for each, at {@link readsPerSecond}. A role that
 * can't be read has an error, and the others are read. Never fails.
 */
export async function readLastUsed(
  roleArns: readonly string[],
  { region, assumedRole }: RoleAccess,
): Promise<ReadonlyMap<string, RoleLastUsed>> {
  const connection = connectAws(region);
  try {
    const iamOf = await makeIamOf(connection, assumedRole);
    const limiter = makeRateLimiter(pace, Date.now);
    const bounds = { deadline: Infinity, isNeeded: () => true };
    const read = async (arn: string) => [arn, await limiter.run(() => lastUsedOf(iamOf, arn), bounds)] as const;
    const found = await Promise.all(roleArns.map(read));
    return new Map(found.flatMap(([arn, used]) => (used === null ? [] : [[arn, used] as const])));
  } catch (error) {
    return new Map(roleArns.map((arn) => [arn, { at: null, error: reasonOf(error) }]));
  } finally {
    connection.requestHandler.destroy();
  }
}

type IamOf = (accountId: string) => Promise<IAMClient>;

/** IAM of an account, with one session for each. Rejects if STS does not say whose the credentials are. */
async function makeIamOf(connection: AwsConnection, assumedRole: string | null): Promise<IamOf> {
  const { region, requestHandler, maxAttempts, sts } = connection;
  const { accountId: own, partition } = await readCaller(connection);
  const open = async (accountId: string) => {
    if (accountId !== own && assumedRole === null) {
      throw new Error(`The credentials are of account ${own}; give --assume-role, a role to assume in ${accountId}.`);
    }
    const arn = `arn:${partition}:iam::${accountId}:role/${assumedRole}`;
    const credentials = accountId === own ? connection.credentials : await sessionOf(sts, arn, 'access-review');
    return new IAMClient({ region, requestHandler, maxAttempts, credentials });
  };
  const clients = new Map<string, Promise<IAMClient>>();
  return (accountId) => {
    const client = clients.get(accountId) ?? open(accountId);
    clients.set(accountId, client);
    return client;
  };
}

async function lastUsedOf(iamOf: IamOf, arn: string): Promise<RoleLastUsed> {
  const { accountId = '', name } = parseRoleArn(arn) ?? {};
  try {
    const iam = await iamOf(accountId);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }));
    // Names are unique in an account whatever the path, so a role of this name can have another ARN.
    if (Role?.Arn !== arn) return notFound;
    return { at: Role.RoleLastUsed?.LastUsedDate?.toISOString() ?? null, error: null };
  } catch (error) {
    return error instanceof NoSuchEntityException ? notFound : { at: null, error: reasonOf(error) };
  }
}

const notFound: RoleLastUsed = { at: null, error: 'The role does not exist.' };
