import { GatewayError, pageLink, RegionMissingError, UnsentError } from 'pod-identity-client';
import type { EnsureResult, GatewayClient, MutationOptions, Refusal, RetryLimits } from 'pod-identity-client';
import { Failure } from './failure.ts';
import { idOf } from './target.ts';
import type { Place, Target } from './target.ts';

/** Makes a client of the gateway, with the limits of an invocation. */
export type Connect = (limits: RetryLimits) => GatewayClient;

/** What was done, for other resources: empty ids if there is no association. */
export type Outputs = Readonly<Record<'change' | 'associationId' | 'associationArn', string>>;

export type Door = ReturnType<typeof makeDoor>;

/** The shares of the time after which no approval is waited for, and after which a request is given up: 14 of 15 minutes. */
const [finishShare, endShare] = [0.93, 0.975];

/** How long other causes are waited for: an outcome in doubt is known after 7 minutes. */
const longestRetriesMs = 480_000;

/** Refusals after which an earlier request of the declaration may still have its effect. */
const leavesOpen = ['OPERATION_IN_PROGRESS', 'OUTCOME_UNDETERMINED'];

/** Refusals that leave nothing to delete: the association is of others, or its cluster is gone. */
const leavesNothing = ['DECLARED_ELSEWHERE', 'CLUSTER_NOT_FOUND'];

/** An equal association of others: once they delete it, it would be gone, and nobody be told. */
const notOwn = 'The association exists already, and is not of this declaration. Set takeOver to take it over.';

/**
 * Sends desired states until they are settled; what it throws is a `Failure`.
 *
 * @param remainingMs milliseconds that the invocation has left
 */
export function makeDoor(connect: Connect, remainingMs: number) {
  const finishMs = Math.floor(remainingMs * finishShare);
  const finish = AbortSignal.timeout(finishMs);
  const signal = AbortSignal.timeout(Math.floor(remainingMs * endShare));
  const client = () => connect({ maxAttempts: 100, maxElapsedMs: Math.min(finishMs, longestRetriesMs) });

  async function settle(target: Place, send: (options: MutationOptions) => Promise<EnsureResult>) {
    let mayBeDone = false as boolean;
    const failure = (code: string, message: string, isOpen: boolean) =>
      new Failure(code, `${idOf(target)}: ${message}`, mayBeDone || isOpen);
    const onRetry: MutationOptions['onRetry'] = (retry) => (mayBeDone ||= retry.mayBeDone);
    const { waitForApprovalMinutes: minutes = 0 } = target.properties;
    const waitForApproval = minutes === 0 ? undefined : { maxElapsedMs: minutes * 60_000 };
    const result = await send({ signal, finish, onRetry, waitForApproval }).catch((error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      if (error instanceof GatewayError) throw failure(error.code, message, error.status >= 500);
      throw failure(name, message, !(error instanceof UnsentError || error instanceof RegionMissingError));
    });
    const { changes } = result;
    if (result.kind === 'refused') {
      const { code } = result.refusal;
      throw failure(code, await textOf(result.refusal), changes.length > 0 || leavesOpen.includes(code));
    }
    if (result.kind !== 'succeeded' || !result.isSettled) {
      throw failure('IN_PROGRESS', 'The outcome is not known yet. Deploy again.', true);
    }
    const { associationId = '', associationArn = '' } = result.association ?? {};
    const change = changes.length === 0 ? 'NONE' : changes.join();
    return { outputs: { change, associationId, associationArn }, warnings: result.warnings };
  }

  /** What a refusal says, with the link to its approval. */
  async function textOf(refusal: Refusal): Promise<string> {
    const text = [refusal.message, refusal.advice].filter(Boolean).join(' ');
    if (refusal.__typename !== 'ApprovalRequired' || refusal.approval === null) return text;
    const { id } = refusal.approval;
    const pageUrl = await client()
      .pageUrl({ signal })
      .catch(() => null);
    const link = pageUrl === null ? `pod-identity approve ${id}` : pageLink(pageUrl, 'approval', id);
    return `To approve: ${link} - then deploy again. ${text}`;
  }

  /**
   * @param isNew whether the declaration had no association there before
   * @param before what it was before, there or elsewhere; null if that is not known
   */
  async function ensure(target: Target, isNew: boolean, before: Target | null): Promise<Outputs> {
    const { waitForApprovalMinutes: _, ...desired } = target.properties;
    // What a declaration does not have any more has to go.
    const { tags, expiresAt } = before !== null && idOf(before) === idOf(target) ? before.properties : {};
    const removed = { ...(tags && { tags: [] }), ...(expiresAt && { expiresAt: null }) };
    const input = { ...removed, ...desired, declaration: target.declaration };
    const { outputs, warnings } = await settle(target, (options) =>
      client().ensurePodIdentityAssociation(input, options),
    );
    if (isNew && warnings.some(({ code }) => code === 'NOT_OWN')) throw new Failure('NOT_OWN', notOwn);
    return outputs;
  }

  /** An association of others is left alone, which is no failure. */
  async function ensureNo(place: Place): Promise<Outputs> {
    const { accountId, region, clusterName, namespace, serviceAccount, reason, onBehalfOf, attempt } = place.properties;
    const identity = { accountId, region, clusterName, namespace, serviceAccount };
    const input = { ...identity, declaration: place.declaration, reason, onBehalfOf, attempt };
    try {
      return (await settle(place, (options) => client().ensureNoPodIdentityAssociation(input, options))).outputs;
    } catch (error) {
      if (!(error instanceof Failure && leavesNothing.includes(error.name))) throw error;
      return { change: 'NONE', associationId: '', associationArn: '' };
    }
  }

  return { ensure, ensureNo };
}
