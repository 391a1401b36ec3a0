import { AsyncLocalStorage } from 'node:async_hooks';
import { DescribePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import type { PodIdentityAssociation, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-eks';
import type { IAMClient } from '@aws-sdk/client-iam';
import { Hash } from '@smithy/hash-node';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, DeserializeMiddleware, MetadataBearer, RequestSigner } from '@smithy/types';
import type { Association, AssociationTarget, ClusterRef } from '../model/association.ts';
import { clockCheckPlugin } from '../runtime/clock-check.ts';
import type { ClockCheck } from '../runtime/clock-check.ts';
import type { Clock } from '../runtime/clock.ts';
import { makeDeadline, withDeadline } from '../runtime/deadline.ts';
import type { Deadline } from '../runtime/deadline.ts';
import { associationFrom } from './association.ts';
import { describeAddon, describeCluster } from './cluster.ts';
import { createCommand, deleteCommand, updateCommand } from './commands.ts';
import type { CallBounds, ChangeBounds, ChangeResult, DescribeResult, Eks, EksError, RoleResult } from './eks.ts';
import {
  changeFailure,
  ClockWrong,
  credentialsFailure,
  CredentialsTimeout,
  eksErrorOf,
  isAbsent,
  unexpectedResponse,
} from './errors.ts';
import { listIds, listPage } from './list.ts';
import { connectIam, readRole } from './role.ts';
import { connectionTimeoutMs, sdkSettings } from './sdk-settings.ts';
import type { SdkSettings } from './sdk-settings.ts';
import type { SessionFor } from './sessions.ts';
import { meterOf } from './metered.ts';

/** How to reach the EKS of one account and region. */
export interface EksSettings extends SdkSettings {
  /** Credentials of changes, for each operation. Default: those of reads. */
  readonly sessionFor?: SessionFor | undefined;
  /** Milliseconds since the epoch, on the same clock as the deadlines of the calls. */
  readonly clock: Clock;
  /**
   * Judges the clock by the answers of EKS; while it is wrong, no change is sent. Default: it is
   * taken as right.
   */
  readonly clockCheck?: ClockCheck | undefined;
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
}

/** Prepares a connection to EKS in one account and region. Sends no request. */
export function connectEks(settings: EksSettings): EksConnection {
  const requestHandler = new NodeHttpHandler({ connectionTimeout: connectionTimeoutMs });
  const reader = new EKSClient({ ...sdkSettings(settings), requestHandler, maxAttempts: 3 });
  reader.middlewareStack.use(meterOf('eks'));
  if (settings.clockCheck) reader.middlewareStack.use(clockCheckPlugin(settings.clockCheck));
  let iam: IAMClient | null = null;
  const readOwnRole: EksConnection['readRole'] = (roleArn, abortSignal) => {
    const { credentials } = reader.config;
    iam ??= connectIam({ ...sdkSettings({ ...settings, credentials }), requestHandler, maxAttempts: 3 });
    return readRole(iam, roleArn, abortSignal);
  };
  return { settings, reader, changer: changeClient(settings, requestHandler), readRole: readOwnRole };
}

/** EKS for one cluster, over the connection of its account and region. */
export function eksOf(connection: EksConnection, cluster: ClusterRef): Eks {
  const page: Eks['page'] = (query, { deadline }) =>
    listPage(connection.reader, cluster, query, abortAt(connection, deadline));
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
    describe: (associationId, bounds) => describe(connection, cluster, associationId, bounds),
    list: (target, bounds) => listIds({ page }, target, bounds),
    page,
    describeCluster: ({ deadline }) => describeCluster(connection.reader, cluster, abortAt(connection, deadline)),
    describeAddon: (addonName, { deadline }) =>
      describeAddon(connection.reader, cluster, addonName, abortAt(connection, deadline)),
    readRole: (roleArn, { deadline }) => connection.readRole(roleArn, abortAt(connection, deadline)),
  };
}

/** One of the three changes. Their responses have the same shape. */
interface Change {
  readonly send: (
    client: EKSClient,
    options: { readonly abortSignal: Deadline },
  ) => Promise<{ readonly association?: PodIdentityAssociation | undefined } & MetadataBearer>;
  /** Whether the association of the response is the one of the request. */
  readonly isAbout: (association: Association) => boolean;
}

function isOf({ namespace, serviceAccount }: AssociationTarget): Change['isAbout'] {
  return (association) => association.namespace === namespace && association.serviceAccount === serviceAccount;
}

function hasId(associationId: string): Change['isAbout'] {
  return (association) => association.associationId === associationId;
}

