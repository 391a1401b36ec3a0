import { GatewayError, pageLink, RegionMissingError, UnsentError } from 'pod-identity-client';
import type {
  EnsureResult,
  EnsureSucceeded,
  GatewayClient,
  MutationOptions,
  Refusal,
  RetryLimits,
} from 'pod-identity-client';
import { Failure } from './failure.ts';
import { isSame } from './identity.ts';
import type { Identity } from './identity.ts';
import type { Properties } from './properties.ts';

/** Makes a client of the gateway, with limits of this invocation. */
export type Connect = (limits: RetryLimits) => GatewayClient;

/** The association of a declaration, with its properties if they are known. */
export interface Target {
  readonly identity: Identity;
  readonly declaration: string;
  readonly properties: Properties | null;
}

/** A desired association. */
interface Desired extends Target {
  readonly properties: Properties;
  /** Whether the declaration had no association here before. */
  readonly isNew: boolean;
  /** What was declared before, here or elsewhere; null if it is not known. */
  readonly before: Pick<Desired, 'identity' | 'properties'> | null;
}

/** What was done, for other resources: empty ids if there is no association. */
export interface Outputs {
  readonly change: string;
  readonly associationId: string;
  readonly associationArn: string;
}

/** Desired states, sent until they are settled. Both throw a `Failure`. */
export interface Door {
  readonly ensure: (desired: Desired) => Promise<Outputs>;
  /** An association of others is left alone, which is no failure. */
  readonly ensureNo: (target: Target) => Promise<Outputs>;
}

/** The shares of the time after which no approval is waited for, and after which a request is given up: 14 of 15 minutes. */
const [finishShare, endShare] = [0.93, 0.975];

/** How long other causes are waited for: an outcome in doubt is known after 7 minutes. */
const longestRetriesMs = 480_000;

/** Refusals after which an earlier request of the declaration may still have its effect. */
const leavesOpen = ['OPERATION_IN_PROGRESS', 'OUTCOME_UNDETERMINED'];

/** What leaves nothing to delete: it is of others, or its cluster is gone. */
const leavesNothing = ['DECLARED_ELSEWHERE', 'CLUSTER_NOT_FOUND'];

/** @param remainingMs milliseconds that the invocation has left */
export function makeDoor(connect: Connect, remainingMs: number): Door {
  const client = connect({ maxAttempts: 100, maxElapsedMs: Math.min(remainingMs * finishShare, longestRetriesMs) });
  const finish = AbortSignal.timeout(remainingMs * finishShare);
  const signal = AbortSignal.timeout(remainingMs * endShare);

  async function settled(
    minutes = 0,
    send: (options: MutationOptions) => Promise<EnsureResult>,
  ): Promise<EnsureSucceeded> {
    let mayBeDone = false as boolean;
    const onRetry: MutationOptions['onRetry'] = (retry) => (mayBeDone ||= retry.mayBeDone);
    const waitForApproval = minutes === 0 ? undefined : { maxElapsedMs: minutes * 60_000 };
    const result = await send({ signal, finish, onRetry, waitForApproval }).catch((error: unknown) => {
      throw failureOf(error, mayBeDone);
    });
    if (result.kind === 'succeeded' && result.isSettled) return result;
    if (result.kind !== 'refused') throw new Failure('IN_PROGRESS', 'It has not ended yet. Deploy again.', true);
    const { refusal, changes } = result;
    const isOpen = mayBeDone || changes.length > 0 || leavesOpen.includes(refusal.code);
    throw new Failure(refusal.code, await refusalText(refusal), isOpen);
  }

  /** What a refusal says, with the link to its approval. */
  async function refusalText(refusal: Refusal): Promise<string> {
    const text = [refusal.message, refusal.advice].filter(Boolean).join(' ');
    if (refusal.__typename !== 'ApprovalRequired' || refusal.approval === null) return text;
    const { id } = refusal.approval;
    const pageUrl = await client.pageUrl({ signal }).catch(() => null);
    const link = pageUrl === null ? `pod-identity approve ${id}` : pageLink(pageUrl, 'approval', id);
    return `To approve: ${link} Then deploy again. ${text}`;
  }

  return {
    ensure: async ({ identity, declaration, properties, isNew, before }) => {
      const { waitForApprovalMinutes, ...desired } = properties;
      // What a declaration does not have any more has to go.
      const old = before && isSame(before.identity, identity) ? before.properties : null;
      const removed = { ...(old?.tags && { tags: [] }), ...(old?.expiresAt && { expiresAt: null }) };
      const input = { ...removed, ...desired, ...identity, declaration };
      const result = await settled(waitForApprovalMinutes, (options) =>
        client.ensurePodIdentityAssociation(input, options),
      );
      if (isNew && result.warnings.some(({ code }) => code === 'NOT_OWN')) throw notOwn();
      return outputsOf(result);
    },
    ensureNo: async ({ identity, declaration, properties }) => {
      const { waitForApprovalMinutes, reason, onBehalfOf } = properties ?? {};
      const input = { ...identity, declaration, reason, onBehalfOf };
      const send = (options: MutationOptions) => client.ensureNoPodIdentityAssociation(input, options);
      return settled(waitForApprovalMinutes, send).then(outputsOf, (error: unknown) => {
        if (error instanceof Failure && leavesNothing.includes(error.name)) return outputsOf(null);
        throw error;
      });
    },
  };
}

/**
 * An equal association of others: as created, it would be gone once they delete it, and nobody would
 * be told.
 */
function notOwn(): Failure {
  return new Failure(
    'NOT_OWN',
    'The association exists already, and is not of this declaration. Set takeOver to take it over.',
  );
}

function outputsOf(result: EnsureSucceeded | null): Outputs {
  const { associationId = '', associationArn = '' } = result?.association ?? {};
  const changes = result?.changes ?? [];
  return { change: changes.length === 0 ? 'NONE' : changes.join(), associationId, associationArn };
}

/** What an error of the client means. */
function failureOf(error: unknown, mayBeDone: boolean): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof GatewayError) return new Failure(error.code, message, mayBeDone || error.status >= 500);
  const isUnsent = error instanceof UnsentError || error instanceof RegionMissingError;
  return new Failure(name, message, mayBeDone || !isUnsent);
}
