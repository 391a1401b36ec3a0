import { GeneralError, ServiceError, UsageError } from '../aws/errors.ts';
import type { ValueMap } from '../aws/value.ts';
import type { Approval } from '../../../client/src/client/approval.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { approvalsByShortId, isShortApprovalId } from '../../../client/src/client/short-ids.ts';
import type { ShortIdScope } from '../../../client/src/client/short-ids.ts';
import type { Prompter } from '../prompt.ts';
import type { Request } from '../host.ts';
import { requestLines } from './approvals.ts';

/** Where the command tells what a short id stands for, and asks. */
interface Terminal {
  readonly say: (line: string) => void;
  /** Null without a terminal. */
  readonly prompter: Prompter | null;
}

const votes: Readonly<Record<string, string>> = { Approve: 'Approve', Reject: 'Reject' };

/** Where each operation looks for a short id. */
const scopesOf = (operation: string): readonly ShortIdScope[] => {
  if (operation === 'Approval') return ['pending', 'own'];
  return operation in votes ? ['pending'] : ['own'];
};

/**
 * The input with the whole id in place of a short one. Before a vote, shows the request that is
 * meant, and asks.
 *
 * @throws CommandError if no approval or several are meant, or the person does not agree
 */
export async function withWholeId(
  client: GatewayClient,
  { command: { operation }, input }: Pick<Request, 'command' | 'input'>,
  { say, prompter }: Terminal,
  options: CallOptions,
): Promise<ValueMap> {
  const { approvalId: shortId, yes } = input;
  if (typeof shortId !== 'string' || !isShortApprovalId(shortId)) return input;
  const approval = await meant(client, operation, shortId, options);
  const vote = votes[operation];
  if (vote === undefined) return { ...input, approvalId: approval.id };
  if (yes !== true && prompter === null) {
    throw new UsageError(
      `A vote by a short ID needs a person who looks at the request: run the command in a terminal, give --yes, or the whole ID, ${approval.id}. Nothing was sent.`,
    );
  }
  for (const line of requestLines(approval)) say(line);
  const isAgreed = yes === true || (await prompter?.choose(`${vote} this request?`, ['no', 'yes'])) === 'yes';
  if (!isAgreed) throw new GeneralError('No vote was sent.');
  return { ...input, approvalId: approval.id };
}

/** The one approval that is meant. */
async function meant(
  client: GatewayClient,
  operation: string,
  shortId: string,
  options: CallOptions,
): Promise<Approval> {
  const { found, isComplete } = await approvalsByShortId(client, { shortId, among: scopesOf(operation) }, options);
  const [one, ...others] = found;
  if (one !== undefined && others.length === 0 && isComplete) return one;
  if (one === undefined) {
    const where = scopesOf(operation).includes('pending')
      ? 'pending approval that you may see'
      : 'open approval of yours';
    const cause = isComplete ? '' : ', among the first thousands';
    throw new ServiceError(
      'ResourceNotFoundException',
      operation,
      `No ${where} has the short ID ${shortId}${cause}. Give the whole ID, also of one that has ended.`,
    );
  }
  const reason = isComplete
    ? `The short ID ${shortId} is that of ${found.length} approvals. Give the whole ID of one of them.`
    : `There are too many approvals to know that the short ID ${shortId} is that of one. Give the whole ID.`;
  throw new ServiceError('InvalidRequestException', operation, reason, { lines: found.map(candidateLine), fields: {} });
}

function candidateLine({ id, principal, target }: Approval): string {
  const { clusterName, namespace, serviceAccount } = target;
  return `- ${id}: ${principal.principalId} for ${namespace}/${serviceAccount} in ${clusterName}`;
}
