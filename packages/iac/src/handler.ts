import type { Agent } from 'node:https';
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { answerCloudFormation, cloudFormationRequest } from './cloudformation.ts';
import { makeDoor } from './door.ts';
import type { Connect, Outputs } from './door.ts';
import { Failure } from './failure.ts';
import { answerInvocation, invocation } from './invocation.ts';
import { isResponseUrl, respond } from './respond.ts';

/** What the handler is made of. */
interface Parts {
  readonly connect: Connect;
  /** Connections to CloudFormation; by default Node.js's own. */
  readonly agent?: Agent;
  /** Writes a line of the log. */
  readonly log: (line: object) => void;
}

type Invoked = Pick<Context, 'invokedFunctionArn' | 'getRemainingTimeInMillis'>;

/**
 * Makes the handler of the requests of CloudFormation, which are answered at their ResponseURL, and
 * of invocations by Terraform and Pulumi, which get the outputs, or an error.
 */
export function makeHandler({ connect, agent, log }: Parts) {
  return async (event: unknown, context: Invoked): Promise<Outputs | null> => {
    const remainingMs = () => context.getRemainingTimeInMillis();
    const [, , , region = '', accountId = ''] = context.invokedFunctionArn.split(':');
    const perform = [makeDoor(connect, remainingMs()), { accountId, region }] as const;
    const invoked = v.safeParse(invocation, event);
    if (invoked.success) return answerInvocation(invoked.output, ...perform);
    const requested = v.safeParse(cloudFormationRequest, event);
    if (!requested.success) {
      throw new Failure('INVALID_EVENT', 'Neither of CloudFormation, nor with tf: set lifecycle_scope to CRUD.');
    }
    const { ResponseURL, RequestType } = requested.output;
    // Before anything is done: nobody could be told.
    if (!isResponseUrl(ResponseURL)) throw new Failure('INVALID_EVENT', 'ResponseURL is not one of CloudFormation.');
    const response = await answerCloudFormation(requested.output, ...perform);
    log({ RequestType, ...response });
    await respond(ResponseURL, response, { agent, remainingMs });
    return null;
  };
}
