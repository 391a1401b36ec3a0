import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  ListPodIdentityAssociationsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import type {
  CreatePodIdentityAssociationRequest,
  EKSClientConfig,
  ListPodIdentityAssociationsRequest,
  PodIdentityAssociation,
  UpdatePodIdentityAssociationRequest,
} from '@aws-sdk/client-eks';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { associationFrom } from '../../../../src/eks/association.ts';
import { changeFailure, isAbsent } from '../../../../src/eks/errors.ts';
import { connectionTimeoutMs } from '../../../../src/eks/sdk-settings.ts';
import type { Association } from '../../../../src/model/association.ts';
import { parseRoleArn } from '../../../../src/validation/role-arns.ts';
import { Refuted } from './expectations.ts';
import { makeCleanUp } from './clean-up.ts';
import { prefix } from './target.ts';
import type { TrialTarget } from './target.ts';
import { traced } from './trace.ts';
import type { TracedCall } from './trace.ts';

export type CreateFields = Partial<Omit<CreatePodIdentityAssociationRequest, 'clusterName' | 'namespace'>>;
type UpdateFields = Omit<UpdatePodIdentityAssociationRequest, 'clusterName' | 'associationId'>;

export type TrialCluster = ReturnType<typeof openTrialCluster>;

/**
 * EKS for one cluster, for trials. Changes are sent once, and only to associations that the trials
 * have created. After `interrupted`, nothing but deletes is sent.
 */
export function openTrialCluster(target: TrialTarget, interrupted: AbortSignal) {
  const { region, clusterName, namespace, roleArn, times } = target;
  const { accountId = '' } = parseRoleArn(roleArn) ?? {};
  const calls: TracedCall[] = [];
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: times.eksProcessingMs + 10_000,
    throwOnRequestTimeout: true,
  });
  const connect = (config: EKSClientConfig) => {
    const connected = new EKSClient({ region, requestHandler, ...config });
    connected.middlewareStack.use(traced(calls));
    return connected;
  };
  const client = connect({ maxAttempts: 1 });
  const cleaner = connect({ maxAttempts: 8 });
  const cleanUp = makeCleanUp(cleaner, target);
  const run = randomBytes(4).toString('hex');
  let names = 0;

  const newServiceAccount = () => `${prefix}${run}-${(names += 1)}`;
  const throwIfInterrupted = () => interrupted.throwIfAborted();
  const parsed = (association: PodIdentityAssociation | undefined): Association => {
    const found = associationFrom(association, { accountId, region, clusterName });
    if (found === null) throw new Refuted(`an association in the answer is incomplete: ${JSON.stringify(association)}`);
    return found;
  };
  const create = async (fields: CreateFields = {}, by = client): Promise<Association> => {
    throwIfInterrupted();
    const input = { clusterName, namespace, serviceAccount: newServiceAccount(), roleArn, ...fields };
    const sent = by.send(new CreatePodIdentityAssociationCommand(input));
    const { association } = await sent.catch((error: unknown) => {
      if (changeFailure(error).kind === 'unknown') cleanUp.note(undefined);
      throw error;
    });
    cleanUp.note(association?.associationId);
    return parsed(association);
  };
  const describe = async (associationId: string): Promise<Association> => {
    throwIfInterrupted();
    const command = new DescribePodIdentityAssociationCommand({ clusterName, associationId });
    return parsed((await client.send(command)).association);
  };

  return {
    target,
    accountId,
    calls,
    client,
    cleanUp,
    connect,
    newServiceAccount,
    throwIfInterrupted,
    create,
    describe,
    pause: (ms: number) => sleep(ms, undefined, { signal: interrupted }),
    newToken: () => `pod-identity-gateway-${randomUUID()}`,
    /** Null for an association that a describe does not show. */
    find: async (associationId: string): Promise<Association | null> => {
      try {
        return await describe(associationId);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
    update: async (associationId: string, fields: UpdateFields): Promise<Association> => {
      throwIfInterrupted();
      const command = new UpdatePodIdentityAssociationCommand({ clusterName, associationId, ...fields });
      return parsed((await client.send(command)).association);
    },
    remove: async (associationId: string): Promise<Association> => {
      const command = new DeletePodIdentityAssociationCommand({ clusterName, associationId });
      return parsed((await client.send(command)).association);
    },
    /** A page of the associations of the namespace, or of another cluster. */
    list: async (query: Partial<ListPodIdentityAssociationsRequest> = {}) => {
      throwIfInterrupted();
      const output = await client.send(new ListPodIdentityAssociationsCommand({ clusterName, namespace, ...query }));
      const ids = (output.associations ?? []).map(({ associationId }) => associationId ?? '');
      return { ids, nextToken: output.nextToken ?? null };
    },
    tag: async (resourceArn: string, tags: Readonly<Record<string, string>>) => {
      throwIfInterrupted();
      await client.send(new TagResourceCommand({ resourceArn, tags }));
    },
    untag: async (resourceArn: string, tagKeys: string[]) => {
      throwIfInterrupted();
      await client.send(new UntagResourceCommand({ resourceArn, tagKeys }));
    },
    close: () => [client, cleaner].forEach((one) => one.destroy()),
  };
}
