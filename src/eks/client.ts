import {
  DescribePodIdentityAssociationCommand,
  EKSClient,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import type { PodIdentityAssociation } from '@aws-sdk/client-eks';
import { Hash } from '@smithy/hash-node';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type {
  AwsCredentialIdentity,
  AwsCredentialIdentityProvider,
  MetadataBearer,
  RequestSigner,
} from '@smithy/types';
import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import { associationFrom } from './association.ts';
import { createCommand, deleteCommand, updateCommand } from './commands.ts';
import type { CallBounds, ChangeBounds, ChangeResult, DescribeResult, Eks, ListResult } from './eks.ts';
import { changeFailure, eksErrorOf, isAbsent } from './errors.ts';
import { listPage } from './list.ts';

/** How to reach the EKS of one account and region. */
export interface EksSettings {
  readonly region: string;
  /** Another address than AWS's, e.g. the simulator's. */
  readonly endpoint?: string | undefined;
  /** Absent: the SDK's default chain. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider | undefined;
}

/** What one account and region need once: two clients' settings, one pool of connections, one memory of credentials. */
export interface EksConnection {
  readonly settings: EksSettings;
  readonly reader: EKSClient;
  readonly requestHandler: NodeHttpHandler;
}

/** A connection may be slow to come about; past this it isn't coming. */
const connectionTimeoutMs = 2_000;

/** Opens what all clusters of an account and region share. Nothing is sent yet. */
export function connectEks(settings: EksSettings): EksConnection {
  const requestHandler = new NodeHttpHandler({ connectionTimeout: connectionTimeoutMs });
  const reader = new EKSClient({ ...present(settings), requestHandler, maxAttempts: 3 });
  return { settings, reader, requestHandler };
}

/** EKS for one cluster, over a connection to its account and region. */
export function eksOf(connection: EksConnection, cluster: ClusterRef): Eks {
  return {
    create: (call) =>
      change(connection, cluster, call, (client, how) => client.send(createCommand(cluster, call), how)),
    update: (call) =>
      change(connection, cluster, call, (client, how) => client.send(updateCommand(cluster, call), how)),
    delete: (call) =>
      change(connection, cluster, call, (client, how) => client.send(deleteCommand(cluster, call), how)),
    describe: (associationId, bounds) => describe(connection, cluster, associationId, bounds),
    list: (target, bounds) => list(connection, target, bounds),
    page: (query, { deadline }) => listPage(connection.reader, cluster, query, until(deadline)),
  };
}

/** Sends one of the three changes; their answers are alike. */
type SendChange = (
  client: EKSClient,
  how: { readonly abortSignal: AbortSignal },
) => Promise<{ readonly association?: PodIdentityAssociation | undefined } & MetadataBearer>;

async function change(
  connection: EksConnection,
  cluster: ClusterRef,
  { signingDate, deadline }: ChangeBounds,
  sendBy: SendChange,
): Promise<ChangeResult> {
  // Asked for apart from the call, so that a failure here is known to have sent nothing to EKS.
  let credentials: AwsCredentialIdentity;
  try {
    credentials = await connection.reader.config.credentials();
  } catch (error) {
    return { kind: 'rejected', outcome: 'GATEWAY_ACCESS_DENIED', error: eksErrorOf(error) };
  }
  const client = pinnedClient(connection, credentials, signingDate);
  try {
    const output = await sendBy(client, { abortSignal: until(deadline) });
    const association = associationFrom(output.association, cluster);
    const requestId = output.$metadata.requestId ?? null;
    if (association) return { kind: 'done', association, requestId };
    const message = 'EKS answered without a whole association.';
    return { kind: 'unknown', error: { exception: 'IncompleteAnswer', message, requestId } };
  } catch (error) {
    return changeFailure(error);
  }
}

/**
 * A client whose requests bear a given signing date, whatever its clock says, and are sent once. EKS refuses such a
 * request once the date is five minutes old: a create that a frozen process sends after that has no effect. Clock-skew
 * correction would undo this. To make a client takes some 40 µs; connections and credentials are shared.
 */
function pinnedClient({ settings, requestHandler }: EksConnection, credentials: AwsCredentialIdentity, date: number) {
  const { region } = settings;
  const inner = new SignatureV4({ credentials, region, service: 'eks', sha256: Hash.bind(null, 'sha256') });
  const signer: RequestSigner = {
    sign: (request, options) => inner.sign(request, { ...options, signingDate: new Date(date) }),
  };
  return new EKSClient({
    ...present({ ...settings, credentials }),
    requestHandler,
    maxAttempts: 1,
    disableClockSkewCorrection: () => Promise.resolve(true),
    signer: () => Promise.resolve(signer),
  });
}

async function describe(
  { reader }: EksConnection,
  cluster: ClusterRef,
  associationId: string,
  { deadline }: CallBounds,
): Promise<DescribeResult> {
  try {
    const command = new DescribePodIdentityAssociationCommand({ clusterName: cluster.clusterName, associationId });
    const output = await reader.send(command, { abortSignal: until(deadline) });
    const association = associationFrom(output.association, cluster);
    if (association) return { kind: 'found', association };
    const message = 'EKS answered without a whole association.';
    return { kind: 'failed', error: { exception: 'IncompleteAnswer', message, requestId: null } };
  } catch (error) {
    return isAbsent(error) ? { kind: 'absent' } : { kind: 'failed', error: eksErrorOf(error) };
  }
}

async function list(
  { reader }: EksConnection,
  target: AssociationTarget,
  { deadline }: CallBounds,
): Promise<ListResult> {
  const { clusterName, namespace, serviceAccount } = target;
  const associationIds: string[] = [];
  try {
    let nextToken: string | undefined;
    do {
      const command = new ListPodIdentityAssociationsCommand({ clusterName, namespace, serviceAccount, nextToken });
      const output = await reader.send(command, { abortSignal: until(deadline) });
      for (const summary of output.associations ?? []) {
        if (summary.associationId !== undefined) associationIds.push(summary.associationId);
      }
      nextToken = output.nextToken;
    } while (nextToken !== undefined);
    return { kind: 'listed', associationIds };
  } catch (error) {
    return { kind: 'failed', error: eksErrorOf(error) };
  }
}

function until(deadline: number): AbortSignal {
  return AbortSignal.timeout(Math.max(0, deadline - Date.now()));
}

/** The SDK takes a property that is there and undefined for a wish; leave it out. */
function present({ region, endpoint, credentials }: EksSettings) {
  return { region, ...(endpoint === undefined ? {} : { endpoint }), ...(credentials ? { credentials } : {}) };
}
