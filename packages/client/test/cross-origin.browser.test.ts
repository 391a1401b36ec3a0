import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { describeUnless } from '../../../test/support/requires.ts';
import { startLocalGateway } from '../../local-gateway/src/index.ts';
import type { LocalGateway } from '../../local-gateway/src/api.ts';
import { connectToBrowser, missingBrowser } from '../../page/test/browser/browser.ts';
import type * as ClientModule from '../src/index.ts';

/** Serves a page with the typed client as a script, on a free port: an origin of its own. */
async function startPage(script: string) {
  const server = createServer((request, response) => {
    const isScript = request.url === '/client.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><script type="module" src="/client.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise((resolve) => server.close(resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

describeUnless(missingBrowser)('in a browser, from a page of another origin', () => {
  const open: (() => Promise<unknown>)[] = [];
  let browser: Browser;
  let gateway: LocalGateway;
  let [allowed, other] = ['', ''];

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: "import * as client from './src/index.ts'; globalThis.client = client;",
        resolveDir: join(import.meta.dirname, '..'),
      },
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
    });
    const script = outputFiles[0]?.text ?? '';
    const pages = [await startPage(script), await startPage(script)] as const;
    open.push(...pages.map((page) => page.close));
    [allowed, other] = [pages[0].origin, pages[1].origin];
    gateway = await startLocalGateway({
      policiesDirectory: join(import.meta.dirname, '../../../policies'),
      settings: { CORS_ORIGINS: allowed },
    });
    open.push(gateway.close);
    browser = await connectToBrowser();
    open.push(() => browser.close());
  });
  afterAll(async () => {
    for (const close of open.reverse()) await close();
  });

  /** What `viewer` gives to a page: the kind of the principal, or the message of the error. */
  async function viewerFrom(origin: string, credentials: object): Promise<string> {
    const page = await browser.newPage();
    try {
      await page.goto(origin);
      await page.waitForFunction(() => 'client' in globalThis);
      return await page.evaluate(viewerOf, { url: gateway.url, ...credentials });
    } finally {
      await page.close();
    }
  }

  const ways = [
    ['a token', async () => ({ token: await gateway.token('alice') }), 'USER'],
    ['SigV4', async () => ({ keys: await gateway.credentials('ci-deployer') }), 'SERVICE'],
  ] as const;

  test.each(ways)('an allowed page reads with %s', async (_name, credentials, kind) => {
    expect(await viewerFrom(allowed, await credentials())).toBe(kind);
  });

  test.each(ways)('a page that is not allowed reads nothing with %s', async (_name, credentials) => {
    expect(await viewerFrom(other, await credentials())).toMatch(/Failed to fetch/);
  });
});

interface Given {
  readonly url: string;
  readonly token?: string;
  readonly keys?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Runs in the page. */
async function viewerOf({ url, token, keys }: Given): Promise<string> {
  const { client } = globalThis as unknown as { readonly client: typeof ClientModule };
  const authentication = keys
    ? client.sigV4({ credentials: keys, region: 'eu-central-1' })
    : client.bearer(token ?? '');
  const gateway = client.makeGatewayClient({ url, authentication, retries: { maxAttempts: 1 } });
  return gateway.viewer().then(
    ({ kind }) => kind,
    (error: unknown) => String(error),
  );
}
