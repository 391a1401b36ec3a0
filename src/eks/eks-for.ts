import type { STSClient } from '@aws-sdk/client-sts';
import type { ClusterRef } from '../model/association.ts';
import { expireServiceId } from '../model/principal.ts';
import type { ClockCheck } from '../runtime/clock-check.ts';
import type { Clock } from '../runtime/clock.ts';
import { callUntil } from '../runtime/deadline.ts';
import { connectEks, eksOf } from './client.ts';
import type { EksConnection } from './client.ts';
import type { EksFor } from './eks.ts';
import type { SdkSettings } from './sdk-settings.ts';
import { sessionsOf } from './sessions.ts';
import type { AssumeRole } from './sessions.ts';
import { sourceIdentityOf } from './source-identity.ts';
import { assumeRole, connectSts } from './sts.ts';

/** An account of the inventory, with the regions whose clusters the gateway serves. */
interface ServedAccount {
  readonly accountId: string;
  readonly regions: readonly string[];
  /** ARN of the role to assume in the account; null for the account of the gateway. */
  readonly roleArn: string | null;
  /** ARN of the role for reads in the account; null where `roleArn` is for both. */
  readonly readRoleArn: string | null;
}

/** How to reach EKS in every served account. */
export interface EksForSettings {
  readonly accounts: readonly ServedAccount[];
  /** Account of the gateway's own credentials, and the region whose STS it uses. */
  readonly home: { readonly accountId: string; readonly region: string };
  /**
   * Whether associations are changed, deleted at their expiry, or only read: in other accounts,
   * each has a role of its own.
   */
  readonly access: 'change' | 'expire' | 'read';
  /**
   * ARN of the role in the gateway's own account that changes associations; null: its own role
   * does. With one, each change, in any account, has a session of its own, and everything else has
   * no right to change.
   */
  readonly executorRoleArn: string | null;
  /** URL to use instead of the AWS endpoints, e.g. that of the simulator. */
  readonly endpoint?: string | undefined;
  /**
   * URL to use instead of the endpoint of AWS STS. Default: that of the SDK, which
   * AWS_ENDPOINT_URL_STS can set.
   */
  readonly stsEndpoint?: string | undefined;
  /** The gateway's own credentials. Default: the credential provider chain of the SDK. */
  readonly credentials?: SdkSettings['credentials'];
  readonly agents?: SdkSettings['agents'];
  /** Milliseconds since the epoch, on the same clock as the deadlines of the calls. */
  readonly clock: Clock;
  /** As that of `EksSettings`. */
  readonly clockCheck?: ClockCheck | undefined;
  /**
   * Where connections are kept, so that those of another inventory are used where everything else
   * is the same.
   */
  readonly connections?: EksConnections;
}

/** Connections by account, region and roles. */
type EksConnections = Map<string, EksConnection>;

/**
 * Finds the EKS of a cluster: with the gateway's own credentials in its own account, and with the
 * assumed role in others. One connection per account, region and roles is kept.
 *
 * Throws an Error if another account has no role to assume, because its requests would reach a
 * cluster of the same name in the gateway's own account. The result throws an Error for a cluster
 * whose account or region is not in the inventory.
 */
export function makeEksFor(settings: EksForSettings): EksFor {
  checkAccounts(settings);
  const { accounts, endpoint, agents, clock, clockCheck, connections = new Map<string, EksConnection>() } = settings;
  const assume = assumeRoleWith(settings);
  const sts = { region: settings.home.region, endpoint: settings.stsEndpoint };

  const accountOf = ({ accountId, region }: ClusterRef): ServedAccount => {
    const account = accounts.find((served) => served.accountId === accountId);
    if (account?.regions.includes(region)) return account;
    throw new Error(`The inventory does not have account ${accountId} with region ${region}.`);
  };

  return (cluster) => {
    const { region } = cluster;
    const account = accountOf(cluster);
    const key = JSON.stringify([account.accountId, region, account.roleArn, account.readRoleArn]);
    const open = () =>
      connectEks({ region, endpoint, agents, clock, clockCheck, sts, ...credentialsIn(account, settings, assume) });
    const connection = connections.get(key) ?? open();
    connections.set(key, connection);
    return eksOf(connection, cluster);
  };
}

