import { GeneralError } from '../aws/errors.ts';
import type { ValueMap } from '../aws/value.ts';
import type { MutationOptions } from '../../../client/src/client/approval.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { EnsureInProgress, EnsureResult, EnsureSucceeded } from '../../../client/src/client/ensure.ts';
import type { EnsureCheckFragment } from '../../../client/src/generated/operations.ts';
import type { Request } from '../host.ts';
import { associationAnswer, checkAnswer } from './answers.ts';
import { required } from './inputs.ts';
import { tagList } from './tag-operations.ts';

type Ensure = (client: GatewayClient, input: ValueMap, options: MutationOptions) => Promise<EnsureResult>;

/** The desired states, by the operations of the commands. */
export const ensures: Readonly<Record<string, Ensure>> = {
  EnsurePodIdentityAssociation: (client, input, options) =>
    client.ensurePodIdentityAssociation(desiredInput(input), options),
  EnsureNoPodIdentityAssociation: (client, input, options) =>
    client.ensureNoPodIdentityAssociation({ ...input, ...place(input) }, options),
};

/** Their dry runs. */
export const ensureQueries = {
  CheckEnsurePodIdentityAssociation: async (client: GatewayClient, { input }: Request, options: CallOptions) =>
    ensureCheckAnswer(await client.checkEnsurePodIdentityAssociation(desiredInput(input), options)),
  CheckEnsureNoPodIdentityAssociation: async (client: GatewayClient, { input }: Request, options: CallOptions) =>
    ensureCheckAnswer(await client.checkEnsureNoPodIdentityAssociation({ ...input, ...place(input) }, options)),
};

/** The answer of a desired state, whose warnings are lines of their own. */
export function ensureAnswer({ kind: _, warnings: __, association, ...others }: EnsureSucceeded): ValueMap {
  return { ...others, association: association && associationAnswer(association) };
}

/** The error of a desired state whose change may be made or not. */
export function ensureInProgress({ retryAfterSeconds, operationId }: EnsureInProgress): GeneralError {
  const when = retryAfterSeconds === null ? '' : ` in ${retryAfterSeconds} s`;
  const operation = operationId === null ? '' : ` Operation: ${operationId}`;
  return new GeneralError(
    `The result is not known yet: the change may be done, or may still be made. Run the same command again${when} with --wait.${operation}`,
  );
}

function ensureCheckAnswer({ check, ...others }: EnsureCheckFragment): ValueMap {
  return { ...others, check: check && checkAnswer(check) };
}

function desiredInput(input: ValueMap) {
  const expiresAt = input.expiresAt === '' ? { expiresAt: null } : {};
  return { ...input, ...expiresAt, ...place(input), roleArn: required(input.roleArn), tags: tagList(input.tags) };
}

function place({ clusterName, namespace, serviceAccount, declaration }: ValueMap) {
  return {
    clusterName: required(clusterName),
    namespace: required(namespace),
    serviceAccount: required(serviceAccount),
    declaration: required(declaration),
  };
}
