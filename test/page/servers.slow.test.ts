// Quick test: test/page/page.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { startLocalGateway } from '../../packages/local-gateway/src/index.ts';
import { buildPage } from '../../packages/page/build.ts';
import type { PageFiles } from '../../packages/page/build.ts';
import { writePage } from '../../packages/page/write.ts';
import { makePageHandler } from '../../src/app/page-handler.ts';
import { readPageSettings } from '../../src/app/page-settings.ts';
import { readPageFiles } from '../../src/page/files.ts';
import { makePage } from '../../src/page/page.ts';
import { closeAtEnd } from '../support/left-open.ts';

/** An issuer without keys: nobody signs in here. */
async function startIssuer(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ jwks_uri: `${issuer}/jwks`, keys: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closeAtEnd(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return issuer;
}

let folder: string;
let files: PageFiles;
let url: string;
let handler: ReturnType<typeof makePageHandler>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'page-'));
  files = await buildPage();
  writePage(join(folder, 'dist/page-files'), files);
  const settings = {
    JWT_ISSUER: await startIssuer(),
    ...{ PAGE_CLIENT_ID: 'page', PAGE_SCOPE: 'openid pods', PAGE_AUDIENCE: 'gateway' },
    ...{ PAGE_RESOURCE: 'https://gateway.example', COMMAND_CLIENT_ID: 'command' },
    PAGE_CONNECT_ORIGINS: 'https://tokens.example',
  };
  const { folder: from, ...contents } = readPageSettings({ ...settings, LAMBDA_TASK_ROOT: folder });
  handler = makePageHandler(makePage({ files: readPageFiles(from), ...contents }));
  const gateway = await startLocalGateway({ policiesDirectory: 'policies', settings });
  closeAtEnd(gateway.close);
  ({ origin: url } = new URL(gateway.url));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the local server sends, without what every answer of it has. */
async function locally(path: string, method: string, headers: Record<string, string>) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${url}${path}`, { method, headers }).once('response', resolve).once('error', reject).end();
  });
  const { date: _, connection: __, 'keep-alive': ___, 'content-length': ____, ...rest } = response.headers;
  const { 'apigw-requestid': _____, 'transfer-encoding': ______, ...own } = rest;
  return { statusCode: response.statusCode, headers: own, body: await buffer(response) };
}

/** What the page function answers API Gateway. */
async function deployed(path: string, method: string, headers: Record<string, string>) {
  const requestContext = { http: { method } } as never;
  const { statusCode, headers: own, body = '' } = await handler({ rawPath: path, headers, requestContext });
  return { statusCode, headers: own ?? {}, body: Buffer.from(body, 'base64') };
}

const decoded = ({ headers, body }: Pick<Awaited<ReturnType<typeof deployed>>, 'body'> & { headers: object }) =>
  ('content-encoding' in headers && body.length > 0 ? gunzipSync(body) : body).toString();

test.each(['GET', 'HEAD'])(
  'both servers answer %s with the same status, headers and contents, for every file',
  async (method) => {
    const paths = [...files.keys(), '/page.json', '/.well-known/oauth-protected-resource', '/assets/missing.js'];
    for (const path of paths) {
      const headers = { 'accept-encoding': 'gzip' };
      const [one, other] = [await locally(path, method, headers), await deployed(path, method, headers)];
      expect([one.statusCode, one.headers]).toEqual([other.statusCode, other.headers]);
      expect(decoded(one)).toBe(decoded(other));
    }
  },
);

test('the page names its files by their contents, and has no inline script or style', async () => {
  const html = decoded(await deployed('/', 'GET', { 'accept-encoding': 'gzip' }));
  const named = [...html.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path = '']) => path);
  expect(named.map((path) => path.replace(/-[A-Z0-9]{8}\./, '-HASH.')).sort()).toEqual([
    '/assets/page-HASH.css',
    '/assets/page-HASH.js',
  ]);
  for (const path of named) expect((await locally(path, 'GET', {})).statusCode).toBe(200);
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
});

test('the configuration of the page is that of the settings', async () => {
  const { body } = await locally('/page.json', 'GET', {});
  const { signIn } = JSON.parse(body.toString()) as { signIn: object };
  expect(signIn).toMatchObject({
    kind: 'oidc',
    clientId: 'page',
    scope: 'openid pods',
    audience: 'gateway',
    resource: 'https://gateway.example',
  });
});
