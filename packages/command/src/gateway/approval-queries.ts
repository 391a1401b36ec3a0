import { ServiceError, UsageError } from '../aws/errors.ts';
import type { ValueMap } from '../aws/value.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { ApprovalScope, VotePayloadFragment } from '../../../client/src/generated/operations.ts';
import type { Request } from '../host.ts';
import { approvalAnswer, pageAnswer } from './answers.ts';
import { choiceOf } from './choices.ts';
import { refusalError } from './failures.ts';
import { makeLinkOf } from './page-url.ts';
import { filters, optional, page, required } from './inputs.ts';

type Ask = (client: GatewayClient, request: Request, options: CallOptions) => Promise<ValueMap>;

/** The requests of the commands of approvals, by their operations. */
export const approvalQueries: Readonly<Record<string, Ask>> = {
  Approvals: async (client, { input }, options) => {
    const variables = { scope: scopeOf(input), state: choiceOf('state', input.state), ...page(input) };
    const { nodes, pageInfo } = await client.approvals(variables, options);
    const linkOf = makeLinkOf(client, options);
    const shown = await Promise.all(nodes.map(async (one) => approvalAnswer(one, await linkOf(one.id))));
    return pageAnswer('approvals', shown, pageInfo);
  },
  Approval: async (client, { command, input }, options) => {
    const id = required(input.approvalId);
    const approval = await client.approval({ id }, options);
    if (approval) return { approval: approvalAnswer(approval, await makeLinkOf(client, options)(id)) };
    const reason = `The approval ${id} does not exist, was replaced by another one, or you may not see it.`;
    throw new ServiceError('ResourceNotFoundException', command.operation, reason);
  },
  Approve: async (client, request, options) => voted(request, await client.approve(voteOf(request), options)),
  Reject: async (client, request, options) => voted(request, await client.reject(voteOf(request), options)),
  WithdrawApproval: async (client, request, options) => {
    const approvalId = required(request.input.approvalId);
    return voted(request, await client.withdrawApproval({ approvalId }, options));
  },
};

function voteOf({ input }: Request) {
  return { approvalId: required(input.approvalId), comment: optional(input.comment) };
}

/** @throws ServiceError if the vote was not counted, or the approval not withdrawn */
function voted({ command }: Request, { approval, refusal, auditEntry }: VotePayloadFragment): ValueMap {
  if (refusal) {
    const { operationId } = auditEntry;
    throw refusalError(command.operation, { refusal, operationId, retryAfterSeconds: null, clientRequestToken: null });
  }
  return { approval: approval && approvalAnswer(approval) };
}

/** By default, the pending ones of all clusters. */
function scopeOf(input: ValueMap): ApprovalScope | undefined {
  const { clusterName, namespace, serviceAccount, own } = input;
  if (own === true) {
    if (clusterName === undefined) return { own: 'OPEN' };
    throw new UsageError('Give --own or --cluster-name, not both.');
  }
  if (clusterName !== undefined) return { cluster: { ...filters(input), serviceAccount: optional(serviceAccount) } };
  if (namespace === undefined && serviceAccount === undefined) return undefined;
  throw new UsageError('Give --cluster-name with --namespace and --service-account.');
}
