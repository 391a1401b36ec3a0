import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { PageAnswer, PageRequest } from '../page/page.ts';

/** The handler of the page function: public files, so that it does not matter who sends the event. */
export function makePageHandler(page: (request: PageRequest) => PageAnswer) {
  return async ({
    rawPath,
    headers: sent,
    requestContext,
  }: Pick<
    APIGatewayProxyEventV2,
    'rawPath' | 'headers' | 'requestContext'
  >): Promise<APIGatewayProxyStructuredResultV2> => {
    const { method } = requestContext.http;
    const { statusCode, headers, body } = page({ method, path: rawPath, header: (name) => sent[name] });
    // As bytes: the bodies are compressed.
    return {
      statusCode,
      headers: Object.fromEntries(headers),
      body: body.toString('base64'),
      isBase64Encoded: true,
    };
  };
}
