import { roleArn } from '../../../../test/support/gateway.ts';
import { gateway, openFaultyRoute, route } from '../../../client/test/gateway.ts';
import { runOnGateway } from '../run-on-gateway.ts';
import { list, plain, pod } from './pods.ts';

openFaultyRoute();

async function run(args: readonly string[], as = 'alice', input = '') {
  return runOnGateway(args, {
    input,
    environment: { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN: await gateway.tokenOf(as) },
  });
}

const cluster = ['--cluster-name', 'apps-dev'];
const doctor = ['doctor', ...cluster];
const started = { createdAt: '2020-01-01T00:00:00Z' };
const missed = pod({ ...started, containers: [plain()], spec: { serviceAccountName: 'examined' } });
const create = [
  'create-pod-identity-association',
  ...[...cluster, '--namespace', 'payments', '--service-account', 'examined'],
  ...['--role-arn', roleArn('payments/payments-api'), '--tags', 'team=payments'],
];

test('a pod is compared with what EKS lists now, with the times of its association', async () => {
  expect(await run(create)).toMatchObject({ code: 0 });
  const { code, stdout } = await run(doctor, 'alice', list(missed));
  expect(stdout).toContain('Not injected: it started before the association.');
  expect(code).toBe(2);
});

test('it sends the names of cluster and namespaces, and nothing of pods', async () => {
  route.seen.length = 0;
  await run(doctor, 'alice', list(missed));
  const sent = route.seen.map(({ body }) => (JSON.parse(body) as { variables: object }).variables);
  expect(sent).toEqual([
    { clusterName: 'apps-dev', accountId: null, region: null, namespace: 'payments', first: 1_000, after: null },
    { clusterName: 'apps-dev', accountId: null, region: null, associationId: expect.stringMatching(/^a-/) },
  ]);
});

test('who may not read a namespace is told so, and not that pods have no association', async () => {
  const { code, stdout } = await run(doctor, 'bob', list(pod({ spec: { serviceAccountName: 'examined' } })));
  expect(stdout).toContain('Not checked: payments, whose associations you may not read.');
  expect(stdout).not.toContain('has no association.');
  expect(code).toBe(0);
});

test('a watch reads the associations of a namespace once for pods that come together', async () => {
  const event = (name: string) =>
    JSON.stringify({ type: 'ADDED', object: { ...missed, metadata: { ...missed.metadata, name } } });
  route.seen.length = 0;
  const { code, stdout } = await run([...doctor, '--watch'], 'alice', `${event('a')}\n${event('b')}`);
  expect(stdout.match(/started before the association\./g)).toHaveLength(2);
  expect(route.seen).toHaveLength(2);
  expect(code).toBe(2);
});
