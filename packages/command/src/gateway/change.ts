import { UsageError } from '../aws/errors.ts';
import type { ValueMap } from '../aws/value.ts';
import type { MutationOptions } from '../../../client/src/client/approval.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { MutationResult } from '../../../client/src/client/result.ts';
import { required } from './inputs.ts';
import { mutations } from './operations.ts';
import { resume } from './resume.ts';
import type { Resumed } from './resume.ts';

/** What repeats a command besides `--wait`. */
export function optionsToRepeat(operation: string, token: string): string {
  return operation === 'ResumeRequest' ? '' : `--client-request-token ${token} and `;
}

/** A change to send, its token, and the one that the command line gave; null: none. */
interface Change {
  readonly kind: 'request';
  readonly given: string | null;
  readonly token: string;
  readonly send: (options: MutationOptions) => Promise<MutationResult>;
}

/** The change of a command; `made`: it was made before. Throws a `CommandError`. */
export async function changeOf(
  client: GatewayClient,
  operation: string,
  input: ValueMap,
  options: CallOptions,
): Promise<Change | Extract<Resumed, { kind: 'made' }>> {
  if (operation === 'ResumeRequest') {
    const resumed = await resume(client, required(input.approvalId), options);
    return resumed.kind === 'made' ? resumed : { given: resumed.token, ...resumed };
  }
  const mutation = mutations[operation];
  if (!mutation) throw new UsageError(`The gateway has no operation ${operation}.`);
  const given = typeof input.clientRequestToken === 'string' ? input.clientRequestToken : null;
  const token = given ?? crypto.randomUUID();
  return {
    kind: 'request',
    given,
    token,
    send: (sending) => mutation(client, { ...input, clientRequestToken: token }, sending),
  };
}
