import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describeUnless } from '../../../test/support/requires.ts';
import { gateway, openFaultyRoute, route } from '../../client/test/gateway.ts';
import type { Outcome } from './host.ts';

const missing = spawnSync('kubectl', ['version', '--client']).status === 0 ? null : 'they need kubectl';
const arn = 'arn:aws:eks:eu-central-1:111122223333:cluster/apps-dev';

describeUnless(missing)('kubectl pod-identity', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-'));
  openFaultyRoute();
  symlinkSync(join(import.meta.dirname, '../bin/kubectl-pod_identity.cjs'), join(folder, 'kubectl-pod_identity'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs the plugin where the current context has a cluster of a name, or where there is none. */
  async function plugin(cluster: string | null, ...args: readonly string[]): Promise<Outcome> {
    const config = join(folder, 'config');
    const contexts = cluster === null ? [] : [{ name: 'here', context: { cluster, user: 'me' } }];
    const clusters = contexts.map(({ context }) => ({
      name: context.cluster,
      cluster: { server: 'https://eks.example' },
    }));
    const users = [{ name: 'me', user: {} }];
    writeFileSync(config, JSON.stringify({ kind: 'Config', 'current-context': 'here', contexts, clusters, users }));
    const env = {
      PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`,
      HOME: folder,
      KUBECONFIG: config,
      AWS_REGION: 'us-east-1',
      POD_IDENTITY_ENDPOINT_URL: route.url,
      POD_IDENTITY_TOKEN: await gateway.tokenOf('alice'),
    };
    route.seen.length = 0;
    return new Promise((resolve) => {
      const done = (error: { readonly code?: unknown } | null, stdout: string, stderr: string) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      execFile('kubectl', ['pod-identity', ...args], { env, timeout: 60_000 }, done as never).stdin?.end(
        '{"items":[]}',
      );
    });
  }

  const sent = () => route.seen.map(({ body }) => (JSON.parse(body) as { variables: object }).variables);
  const here = { clusterName: 'apps-dev', accountId: '111122223333', region: 'eu-central-1' };

  test('asks for the cluster of the current context, in its account and region', async () => {
    expect(await plugin(arn, 'namespaces')).toMatchObject({ code: 0, stderr: '' });
    expect(sent()).toMatchObject([here]);
    await plugin(arn, 'namespaces', '--region', 'eu-west-1');
    expect(sent()).toMatchObject([{ ...here, region: 'eu-west-1' }]);
  });

  test('asks for the cluster that is given', async () => {
    await plugin(arn, 'namespaces', '--cluster-name', 'apps-prod');
    expect(sent()).toMatchObject([{ clusterName: 'apps-prod', region: 'us-east-1' }]);
  });

  test.each([['kind-local'], [null]])('needs --cluster-name where the context has the cluster %s', async (cluster) => {
    expect(await plugin(cluster, 'namespaces')).toMatchObject({
      code: 252,
      stderr: expect.stringContaining('the following arguments are required: --cluster-name'),
    });
  });

  test('doctor compares pods with the cluster of the context, unless a list is given', async () => {
    expect(await plugin(arn, 'doctor')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('0 of 0 pods with an association'),
    });
    writeFileSync(join(folder, 'list.json'), '{"associations":[]}');
    expect(await plugin(arn, 'doctor', '--associations', join(folder, 'list.json'))).toMatchObject({ code: 0 });
    expect(sent()).toEqual([]);
  });
});
