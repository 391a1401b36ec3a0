// Quick test: packages/iac/test/invocation.test.ts.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describeUnless } from '../../../test/support/requires.ts';
import { hasRuntimeClient, installRuntimeClient } from '../../../test/support/lambda-runtime-client.ts';
import { runFunction } from '../../../test/lambda/lambda-runtime-api.ts';
import type { RunningFunction } from '../../../test/lambda/lambda-runtime-api.ts';
import { associationsOf, openFunction, roleCredentials } from './function.ts';
import type { Opened } from './function.ts';
import { missingOpenSsl } from './response-bucket.ts';

const iac = join(import.meta.dirname, '..');
const missing = hasRuntimeClient() ? missingOpenSsl : 'run `npm run runtime-client` first';

describeUnless(missing)("the bundle in Lambda's runtime client", () => {
  let opened: Opened;
  let running: RunningFunction;

  const start = () =>
    runFunction({
      taskRoot: join(iac, 'dist/function'),
      handler: 'index.handler',
      timeout: 900,
      environment: {
        GATEWAY_URL: opened.route.url,
        AWS_ACCESS_KEY_ID: roleCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: roleCredentials.secretAccessKey,
      },
    });
  beforeAll(async () => {
    execFileSync(process.execPath, ['build.js'], { cwd: iac });
    await installRuntimeClient();
    opened = await openFunction();
    running = await start();
  });
  afterAll(async () => {
    await running.stop();
    await opened.close();
  });

  const input = {
    declaration: 'payments/prod/api',
    clusterName: 'apps-dev',
    namespace: 'payments',
    serviceAccount: 'api',
    roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
    tags: { team: 'payments' },
  };
  const event = (action: string, fields: object = {}) => ({ ...input, ...fields, tf: { action, prev_input: input } });

  test('makes an association with the credentials of its environment', async () => {
    const made = await running.invoke(event('create'));
    expect(made).toMatchObject({ kind: 'answered', value: { change: 'CREATE' } });
    expect(Object.keys(associationsOf(opened))).toEqual(['payments/api']);
  });

  test('fails with the code and the advice of a refusal, and without a trace', async () => {
    const failed = await running.invoke(event('update', { namespace: 'search' }));
    expect(failed).toEqual({
      kind: 'failed',
      error: {
        errorType: 'POLICY_DENIED',
        errorMessage: expect.stringContaining('search-team'),
        trace: [expect.not.stringContaining(' at ')],
      },
    });
  });

  test('does nothing for a response that would go elsewhere', async () => {
    const ids = {
      StackId: 'arn:aws:cloudformation:eu-central-1:1:stack/x/y',
      RequestId: 'r',
      LogicalResourceId: 'Api',
    };
    const failed = await running.invoke({ RequestType: 'Delete', ResponseURL: 'https://evil.example', ...ids });
    expect(failed).toMatchObject({ kind: 'failed', error: { errorType: 'INVALID_EVENT' } });
  });

  test('completes in another process what a killed one began', async () => {
    const moved = event('update', { serviceAccount: 'api-2' });
    opened.route.faults.push('no answer');
    const seen = opened.route.seen.length;
    const killed = running.invoke(moved);
    while (Object.keys(associationsOf(opened)).length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await running.stop();
    expect(await killed).toMatchObject({ kind: 'failed' });
    expect(opened.route.seen.length).toBe(seen + 1);
    running = await start();
    expect(await running.invoke(moved)).toMatchObject({ kind: 'answered', value: { change: 'NONE' } });
    expect(Object.keys(associationsOf(opened))).toEqual(['payments/api-2']);
  });
});
