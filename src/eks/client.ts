import { DescribePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import type { PodIdentityAssociation } from '@aws-sdk/client-eks';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentity, MetadataBearer } from '@smithy/types';
import type { Association, AssociationTarget, ClusterRef } from '../model/association.ts';
import { namedTags } from '../model/operation.ts';
import { changedTags } from '../model/tags.ts';
import type { NamedTags } from '../model/tags.ts';
import { clockCheckPlugin } from '../runtime/clock-check.ts';
import type { Clock } from '../runtime/clock.ts';
import { callUntil, withDeadline } from '../runtime/deadline.ts';
import type { Deadline } from '../runtime/deadline.ts';
import { Sha256 } from '../runtime/sha256.ts';
import { associationFrom } from './association.ts';
import { describeAddon, describeCluster } from './cluster.ts';
import { createCommand, deleteCommand, tagCommand, untagCommand, updateCommand } from './commands.ts';
import type {
  CallBounds,
  CallerResult,
  ChangeBounds,
  ChangeResult,
  DescribeResult,
  Eks,
  EksError,
  RoleResult,
} from './eks.ts';
import {
  changeFailure,
  credentialsFailure,
  CredentialsTimeout,
  eksErrorOf,
  isAbsent,
  isAbsentCluster,
  unexpectedResponse,
} from './errors.ts';
import { listIds, listPage } from './list.ts';
import { connectIam, readRole } from './role.ts';
import { connectionTimeoutMs, sdkSettings } from './sdk-settings.ts';
import type { SessionFor } from './sessions.ts';
import { callerAccount, connectSts } from './sts.ts';
import { meterOf } from './metered.ts';
import { changeClient, signedWith } from './change-client.ts';
import type { ChangeClientSettings } from './change-client.ts';

/** How to reach the EKS of one account and region. */
export interface EksSettings extends ChangeClientSettings {
  /** Credentials of changes, for each operation. Default: those of reads. */
  readonly sessionFor?: SessionFor | undefined;
  /** Which AWS STS tells whose credentials these are. Default: that of the region of EKS. */
  readonly sts?: { readonly region: string; readonly endpoint?: string | undefined };
  /** Milliseconds since the epoch, on the same clock as the deadlines of the calls. */
  readonly clock: Clock;
}

/**
 * What all clusters of one account and region share: settings, connection pool and cached
 * credentials.
 */
export interface EksConnection {
  readonly settings: EksSettings;
  readonly reader: EKSClient;
  /** Sends changes: see {@link changeClient}. */
  readonly changer: EKSClient;
  /** Reads a role from IAM, with the same credentials. The client is created at its first use. */
  readonly readRole: (roleArn: string, abortSignal: Deadline) => Promise<RoleResult>;
  /** Asks AWS STS for the account of these credentials. As with IAM, the client is created then. */
  readonly callerAccount: (abortSignal: Deadline) => Promise<CallerResult>;
}

/** Prepares a connection to EKS in one account and region. Sends no request. */
export function connectEks(settings: EksSettings): EksConnection {
  const requestHandler = new NodeHttpHandler({ connectionTimeout: connectionTimeoutMs, ...settings.agents });
  const reader = new EKSClient({ ...sdkSettings(settings), requestHandler, sha256: Sha256, maxAttempts: 3 });
  reader.middlewareStack.use(meterOf('eks'));
  if (settings.clockCheck) reader.middlewareStack.use(clockCheckPlugin(settings.clockCheck));
  let iam: IAMClient | null = null;
  const readOwnRole: EksConnection['readRole'] = (roleArn, abortSignal) => {
    const { credentials } = reader.config;
    iam ??= connectIam({ ...sdkSettings({ ...settings, credentials }), requestHandler, maxAttempts: 3 });
    return readRole(iam, roleArn, abortSignal);
  };
  let sts: STSClient | null = null;
  const ownAccount: EksConnection['callerAccount'] = (abortSignal) => {
    const { credentials } = reader.config;
    sts ??= connectSts({ ...(settings.sts ?? { region: settings.region }), credentials, agents: settings.agents });
    return callerAccount(sts, abortSignal);
  };
  const changer = changeClient(settings, requestHandler);
  return { settings, reader, changer, readRole: readOwnRole, callerAccount: ownAccount };
}

/** EKS for one cluster, over the connection of its account and region. */
export function eksOf(connection: EksConnection, cluster: ClusterRef): Eks {
  const page: Eks['page'] = (query, { deadline }) =>
    within(connection, deadline, (signal) => listPage(connection.reader, cluster, query, signal));
  return {
    create: (call) =>
      change(connection, cluster, call, {
        send: (client, options) => client.send(createCommand(cluster, call), options),
        isAbout: isOf(call.request),
      }),
    update: (call) =>
      change(connection, cluster, call, {
        send: (client, options) => client.send(updateCommand(cluster, call), options),
        isAbout: hasId(call.request.associationId),
      }),
    delete: (call) =>
      change(connection, cluster, call, {
        send: (client, options) => client.send(deleteCommand(cluster, call), options),
        isAbout: hasId(call.request.associationId),
      }),
    tag: (call) =>
      changeTags(connection, call, namedTags.TAG_POD_IDENTITY_ASSOCIATION(call.request), (client, options) =>
        client.send(tagCommand(call), options),
      ),
    untag: (call) =>
      changeTags(connection, call, namedTags.UNTAG_POD_IDENTITY_ASSOCIATION(call.request), (client, options) =>
        client.send(untagCommand(call), options),
      ),
    describe: (associationId, bounds) => describe(connection, cluster, associationId, bounds),
    list: (target, bounds) => listIds({ page }, target, bounds),
    page,
    describeCluster: ({ deadline }) =>
      within(connection, deadline, (signal) => describeCluster(connection.reader, cluster, signal)),
    callerAccount: ({ deadline }) => within(connection, deadline, connection.callerAccount),
    describeAddon: (addonName, { deadline }) =>
      within(connection, deadline, (signal) => describeAddon(connection.reader, cluster, addonName, signal)),
    readRole: (roleArn, { deadline }) => within(connection, deadline, (signal) => connection.readRole(roleArn, signal)),
  };
}

