import type { Agent } from 'node:https';
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { answerCloudFormation, cloudFormationRequest } from './cloudformation.ts';
import { makeDoor } from './door.ts';
import type { Connect, Outputs } from './door.ts';
import { Failure } from './failure.ts';
import { homeOf } from './identity.ts';
import { isResponseUrl, respond } from './respond.ts';
import { answerInvocation, invocation } from './terraform.ts';

/** What the handler is made of. */
interface Parts {
  readonly connect: Connect;
  /** Connections to CloudFormation; by default Node.js's own. */
  readonly agent?: Agent;
  /** Writes a line of the log. */
  readonly log: (line: object) => void;
}

/** What the handler needs of Lambda. */
type Invocation = Pick<Context, 'invokedFunctionArn' | 'getRemainingTimeInMillis'>;

/**
 * Makes the handler of the requests of CloudFormation, which are answered at their ResponseURL, and
 * of invocations by Terraform and Pulumi, which get the outputs, or an error.
 */
export function makeHandler({ connect, agent, log }: Parts) {
  return async (event: unknown, context: Invocation): Promise<Outputs | null> => {
    const home = homeOf(context.invokedFunctionArn);
    const remainingMs = () => context.getRemainingTimeInMillis();
    const door = () => makeDoor(connect, remainingMs());
    if (v.is(invocation, event)) return answerInvocation(event, door(), home);
    if (!v.is(cloudFormationRequest, event)) throw new Failure('INVALID_EVENT', unknownEvent);
    const { ResponseURL } = event;
    // Before anything is done: nobody could be told.
    if (!isResponseUrl(ResponseURL)) throw new Failure('INVALID_EVENT', 'ResponseURL is not one of CloudFormation.');
    const response = await answerCloudFormation(event, door(), home);
    log({ requestType: event.RequestType, ...response });
    await respond(ResponseURL, response, { agent, remainingMs });
    return null;
  };
}

const unknownEvent =
  'The event is neither a request of CloudFormation nor an invocation with lifecycle_scope = "CRUD" (lifecycleScope of Pulumi).';
