import {
  DescribeAddonCommand,
  DescribeClusterCommand,
  EKSClient,
  ListAddonsCommand,
  ListClustersCommand,
} from '@aws-sdk/client-eks';
import type { EksSimulator } from '../src/index.ts';
import { clientOf, directAssociation, failure, sendControl, simulate } from './simulation.ts';

const place = { accountId: '111122223333', region: 'eu-central-1' };

/** Runs `use` with the real SDK client of the example account. */
async function withClient<T>({ url }: EksSimulator, use: (eks: EKSClient) => Promise<T>): Promise<T> {
  const credentials = { accessKeyId: 'simulator', secretAccessKey: 'x' };
  const eks = new EKSClient({ region: place.region, endpoint: url, credentials, maxAttempts: 1 });
  try {
    return await use(eks);
  } finally {
    eks.destroy();
  }
}

test('describes a cluster of the shipped world as active, with the Pod Identity agent', async () => {
  await withClient(await simulate(), async (eks) => {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'apps-dev' }));
    expect(cluster).toMatchObject({
      name: 'apps-dev',
      arn: 'arn:aws:eks:eu-central-1:111122223333:cluster/apps-dev',
      status: 'ACTIVE',
      version: '1.34',
    });
    expect(cluster?.createdAt).toBeInstanceOf(Date);
    expect(cluster?.computeConfig).toBeUndefined();
    const { addons } = await eks.send(new ListAddonsCommand({ clusterName: 'apps-dev' }));
    expect(addons).toEqual(['eks-pod-identity-agent']);
    const request = { clusterName: 'apps-dev', addonName: 'eks-pod-identity-agent' };
    const { addon } = await eks.send(new DescribeAddonCommand(request));
    expect(addon).toMatchObject({ ...request, status: 'ACTIVE' });
  });
});

test('lists the clusters of the account and region in pages', async () => {
  const simulator = await simulate();
  simulator.control.addCluster({ ...place, clusterName: 'batch' });
  simulator.control.addCluster({ ...place, region: 'eu-west-1', clusterName: 'elsewhere' });
  await withClient(simulator, async (eks) => {
    const first = await eks.send(new ListClustersCommand({ maxResults: 2 }));
    expect(first.clusters).toEqual(['apps-dev', 'apps-prod']);
    const second = await eks.send(new ListClustersCommand({ maxResults: 2, nextToken: first.nextToken }));
    expect(second.clusters).toEqual(['batch']);
    expect(second.nextToken).toBeUndefined();
    const foreign = eks.send(new ListAddonsCommand({ clusterName: 'batch', nextToken: first.nextToken }));
    expect(await failure(foreign)).toMatchObject({ name: 'InvalidParameterException', status: 400 });
  });
});

test('refuses unknown clusters and add-ons with the messages of EKS', async () => {
  await withClient(await simulate(), async (eks) => {
    const absent = { name: 'ResourceNotFoundException', message: 'No cluster found for name: nowhere.', status: 404 };
    expect(await failure(eks.send(new DescribeClusterCommand({ name: 'nowhere' })))).toEqual(absent);
    expect(await failure(eks.send(new ListAddonsCommand({ clusterName: 'nowhere' })))).toEqual(absent);
    const addon = { clusterName: 'apps-dev', addonName: 'vpc-cni' };
    expect(await failure(eks.send(new DescribeAddonCommand(addon)))).toMatchObject({
      message: 'No addon: vpc-cni found in cluster: apps-dev',
      status: 404,
    });
  });
});

test('clusters are added and replaced over HTTP, and can be used at once', async () => {
  const simulator = await simulate();
  const cluster = { ...place, clusterName: 'batch', status: 'CREATING', autoMode: true, addons: [] };
  expect(await sendControl(simulator.url, 'POST clusters', cluster)).toEqual({ status: 200, json: { cluster } });
  await withClient(simulator, async (eks) => {
    const described = await eks.send(new DescribeClusterCommand({ name: 'batch' }));
    expect(described.cluster).toMatchObject({ status: 'CREATING', computeConfig: { enabled: true } });
    expect((await eks.send(new ListAddonsCommand({ clusterName: 'batch' }))).addons).toEqual([]);
    await sendControl(simulator.url, 'POST clusters', { ...cluster, status: 'ACTIVE' });
    const active = await eks.send(new DescribeClusterCommand({ name: 'batch' }));
    expect(active.cluster?.status).toBe('ACTIVE');
  });
  const missing = { ...place, clusterName: 'nowhere' };
  expect((await sendControl(simulator.url, 'DELETE clusters', missing)).json).toEqual({ deleted: false });
  const { json } = await sendControl(simulator.url, 'GET clusters');
  expect(json).toMatchObject({
    clusters: [{ clusterName: 'apps-dev' }, { clusterName: 'apps-prod' }, { clusterName: 'batch' }],
  });
});

test('a deleted cluster is unknown at once, also to its associations', async () => {
  const simulator = await simulate();
  simulator.control.createAssociation(directAssociation);
  const answer = await sendControl(simulator.url, 'DELETE clusters', { ...place, clusterName: 'apps-dev' });
  expect(answer).toEqual({ status: 200, json: { deleted: true } });
  const message = 'No cluster found for name: apps-dev.';
  expect(await failure(clientOf(simulator).list())).toMatchObject({ message, status: 404 });
});

test.each([
  ['an unknown status', { status: 'BROKEN' }, 'cluster.status must be one of CREATING, ACTIVE'],
  ['a version that is not one of Kubernetes', { version: 'latest' }, 'cluster.version must be a version of Kubernetes'],
  ['an add-on without a name', { addons: [{}] }, 'cluster.addons.0.addonName is missing'],
  ['an add-on twice', { addons: [{ addonName: 'a' }, { addonName: 'a' }] }, 'names the add-on a twice'],
])('refuses a cluster with %s', async (_, fields, words) => {
  const simulator = await simulate();
  const answer = await sendControl(simulator.url, 'POST clusters', { ...place, clusterName: 'batch', ...fields });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.json)).toContain(words);
});

test('roles of the world and of the control API are listed', async () => {
  const simulator = await simulate();
  const arn = 'arn:aws:iam::111122223333:role/pods/batch/report';
  await sendControl(simulator.url, 'POST roles', { arn, trustPolicy: { Statement: [] } });
  const { json } = await sendControl(simulator.url, 'GET roles');
  expect(JSON.stringify(json)).toContain(arn);
  expect(simulator.control.roles().length).toBe(6);
});

test('faults apply to the calls about clusters', async () => {
  const simulator = await simulate();
  simulator.control.addFault({ operation: 'ListClusters', kind: 'throttle' });
  simulator.control.addFault({ operation: 'DescribeCluster', kind: 'access-denied' });
  await withClient(simulator, async (eks) => {
    expect(await failure(eks.send(new ListClustersCommand({})))).toMatchObject({ name: 'ThrottlingException' });
    const denied = await failure(eks.send(new DescribeClusterCommand({ name: 'apps-dev' })));
    expect(denied.message).toContain('eks:DescribeCluster on resource: arn:aws:eks:eu-central-1:111122223333:cluster/');
  });
});
