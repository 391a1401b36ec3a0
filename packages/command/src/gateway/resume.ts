import { ServiceError } from '../aws/errors.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { MutationOptions } from '../../../client/src/client/approval.ts';
import type { MutationResult } from '../../../client/src/client/result.ts';
import { resumedRequest, sendResumed } from '../../../client/src/client/resume.ts';
import type { HeldRequest } from '../../../client/src/client/resume.ts';

const operation = 'ResumeRequest';

/**
 * The request of an approval, ready to be sent under its token; or what says that it was made
 * before.
 */
export type Resumed =
  | {
      readonly kind: 'request';
      readonly token: string;
      readonly send: (options: MutationOptions) => Promise<MutationResult>;
    }
  | { readonly kind: 'made'; readonly line: string };

/**
 * The request that waits for an approval, for who asked. A request that was made is not sent again:
 * another token may have used the approval, and then a new one would be asked for. Throws a
 * `ServiceError` if it can't be sent: the approval has ended, or others asked.
 */
export async function resume(client: GatewayClient, id: string, options: CallOptions): Promise<Resumed> {
  const held = await client.heldRequest({ id }, options);
  if (held === null) {
    const reason = `The approval ${id} does not exist, was replaced by another one, or you may not see it.`;
    throw new ServiceError('ResourceNotFoundException', operation, reason);
  }
  if (held.outcome?.status === 'SUCCEEDED') return { kind: 'made', line: outcomeText(held) };
  const mayBeSent = held.state === 'PENDING' || held.state === 'APPROVED' || held.outcome?.status === 'RELEASED';
  if (!mayBeSent) throw ended(held);
  const request = resumedRequest(held);
  if (request === null) throw await notYours(client, held, options);
  const { clientRequestToken: token } = request.input;
  return { kind: 'request', token, send: (sending) => sendResumed(client, request, sending) };
}

/** What became of the operation that used an approval. */
function outcomeText({ operationId, outcome }: HeldRequest): string {
  const { status, refusalCode } = outcome ?? { status: 'IN_PROGRESS', refusalCode: null };
  const result = refusalCode === null ? status : `${status}, ${refusalCode}`;
  return `The request was sent before: its operation ${operationId ?? ''} is ${result}. To read it: pod-identity operation ${operationId ?? ''}`;
}

const askAgain = 'To ask again: run the command of the change without --client-request-token.';

/** Why nothing is sent for an approval that has ended. */
function ended(held: HeldRequest): ServiceError {
  const { id, state, rejectedBy, expiresAt } = held;
  if (state === 'USED') return invalid(outcomeText(held), []);
  const by = rejectedBy === null ? '' : ` by ${rejectedBy.principal.principalId}`;
  const comment = rejectedBy?.comment ? `: ${rejectedBy.comment}` : '.';
  if (state === 'REJECTED') return invalid(`The request of the approval ${id} was rejected${by}${comment}`, [askAgain]);
  const how = state === 'WITHDRAWN' ? 'was withdrawn' : `expired at ${expiresAt}`;
  return invalid(`The request of the approval ${id} ${how}.`, [askAgain]);
}

/** Why who runs the command does not get the token. */
async function notYours(client: GatewayClient, held: HeldRequest, options: CallOptions): Promise<ServiceError> {
  const { principal, actor } = held;
  const viewer = await client.viewer(options);
  const isSame =
    viewer.id === principal.principalId && (viewer.actor?.principalId ?? null) === (actor?.principalId ?? null);
  if (isSame) {
    const reason = 'The approval has no token, because an earlier version of the gateway recorded it.';
    return invalid(reason, ['Run the command of the change again with its --client-request-token.']);
  }
  const through = actor === null ? '' : ` through ${actor.principalId}`;
  const reason = `${principal.principalId} asked for it${through}, and only they can send it again${actor === null ? '' : ', through the same service'}.`;
  return new ServiceError('AccessDeniedException', operation, reason);
}

function invalid(reason: string, lines: readonly string[]): ServiceError {
  return new ServiceError('InvalidRequestException', operation, reason, { lines, fields: {} });
}
