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
import { associationFrom } from '../../src/eks/association.ts';
import { EksReadFailed } from '../../src/eks/eks.ts';
import type { EksError } from '../../src/eks/eks.ts';
import { changeFailure, eksErrorOf, isAbsent } from '../../src/eks/errors.ts';
import { maxTags, operationTagKey } from '../../src/model/association.ts';
import type {
  Association,
  ClusterRef,
  CreateRequest,
  DeleteRequest,
  UpdateRequest,
} from '../../src/model/association.ts';
import type { OutcomeName } from '../../src/model/outcome.ts';
import type { BaselineParts } from './parts.ts';

/** EKS did it, or said for certain that it did not. Whatever else comes back is thrown. */
export type Changed =
  | { readonly kind: 'done'; readonly association: Association; readonly requestId: string | null }
  | { readonly kind: 'refused'; readonly outcome: EksRefusal; readonly error: EksError };

/** The refusals that EKS can answer with, by their rows in the table of outcomes. */
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
  | 'THROTTLED'
>;

/** What is sent along with a change. */
export interface Along {
  /** The caller's, handed on to EKS as it is. */
  readonly clientRequestToken: string;
  /** The association as it was read for this request; null for a create. */
  readonly before: Association | null;
  /** Stands in the created association's tag, which the contract shows as `operationId`. */
  readonly operationId: string;
  readonly signal: AbortSignal;
}

/** One client and its calls. The SDK repeats each as it does by default. */
export interface EksCalls {
  /** Null where there is none. Throws `EksReadFailed` where EKS gives no answer. */
  readonly describe: (request: DeleteRequest, signal: AbortSignal) => Promise<Association | null>;
  readonly create: (request: CreateRequest, along: Along) => Promise<Changed>;
  readonly update: (request: UpdateRequest, along: Along) => Promise<Changed>;
  readonly delete: (request: DeleteRequest, along: Along) => Promise<Changed>;
  readonly close: () => void;
}

/** EKS of the deployment's own account and region. */
export function createEksCalls(
  { endpoint, credentials }: Pick<EKSClientConfig, 'endpoint' | 'credentials'>,
  home: BaselineParts['home'],
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
  ): Promise<Changed> => {
    if (!served(cluster)) return { kind: 'refused', outcome: 'CLUSTER_NOT_FOUND', error: notServed(cluster) };
    try {
      const { association, $metadata } = await send();
      const whole = associationFrom(association, cluster);
      if (!whole) throw new Error('EKS answered without a whole association.');
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
        if (!whole) throw new Error('EKS answered without a whole association.');
        return whole;
      } catch (error) {
        if (isAbsent(error)) return null;
        throw new EksReadFailed(eksErrorOf(error));
      }
    },
    create: (request, along) =>
      change(request, ofCreate, () => client.send(createCommand(request, along), { abortSignal: along.signal })),
    update: (request, along) =>
      change(request, ofExisting, () => client.send(updateCommand(request, along), { abortSignal: along.signal })),
    delete: async (request, { signal, before }) => {
      const { clusterName, associationId } = request;
      const command = new DeletePodIdentityAssociationCommand({ clusterName, associationId });
      const changed = await change(request, ofExisting, () => client.send(command, { abortSignal: signal }));
      // It was there a moment ago. That it is gone is what was asked for: likely by the SDK's own first try.
      const isGone = changed.kind === 'refused' && changed.outcome === 'ASSOCIATION_NOT_FOUND';
      return isGone && before ? { kind: 'done', association: before, requestId: changed.error.requestId } : changed;
    },
    close: () => client.destroy(),
  };
}

/** What two exceptions mean depends on the operation. */
type OwnRefusals = Readonly<Record<'in-use' | 'not-found', EksRefusal>>;
const ofCreate: OwnRefusals = { 'in-use': 'ASSOCIATION_ALREADY_EXISTS', 'not-found': 'CLUSTER_NOT_FOUND' };
const ofExisting: OwnRefusals = { 'in-use': 'EKS_REFUSED', 'not-found': 'ASSOCIATION_NOT_FOUND' };

/** What an exception of EKS means to the caller. One that leaves open whether EKS did it is thrown on. */
function refusalBy(raised: unknown, own: OwnRefusals): Changed {
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

function createCommand(request: CreateRequest, { clientRequestToken, operationId }: Along) {
  const { clusterName, namespace, serviceAccount, roleArn, targetRoleArn, disableSessionTags, policy } = request;
  const own = request.tags.length < maxTags ? [{ key: operationTagKey, value: operationId }] : [];
  return new CreatePodIdentityAssociationCommand({
    ...{ clusterName, namespace, serviceAccount, roleArn, clientRequestToken, disableSessionTags },
    tags: Object.fromEntries([...request.tags, ...own].map(({ key, value }) => [key, value])),
    ...(targetRoleArn === null ? {} : { targetRoleArn }),
    ...(policy === null ? {} : { policy }),
  });
}

function updateCommand({ clusterName, associationId, changes }: UpdateRequest, { clientRequestToken }: Along) {
  const { targetRoleArn, policy, ...rest } = changes;
  return new UpdatePodIdentityAssociationCommand({
    ...{ clusterName, associationId, clientRequestToken },
    ...rest,
    // EKS takes a field that is left out for "as it is", and the empty text for "none".
    ...(targetRoleArn === undefined ? {} : { targetRoleArn: targetRoleArn ?? '' }),
    ...(policy === undefined ? {} : { policy: policy ?? '' }),
  });
}