/** How a change is sent. */
type Send<Output> = (
  client: EKSClient,
  options: { readonly abortSignal: Deadline },
) => Promise<Output & MetadataBearer>;

/** A create, update or delete. Their responses have the same shape. */
interface Change {
  readonly send: Send<{ readonly association?: PodIdentityAssociation | undefined }>;
  /** Whether the association of the response is the one of the request. */
  readonly isAbout: (association: Association) => boolean;
}

function isOf({ namespace, serviceAccount }: AssociationTarget): Change['isAbout'] {
  return (association) => association.namespace === namespace && association.serviceAccount === serviceAccount;
}

function hasId(associationId: string): Change['isAbout'] {
  return (association) => association.associationId === associationId;
}

function change(
  connection: EksConnection,
  cluster: ClusterRef,
  bounds: ChangeBounds,
  { send, isAbout }: Change,
): Promise<ChangeResult> {
  return sendChange(connection, bounds, send, (output) => {
    const association = associationFrom(output.association, cluster);
    const requestId = output.$metadata.requestId ?? null;
    if (association && isAbout(association)) return { kind: 'done', association, requestId };
    return { kind: 'unknown', error: notTheAssociation(requestId) };
  });
}

/** A change of tags, whose answer says nothing but that it was made. */
function changeTags(
  connection: EksConnection,
  call: ChangeBounds & { readonly before: Association },
  named: NamedTags,
  send: Send<object>,
): Promise<ChangeResult> {
  const { before } = call;
  const association = { ...before, tags: changedTags(before.tags, named) };
  return sendChange(connection, call, send, ({ $metadata }) => {
    const requestId = $metadata.requestId ?? null;
    // Its body is empty: only the request id shows that EKS answered.
    if ($metadata.httpStatusCode === 200 && requestId !== null) return { kind: 'done', association, requestId };
    return { kind: 'unknown', error: unexpectedResponse('The response is not that of a change of tags.', requestId) };
  });
}

async function sendChange<Output>(
  connection: EksConnection,
  bounds: ChangeBounds,
  send: Send<Output>,
  resultOf: (output: Output & MetadataBearer) => ChangeResult,
): Promise<ChangeResult> {
  // Resolved before the call, because a failure here proves that nothing was sent to EKS.
  let credentials: AwsCredentialIdentity;
  try {
    credentials = await credentialsOf(connection, bounds);
  } catch (error) {
    return credentialsFailure(error);
  }
  try {
    const output = await signedWith({ credentials, date: new Date(bounds.signingDate) }, () =>
      within(connection, bounds.deadline, (abortSignal) => send(connection.changer, { abortSignal })),
    );
    return resultOf(output);
  } catch (error) {
    return changeFailure(error);
  }
}

/**
 * The credentials of a change, until its deadline: those of its operation's session, or of the
 * reads.
 */
function credentialsOf(connection: EksConnection, bounds: ChangeBounds): Promise<AwsCredentialIdentity> {
  const { settings, reader } = connection;
  const { sessionFor, clock } = settings;
  const credentials = sessionFor
    ? within(connection, bounds.deadline, (signal) => sessionFor(bounds, signal))
    : reader.config.credentials();
  return withDeadline(bounds.deadline - clock(), credentials, () => new CredentialsTimeout());
}

/** An error for a response that should have had the association of the request. */
function notTheAssociation(requestId: string | null): EksError {
  return unexpectedResponse('The association in the response is incomplete, or not the requested one.', requestId);
}

async function describe(
  connection: EksConnection,
  cluster: ClusterRef,
  associationId: string,
  { deadline }: CallBounds,
): Promise<DescribeResult> {
  try {
    const command = new DescribePodIdentityAssociationCommand({ clusterName: cluster.clusterName, associationId });
    const output = await within(connection, deadline, (abortSignal) =>
      connection.reader.send(command, { abortSignal }),
    );
    const association = associationFrom(output.association, cluster);
    if (association?.associationId === associationId) return { kind: 'found', association };
    return { kind: 'failed', error: notTheAssociation(output.$metadata.requestId ?? null) };
  } catch (error) {
    if (isAbsentCluster(error)) return { kind: 'absent', isCluster: true };
    return isAbsent(error) ? { kind: 'absent' } : { kind: 'failed', error: eksErrorOf(error) };
  }
}

/** Makes a call that sends nothing after a deadline. */
function within<T>({ settings }: EksConnection, deadline: number, call: (signal: Deadline) => Promise<T>): Promise<T> {
  return callUntil(deadline, settings.clock, call);
}