async function change(
  connection: EksConnection,
  cluster: ClusterRef,
  bounds: ChangeBounds,
  { send, isAbout }: Change,
): Promise<ChangeResult> {
  // Resolved before the call, because a failure here proves that nothing was sent to EKS.
  let credentials: AwsCredentialIdentity;
  try {
    credentials = await credentialsOf(connection, bounds);
  } catch (error) {
    return credentialsFailure(error);
  }
  try {
    const output = await signing.run({ credentials, date: new Date(bounds.signingDate) }, () =>
      send(connection.changer, { abortSignal: abortAt(connection, bounds.deadline) }),
    );
    const association = associationFrom(output.association, cluster);
    const requestId = output.$metadata.requestId ?? null;
    if (association && isAbout(association)) return { kind: 'done', association, requestId };
    return { kind: 'unknown', error: notTheAssociation(requestId) };
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
  const credentials = sessionFor?.(bounds, abortAt(connection, bounds.deadline)) ?? reader.config.credentials();
  return withDeadline(bounds.deadline - clock(), credentials, () => new CredentialsTimeout());
}

/** An error for a response that should have had the association of the request. */
function notTheAssociation(requestId: string | null): EksError {
  const message = 'The association in the response is incomplete, or another one than requested.';
  return unexpectedResponse(message, requestId);
}

/** With what a change is signed. */
interface Signing {
  readonly credentials: AwsCredentialIdentity;
  readonly date: Date;
}

/**
 * The signing of the change that is being sent. The SDK offers no way to hand it to the signer of a
 * shared client.
 */
const signing = new AsyncLocalStorage<Signing>();

/**
 * Throws an Error for a request that is not sent by {@link change}: it would be signed with another
 * date.
 */
function currentSigning(): Signing {
  const current = signing.getStore();
  if (current === undefined) throw new Error('A change is not signed with the date of its operation.');
  return current;
}

/**
 * A client that signs with the date in {@link signing}, whatever the time is, and sends each
 * request once. EKS rejects a signature that is older than five minutes, so a create that a frozen
 * process sends later has no effect. Clock-skew correction would defeat this. Connections are
 * shared with the reader.
 */
function changeClient(settings: EksSettings, requestHandler: NodeHttpHandler): EKSClient {
  const inner = new SignatureV4({
    credentials: () => Promise.resolve(currentSigning().credentials),
    region: settings.region,
    service: 'eks',
    sha256: Hash.bind(null, 'sha256'),
  });
  const signer: RequestSigner = {
    sign: (request, options) => inner.sign(request, { ...options, signingDate: currentSigning().date }),
  };
  const changer = new EKSClient({
    ...sdkSettings(settings),
    // The signer does not use them, but the SDK asks for some: for others, it might assume a role.
    credentials: () => Promise.resolve(currentSigning().credentials),
    requestHandler,
    maxAttempts: 1,
    disableClockSkewCorrection: () => Promise.resolve(true),
    signer: () => Promise.resolve(signer),
  });
  if (settings.clockCheck) changer.middlewareStack.add(refuse(settings.clockCheck), refusing);
  changer.middlewareStack.use(meterOf('eks'));
  if (settings.clockCheck) changer.middlewareStack.use(clockCheckPlugin(settings.clockCheck));
  return changer;
}

/**
 * After the SDK has signed: answers to other calls can show meanwhile that the clock is wrong.
 * Before the meter: nothing is sent.
 */
const refusing = { step: 'deserialize', priority: 'high', name: 'refuseChanges' } as const;

/** Throws `ClockWrong` in place of sending while the clock is wrong. */
function refuse(check: ClockCheck): DeserializeMiddleware<ServiceInputTypes, ServiceOutputTypes> {
  return (next) => (args) => {
    if (check.isWrong()) throw new ClockWrong();
    return next(args);
  };
}

async function describe(
  connection: EksConnection,
  cluster: ClusterRef,
  associationId: string,
  { deadline }: CallBounds,
): Promise<DescribeResult> {
  try {
    const command = new DescribePodIdentityAssociationCommand({ clusterName: cluster.clusterName, associationId });
    const output = await connection.reader.send(command, { abortSignal: abortAt(connection, deadline) });
    const association = associationFrom(output.association, cluster);
    if (association?.associationId === associationId) return { kind: 'found', association };
    return { kind: 'failed', error: notTheAssociation(output.$metadata.requestId ?? null) };
  } catch (error) {
    return isAbsent(error) ? { kind: 'absent' } : { kind: 'failed', error: eksErrorOf(error) };
  }
}

function abortAt({ settings }: EksConnection, deadline: number): Deadline {
  return makeDeadline(deadline, settings.clock);
}
