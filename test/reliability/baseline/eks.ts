import {
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import type { EKSClientConfig, PodIdentityAssociation } from '@aws-sdk/client-eks';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { MetadataBearer } from '@smithy/types';
import { associationFrom } from '../../../src/eks/association.ts';
import { EksReadFailed } from '../../../src/eks/eks.ts';
import type { EksError } from '../../../src/eks/eks.ts';
import { changeFailure, eksErrorOf, isAbsent } from '../../../src/eks/errors.ts';
import { maxTags, operationTagKey } from '../../../src/model/association.ts';
import type {
  Association,
  ClusterRef,
  CreateRequest,
  DeleteRequest,
  UpdateRequest,
} from '../../../src/model/association.ts';
import type { OutcomeName } from '../../../src/model/outcome.ts';

/** EKS applied the change, or certainly did not. Every other outcome is thrown. */
export type EksChangeResult =
  | { readonly kind: 'done'; readonly association: Association; readonly requestId: string | null }
  | { readonly kind: 'refused'; readonly outcome: EksRefusal; readonly error: EksError };

/** The refusals that EKS can cause, by their rows in the outcome table. */
export type EksRefusal = Extract<
  OutcomeName,
  | 'ASSOCIATION_ALREADY_EXISTS'
  | 'ASSOCIATION_NOT_FOUND'
  | 'CLUSTER_NOT_FOUND'
  | 'ROLE_NOT_FOUND'
  | 'TRUST_POLICY_INVALID'
  | 'ASSOCIATION_LIMIT_EXCEEDED'
  | 'EKS_REFUSED'
  | 'GATEWAY_ACCESS_DENIED'
  | 'CREDENTIALS_DENIED'
  | 'CREDENTIALS_UNAVAILABLE'
  | 'THROTTLED'
>;

/** Options of a change request. */
export interface ChangeOptions {
  /** The caller's token, passed to EKS unchanged. */
  readonly clientRequestToken: string;
  /** The association as read for this request; null for a create. */
  readonly before: Association | null;
  /** Stored in a tag of the created association; the contract shows it as `operationId`. */
  readonly operationId: string;
  readonly signal: AbortSignal;
}

/** The calls of one EKS client, with the SDK's default retries. */
export interface EksCalls {
  /** Null if the association does not exist. Throws `EksReadFailed` if EKS can't be read. */
  readonly describe: (request: DeleteRequest, signal: AbortSignal) => Promise<Association | null>;
  readonly create: (request: CreateRequest, options: ChangeOptions) => Promise<EksChangeResult>;
  readonly update: (request: UpdateRequest, options: ChangeOptions) => Promise<EksChangeResult>;
  readonly delete: (request: DeleteRequest, options: ChangeOptions) => Promise<EksChangeResult>;
  readonly close: () => void;
}

/** Creates the EKS calls for the deployment's own account and region. */
export function makeEksCalls(
  { endpoint, credentials }: Pick<EKSClientConfig, 'endpoint' | 'credentials'>,
  home: Omit<ClusterRef, 'clusterName'>,
): EksCalls {
  const client = new EKSClient({
    region: home.region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: new NodeHttpHandler({ connectionTimeout: 2_000 }),
  });
  const served = ({ accountId, region }: ClusterRef) => accountId === home.accountId && region === home.region;
  const change = async (
    cluster: ClusterRef,
    own: OwnRefusals,
    send: () => Promise<{ readonly association?: PodIdentityAssociation | undefined } & MetadataBearer>,
  ): Promise<EksChangeResult> => {
    if (!served(cluster)) return { kind: 'refused', outcome: 'CLUSTER_NOT_FOUND', error: notServed(cluster) };
    try {
      const { association, $metadata } = await send();
      const whole = associationFrom(association, cluster);
      if (!whole) throw new Error('The EKS response lacks fields of the association.');
      return { kind: 'done', association: whole, requestId: $metadata.requestId ?? null };
    } catch (error) {
      return refusalBy(error, own);
    }
  };
  return {
    describe: async (request, abortSignal) => {
      if (!served(request)) return null;
      const { clusterName, associationId } = request;
      try {
        const command = new DescribePodIdentityAssociationCommand({ clusterName, associationId });
        const { association } = await client.send(command, { abortSignal });
        const whole = associationFrom(association, request);
        if (!whole) throw new Error('The EKS response lacks fields of the association.');
        return whole;
      } catch (error) {
        if (isAbsent(error)) return null;
        throw new EksReadFailed(eksErrorOf(error));
      }
    },
    create: (request, options) =>
      change(request, ofCreate, () => client.send(createCommand(request, options), { abortSignal: options.signal })),
    update: (request, options) =>
      change(request, ofExisting, () => client.send(updateCommand(request, options), { abortSignal: options.signal })),
    delete: async (request, { signal, before }) => {
      const { clusterName, associationId } = request;
      const command = new DeletePodIdentityAssociationCommand({ clusterName, associationId });
      const result = await change(request, ofExisting, () => client.send(command, { abortSignal: signal }));
      // The association was just read, so it was probably deleted by the first attempt of the SDK.
      const isGone = result.kind === 'refused' && result.outcome === 'ASSOCIATION_NOT_FOUND';
      return isGone && before ? { kind: 'done', association: before, requestId: result.error.requestId } : result;
    },
    close: () => client.destroy(),
  };
}

/** Two exceptions mean different refusals for create and for the other operations. */
type OwnRefusals = Readonly<Record<'in-use' | 'not-found', EksRefusal>>;
const ofCreate: OwnRefusals = { 'in-use': 'ASSOCIATION_ALREADY_EXISTS', 'not-found': 'CLUSTER_NOT_FOUND' };
const ofExisting: OwnRefusals = { 'in-use': 'EKS_REFUSED', 'not-found': 'ASSOCIATION_NOT_FOUND' };

/** Converts an EKS exception into a refusal. Rethrows it if the outcome is unknown. */
function refusalBy(raised: unknown, own: OwnRefusals): EksChangeResult {
  const failure = changeFailure(raised);
  const outcome = failure.kind === 'rejected' ? failure.outcome : failure.kind;
  if (outcome === 'unknown' || outcome === 'EKS_UNREACHABLE') throw raised;
  const isOwn = outcome === 'in-use' || outcome === 'not-found';
  return { kind: 'refused', outcome: isOwn ? own[outcome] : outcome, error: failure.error };
}

function notServed({ accountId, region }: ClusterRef): EksError {
  const message = `Clusters of account ${accountId} in ${region} are not served here.`;
  return { exception: 'NotServed', message, requestId: null };
}

function createCommand(request: CreateRequest, { clientRequestToken, operationId }: ChangeOptions) {
  const { clusterName, namespace, serviceAccount, roleArn, targetRoleArn, disableSessionTags, policy } = request;
  const own = request.tags.length < maxTags ? [{ key: operationTagKey, value: operationId }] : [];
  return new CreatePodIdentityAssociationCommand({
    clusterName,
    namespace,
    serviceAccount,
    roleArn,
    clientRequestToken,
    disableSessionTags,
    tags: Object.fromEntries([...request.tags, ...own].map(({ key, value }) => [key, value])),
    ...(targetRoleArn === null ? {} : { targetRoleArn }),
    ...(policy === null ? {} : { policy }),
  });
}

function updateCommand({ clusterName, associationId, changes }: UpdateRequest, { clientRequestToken }: ChangeOptions) {
  const { targetRoleArn, policy, ...rest } = changes;
  return new UpdatePodIdentityAssociationCommand({
    clusterName,
    associationId,
    clientRequestToken,
    ...rest,
    // In an update, EKS keeps an omitted field and removes a field that is an empty string.
    ...(targetRoleArn === undefined ? {} : { targetRoleArn: targetRoleArn ?? '' }),
    ...(policy === undefined ? {} : { policy: policy ?? '' }),
  });
}
