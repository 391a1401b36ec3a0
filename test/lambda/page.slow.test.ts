// Quick test: packages/local-gateway/test/page.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { runFunction } from './lambda-runtime-api.ts';
import type { RunningFunction } from './lambda-runtime-api.ts';
import { copyBuild } from '../support/lambda-package.ts';
import { hasRuntimeClient, installRuntimeClient } from '../support/lambda-runtime-client.ts';
import { describeUnless } from '../support/requires.ts';

describeUnless(hasRuntimeClient() ? null : 'run `npm run runtime-client` first')(
  "The page function in Lambda's runtime client",
  () => {
    const taskRoot = mkdtempSync(join(tmpdir(), 'page-'));
    let page: RunningFunction;

    beforeAll(async () => {
      await installRuntimeClient();
      await copyBuild(taskRoot);
      const environment = { JWT_ISSUER: 'https://login.example', PAGE_CLIENT_ID: 'page' };
      page = await runFunction({ taskRoot, handler: 'dist/page.handler', timeout: 5, environment });
    });

    afterAll(async () => {
      await page.stop();
      rmSync(taskRoot, { recursive: true });
    });

    const get = async (rawPath: string) => {
      const requestContext = { http: { method: 'GET' } };
      const outcome = await page.invoke({ rawPath, headers: { 'accept-encoding': 'gzip, br' }, requestContext });
      if (outcome.kind === 'failed') throw new Error(JSON.stringify(outcome.error));
      const { statusCode, headers, body = '' } = outcome.value as APIGatewayProxyStructuredResultV2;
      const bytes = Buffer.from(body, 'base64');
      const isCompressed = headers?.['content-encoding'] === 'br';
      return { statusCode, headers, text: (isCompressed ? brotliDecompressSync(bytes) : bytes).toString() };
    };

    it('serves the packaged files that the page names, and how people sign in', async () => {
      const { statusCode, headers, text } = await get('/');
      expect(statusCode).toBe(200);
      expect(headers?.['content-security-policy']).toContain("connect-src 'self' https://login.example;");
      const [, script = ''] = /<script type="module" src="([^"]+)"/.exec(text) ?? [];
      expect(await get(script)).toMatchObject({
        statusCode: 200,
        headers: { 'content-type': 'text/javascript; charset=utf-8', 'content-encoding': 'br' },
      });
      expect(JSON.parse((await get('/page.json')).text)).toMatchObject({ signIn: { kind: 'oidc', clientId: 'page' } });
    });

    it('answers 404 to files that the package does not have', async () => {
      expect((await get('/assets/../policies/inventory.json')).statusCode).toBe(404);
      expect((await get('/assets/missing.js')).statusCode).toBe(404);
    });
  },
);
