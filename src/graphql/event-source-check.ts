import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { eventProblem } from '../auth/event-source.ts';
import type { EventSource } from '../auth/event-source.ts';
import type { Log } from '../runtime/log.ts';
import { firstCharacters } from '../validation/text-rules.ts';
import type { GraphqlHandler } from './handler.ts';

/** The most characters of a request id that the log keeps. */
const maxRequestId = 256;

/**
 * A handler that gets only events of the gateway's API. Any other JSON value is answered with
 * status 403 and logged as a warning: an operator finds by `lambdaRequestId` in CloudTrail who
 * invoked the function.
 */
export function refuseForeignEvents(handler: GraphqlHandler, source: EventSource, log: Log): GraphqlHandler {
  return async (event, context) => {
    const reason = eventProblem(event, source);
    if (reason === null) return handler(event, context);
    log('warn', 'Event refused.', {
      apiRequestId: requestIdOf(event),
      lambdaRequestId: context.awsRequestId,
      reason,
    });
    return refusal(context.awsRequestId);
  };
}

/** The answer to an event that may have no request id: that of Lambda stands in for it. */
function refusal(requestId: string): APIGatewayProxyStructuredResultV2 {
  const message = 'The event was not sent by the API of this gateway: send requests to its URL.';
  const extensions = { code: 'FORBIDDEN', requestId, retryable: false, retryAfterSeconds: null };
  return {
    statusCode: 403,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ errors: [{ message, extensions }] }),
  };
}

/**
 * The request id that the event claims; null where it has none. The event can be any JSON value.
 */
function requestIdOf(event: unknown): string | null {
  const { requestContext } = (event ?? {}) as { requestContext?: unknown };
  const { requestId } = (requestContext ?? {}) as { requestId?: unknown };
  return typeof requestId === 'string' ? firstCharacters(requestId, maxRequestId).toWellFormed() : null;
}
