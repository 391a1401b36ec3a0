import { join } from 'node:path';
import { startConnectProxy } from '../../../test/support/connect-proxy.ts';
import { startEksSimulator } from '../../eks-simulator/src/index.ts';
import { startLocalGateway } from '../src/index.ts';

const policiesDirectory = join(import.meta.dirname, '../../../policies');

const before = process.env;
afterEach(() => {
  process.env = before;
});

test('a gateway without a simulator reaches EKS through the proxy, and itself without', async () => {
  const simulator = await startEksSimulator({ port: 0, allowedHosts: ['eks.example'] });
  const proxy = await startConnectProxy({ port: Number(new URL(simulator.url).port) });
  process.env = { ...before, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const settings = {
    AWS_ENDPOINT_URL_EKS: 'http://eks.example',
    HTTP_PROXY: proxy.url.replace('//', '//robot:secret@'),
    SCAN_INTERVAL_MS: '3600000',
  };
  const gateway = await startLocalGateway({ policiesDirectory, settings });
  const query =
    '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { associationId } } }';
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await gateway.token('alice')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  expect(await response.json()).toMatchObject({ data: { podIdentityAssociations: { nodes: [] } } });
  expect(proxy.asked[0]).toEqual({
    target: expect.stringMatching(
      /^GET http:\/\/eks\.example\/clusters\/apps-dev\/pod-identity-associations/,
    ) as string,
    credentials: 'robot:secret',
  });
  await gateway.close();
  await proxy.stop();
  await simulator.close();
});
