import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** The identity of a function, which its invocations do not contain. */
export interface FunctionIdentity {
  readonly accountId: string;
  readonly functionName: string;
}

/**
 * The context that Lambda gives a handler with each invocation. `deadline` is in milliseconds since
 * the epoch; `getRemainingTimeInMillis` counts down to it. The callback functions throw, as Lambda
 * does not support them on Node.js 24.
 */
export function makeContext({ accountId, functionName }: FunctionIdentity, deadline: number): Context {
  return {
    awsRequestId: randomUUID(),
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:${accountId}:function:${functionName}`,
    memoryLimitInMB: '1024',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    ...callbacks,
  };
}

const callbacks = { done: refuseCallback, fail: refuseCallback, succeed: refuseCallback };

function refuseCallback(): never {
  throw new Error('Lambda does not support callbacks on Node.js 24: return the result or throw an error.');
}
