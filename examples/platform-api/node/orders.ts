import { GatewayError, LostAnswerError } from 'pod-identity-client';
import type { GatewayClient, MutationResult, Refusal } from 'pod-identity-client';

/** What a team orders: a service, whose pods get the role that the platform made for it. */
export interface Order {
  /** Of the platform. The client request token follows from it, so that a repeated order is a replay. */
  readonly id: string;
  /** Whom the platform has authenticated, by a name that the inventory of the gateway lists. */
  readonly person: string;
  readonly cluster: string;
  readonly namespace: string;
  /** Name of the service, and of its Kubernetes service account. */
  readonly service: string;
  readonly team: string;
}

/** The answer to an order. */
export interface Answer {
  /** Of HTTP. */
  readonly status: number;
  /** When to send the order again; null when that does not help. */
  readonly retryAfterSeconds: number | null;
  readonly body: { readonly state: string } & Readonly<Record<string, unknown>>;
}

/**
 * Binds the role of a service. Resolves once the result is known, or `client` has repeated the request for as long as it
 * may.
 *
 * @param onRetry gets why the request is repeated
 */
export async function placeOrder(
  client: GatewayClient,
  roleArn: string,
  order: Order,
  onRetry: (reason: string) => void,
): Promise<Answer> {
  try {
    const input = {
      clusterName: order.cluster,
      namespace: order.namespace,
      serviceAccount: order.service,
      roleArn: roleArn.replaceAll('{namespace}', order.namespace).replaceAll('{service}', order.service),
      tags: [{ key: 'team', value: order.team }],
      onBehalfOf: order.person,
      reason: `Order ${order.id}`,
      clientRequestToken: `order-${order.id}`,
    };
    const result = await client.createPodIdentityAssociation(input, { onRetry: ({ reason }) => onRetry(reason) });
    return answerTo(result);
  } catch (error) {
    return answerToFailure(error);
  }
}

/**
 * While the result is not known: the same order, sent again, gets it.
 *
 * @param reason why the request was repeated last, for example a refusal that can pass; null: it was not
 */
export function inProgress(retryAfterSeconds: number | null, reason: string | null): Answer {
  return { status: 202, retryAfterSeconds: retryAfterSeconds ?? 5, body: { state: 'in progress', reason } };
}

function answerTo(result: MutationResult): Answer {
  if (result.kind === 'inProgress') return inProgress(result.retryAfterSeconds, null);
  const { operationId, replayed } = result;
  if (result.kind === 'succeeded') {
    const { association, warnings } = result;
    const { associationId, roleArn } = association;
    const body = { state: 'bound', associationId, roleArn, warnings, replayed, operationId };
    return { status: 200, retryAfterSeconds: null, body };
  }
  const { refusal, retryAfterSeconds } = result;
  const { code, message, advice } = refusal;
  if (refusal.__typename === 'ApprovalRequired') {
    const approvers = refusal.needs.map(({ group, count }) => ({ group, count }));
    const { id: approvalId, expiresAt } = refusal.approval ?? { id: null, expiresAt: null };
    const body = { state: 'needs approval', message, advice, approvers, approvalId, expiresAt, operationId };
    return { status: 202, retryAfterSeconds, body };
  }
  const owners = refusal.__typename === 'PolicyDenied' ? refusal.owners : [];
  const body = { state: 'refused', code, message, advice, reasons: reasonsOf(refusal), owners, operationId };
  return { status: 422, retryAfterSeconds, body };
}

function reasonsOf(refusal: Refusal): readonly { readonly message: string; readonly advice: string | null }[] {
  if (refusal.__typename === 'PolicyDenied') return refusal.violations;
  return refusal.__typename === 'InvalidInput' ? refusal.findings : [];
}

/** An error of the gateway, or no answer. The message of another error may be about the platform's own credentials: it is thrown. */
function answerToFailure(error: unknown): Answer {
  const isUnknown =
    error instanceof LostAnswerError ||
    (error instanceof GatewayError && (error.retryable || error.code === 'INTERNAL_SERVER_ERROR'));
  if (isUnknown) {
    const requestId = error instanceof GatewayError ? error.requestId : null;
    return { status: 503, retryAfterSeconds: 5, body: { state: 'unknown', message: error.message, requestId } };
  }
  if (!(error instanceof GatewayError)) throw error;
  const { code, message, requestId } = error;
  return { status: 502, retryAfterSeconds: null, body: { state: 'failed', code, message, requestId } };
}
