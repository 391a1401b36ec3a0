import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { PageAnswer, PageRequest } from '../page/page.ts';

/** What the page needs of an event. */
type PageEvent = Pick<APIGatewayProxyEventV2, 'rawPath' | 'headers' | 'requestContext'>;

/**
 * The handler of the page function: public files, so that it does not matter who sends the event.
 */
export function makePageHandler(page: (request: PageRequest) => PageAnswer) {
  return ({ rawPath, headers: sent, requestContext }: PageEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    const { method } = requestContext.http;
    const { statusCode, headers, body } = page({ method, path: rawPath, header: (name) => sent[name] });
    // As bytes: the bodies are compressed.
    const bytes = { body: body.toString('base64'), isBase64Encoded: true };
    return Promise.resolve({ statusCode, headers: Object.fromEntries(headers), ...bytes });
  };
}