function checkAccounts({ accounts, home, executorRoleArn }: EksForSettings): void {
  requireReachable(accounts, home.accountId);
  const others = accounts.filter(({ accountId }) => accountId !== home.accountId);
  const unreadable = others.filter(({ readRoleArn }) => readRoleArn === null);
  if (executorRoleArn !== null && unreadable.length > 0) {
    throw new Error(
      `The inventory has no readRoleArn for account ${idsOf(unreadable)}, so reads would have the right to change. ` +
        'With an executor role, set readRoleArn for every account other than that of the gateway.',
    );
  }
}

/** Throws an Error if an account other than that of the gateway has no role to assume. */
export function requireReachable(
  accounts: readonly Pick<ServedAccount, 'accountId' | 'roleArn'>[],
  homeAccountId: string,
): void {
  const unreachable = accounts.filter(({ accountId, roleArn }) => roleArn === null && accountId !== homeAccountId);
  if (unreachable.length === 0) return;
  throw new Error(
    `The inventory has no roleArn for account ${idsOf(unreachable)}, and the gateway runs in account ${homeAccountId}. ` +
      'Set roleArn to a role that the gateway can assume for every account other than its own.',
  );
}

function idsOf(accounts: readonly Pick<ServedAccount, 'accountId'>[]): string {
  return accounts.map(({ accountId }) => accountId).join(', ');
}

/** For how long credentials of reads are asked for. Milliseconds. */
const assumeRoleMs = 10_000;

/** The credentials of an account's reads, and of its changes where they differ. */
function credentialsIn(account: ServedAccount, settings: EksForSettings, assume: AssumeRole) {
  const { access, executorRoleArn, credentials, clock } = settings;
  const roleArn = access === 'expire' ? expiryRoleOf(account) : account.roleArn;
  const sessionFor = executorRoleArn === null ? undefined : sessionsOf(roleArn ?? executorRoleArn, assume);
  if (roleArn === null) return { credentials, sessionFor };
  const request = { ...readerOf(account, roleArn, settings), RoleSessionName: 'pod-identity-gateway' };
  // The client keeps the credentials, and calls this again before they expire: for all requests, so
  // with a deadline of its own.
  const read = () => callUntil(clock() + assumeRoleMs, clock, (deadline) => assume(request, deadline));
  return { credentials: read, sessionFor };
}

/**
 * The role that reads and deletes associations at their expiry, as deploy/iam/other-account.yml
 * names it: never that of changes.
 */
function expiryRoleOf({ roleArn }: ServedAccount): string | null {
  return roleArn && `${roleArn.replace(/-change$/, '')}-expire`;
}

/**
 * With which role associations are read. Expiries are read with the role that deletes: none begins
 * where that can't be assumed.
 */
function readerOf({ readRoleArn }: ServedAccount, roleArn: string, { access, executorRoleArn }: EksForSettings) {
  if (access === 'expire') {
    return { RoleArn: roleArn, ...(executorRoleArn && { SourceIdentity: sourceIdentityOf(expireServiceId) }) };
  }
  return { RoleArn: access === 'read' || executorRoleArn !== null ? (readRoleArn ?? roleArn) : roleArn };
}

/**
 * Assumes roles with the gateway's own credentials, at the STS of its own region: the STS of a
 * cluster's region might not be enabled in its account. Credentials of a regional STS are valid in
 * all regions. The client is created at its first use.
 */
function assumeRoleWith({ home, stsEndpoint, credentials, agents }: EksForSettings): AssumeRole {
  let client: STSClient | null = null;
  return (request, abortSignal) => {
    client ??= connectSts({ region: home.region, endpoint: stsEndpoint, credentials, agents });
    return assumeRole(client, request, abortSignal);
  };
}
