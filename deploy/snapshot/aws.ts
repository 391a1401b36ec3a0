import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * The answers of AWS to one create, on a free port of this machine: every write to DynamoDB
 * succeeds, every query finds nothing, and EKS returns the association of the request.
 */
export async function startAws(): Promise<{ url: string; stop: () => void }> {
  const server = createServer((request, response) => {
    answerTo(request).then(
      (answer) => response.writeHead(200, headers()).end(JSON.stringify(answer)),
      () => response.destroy(),
    );
  });
  // However long the function takes, it finds its connections open.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${address.port}`, stop };
}

/**
 * With the time of this program, which may stand still: with another one, the function would find
 * its clock wrong.
 */
const headers = () => ({ 'content-type': 'application/json', date: new Date().toUTCString() });

async function answerTo(request: IncomingMessage): Promise<object> {
  const body = await text(request);
  if (request.headers['x-amz-target'] !== undefined) return { Items: [], Count: 0, ScannedCount: 0 };
  const [, clusterName = ''] = /^\/clusters\/([^/]+)\//.exec(request.url ?? '') ?? [];
  const now = Date.now() / 1000;
  const ids = {
    associationId: 'a-00000000000000000',
    associationArn: `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/${clusterName}/a-00000000000000000`,
  };
  const given = body === '' ? {} : (JSON.parse(body) as object);
  return { association: { ...given, ...ids, clusterName, createdAt: now, modifiedAt: now } };
}
