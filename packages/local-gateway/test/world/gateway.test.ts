import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalGatewayOptions, LocalWorld } from '../../src/api.ts';
import { startLocalGateway } from '../../src/index.ts';
import { readLocalSettings } from '../../src/settings.ts';
import { makeWorld } from '../../src/world/world.ts';
import { closeAtEnd } from '../../../../test/support/left-open.ts';

const policiesDirectory = join(import.meta.dirname, '../../../../policies');
const twoAccounts = join(import.meta.dirname, '../../examples/two-accounts.json');

const orders: LocalWorld = {
  accountId: '999988887777',
  region: 'eu-west-1',
  clusters: ['orders-dev', { clusterName: 'orders-prod', environment: 'prod' }],
  namespaces: [
    { name: 'orders', owners: ['orders-team'], roles: ['orders-api', 'arn:aws:iam::999988887777:role/old'] },
  ],
  roles: [{ arn: 'arn:aws:iam::999988887777:role/old', tags: { team: 'orders' } }],
  principals: [
    { name: 'olga', groups: ['orders-team'], names: ['olga@example.com'] },
    { name: 'sam', groups: ['search-team'] },
  ],
  services: [{ name: 'orders-ci', groups: ['orders-team'], mayNamePeople: true }],
};

const createDocument = `mutation ($input: CreatePodIdentityAssociationInput!) {
  createPodIdentityAssociation(input: $input) { status association { associationArn roleArn } refusal { code } }
}`;

/** What the shipped policies require: the team among the tags. */
const common = { serviceAccount: 'api', tags: [{ key: 'team', value: 'one' }] };

interface Payload {
  readonly status: string;
  readonly association: { readonly associationArn: string; readonly roleArn: string } | null;
  readonly refusal: { readonly code: string } | null;
}

/** A gateway whose requests can be sent as its principals. */
async function start(options: LocalGatewayOptions) {
  const gateway = await startLocalGateway({ policiesDirectory, ...options });
  closeAtEnd(() => gateway.close());
  const send = async (name: string, query: string, variables: object = {}): Promise<Record<string, unknown>> => {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${await gateway.token(name)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
    if (data === undefined) throw new Error(JSON.stringify(errors));
    return data;
  };
  return {
    gateway,
    send,
    create: async (name: string, input: object): Promise<Payload> => {
      const variables = { input: { ...common, clientRequestToken: JSON.stringify(input), ...input } };
      return (await send(name, createDocument, variables)).createPodIdentityAssociation as Payload;
    },
    /** The log of the simulator. */
    requests: async (operation: string) => {
      const response = await fetch(`${gateway.eksUrl}/_simulator/requests?operation=${operation}`);
      return ((await response.json()) as { requests: object[] }).requests;
    },
  };
}

const roleOf = (accountId: string, path: string) => `arn:aws:iam::${accountId}:role/pods/${path}`;

test('a team binds its role in its own cluster and account, and another team is denied', async () => {
  const { create } = await start({ world: orders });
  const input = {
    clusterName: 'orders-dev',
    namespace: 'orders',
    roleArn: roleOf('999988887777', 'orders/orders-api'),
  };
  expect(await create('sam', input)).toMatchObject({ status: 'REFUSED', refusal: { code: 'POLICY_DENIED' } });
  const { status, association } = await create('olga', input);
  expect(status).toBe('SUCCEEDED');
  expect(association?.associationArn).toMatch(
    /^arn:aws:eks:eu-west-1:999988887777:podidentityassociation\/orders-dev\//,
  );
});

test('the inventory, the simulated AWS and the principals follow from one object', async () => {
  const { send, create } = await start({ world: orders });
  const { clusters, bindableRoles } = await send(
    'olga',
    `{ clusters { nodes { clusterName accountId region environment } }
       bindableRoles(clusterName: "orders-dev", namespace: "orders", serviceAccount: "api"
         tags: [{ key: "team", value: "orders" }]) { roleArn } }`,
  );
  const old = 'arn:aws:iam::999988887777:role/old';
  const place = { accountId: '999988887777', region: 'eu-west-1' };
  expect({ clusters, bindableRoles }).toMatchObject({
    clusters: {
      nodes: [
        { ...place, clusterName: 'orders-dev', environment: 'dev' },
        { ...place, clusterName: 'orders-prod', environment: 'prod' },
      ],
    },
    bindableRoles: [{ roleArn: old }, { roleArn: roleOf('999988887777', 'orders/*') }],
  });
  expect(await create('olga', { clusterName: 'orders-dev', namespace: 'orders', roleArn: old })).toMatchObject({
    status: 'SUCCEEDED',
    association: { roleArn: old },
  });
});

test('a service of the world has a token and AWS credentials, and names a person of the world', async () => {
  const { gateway, create, send } = await start({ world: orders });
  const roleArn = roleOf('999988887777', 'orders/orders-api');
  const production = { clusterName: 'orders-prod', namespace: 'orders', roleArn };
  expect(await create('orders-ci', { ...production, onBehalfOf: 'olga@example.com' })).toMatchObject({
    status: 'SUCCEEDED',
  });
  expect(await gateway.credentials('orders-ci')).toMatchObject({ accessKeyId: 'orders-ci' });
  await expect(gateway.credentials('ci-deployer')).rejects.toThrow('Those who do: orders-ci.');
  await expect(send('alice', '{ viewer { id } }')).rejects.toThrow('They are: olga, sam, orders-ci.');
});

test('the example of two accounts creates an association in each, with a session of a role in the other one', async () => {
  const { create, requests } = await start({ settings: { WORLD_FILE: twoAccounts } });
  const own = {
    clusterName: 'apps-dev',
    namespace: 'payments',
    roleArn: roleOf('111122223333', 'payments/payments-api'),
  };
  const other = {
    ...{ clusterName: 'data-dev', accountId: '444455556666', namespace: 'reports' },
    roleArn: roleOf('444455556666', 'reports/reports-loader'),
  };
  expect(await create('alice', own)).toMatchObject({ status: 'SUCCEEDED', association: { roleArn: own.roleArn } });
  expect(await create('alice', other)).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
  const { status, association } = await create('dora', other);
  expect(status).toBe('SUCCEEDED');
  expect(association?.associationArn).toContain(':444455556666:podidentityassociation/data-dev/');
  const role = 'pod-identity-gateway-local-eu-central-1-change';
  expect(await requests('AssumeRole')).toMatchObject([
    { outcome: 'succeeded', session: { roleArn: `arn:aws:iam::444455556666:role/pod-identity-gateway/${role}` } },
  ]);
  expect(await requests('CreatePodIdentityAssociation')).toMatchObject([
    { cluster: { accountId: '111122223333' } },
    {
      cluster: { accountId: '444455556666' },
      principalArn: `arn:aws:sts::444455556666:assumed-role/${role}/pod-identity-gateway`,
    },
  ]);
});

test('roles of another account are read by its session', async () => {
  const { send, requests } = await start({ settings: { WORLD_FILE: twoAccounts, PREFLIGHT_ROLES: 'on' } });
  const input = {
    ...{ clusterName: 'data-dev', accountId: '444455556666', namespace: 'reports', ...common },
    roleArn: roleOf('444455556666', 'reports/absent'),
  };
  const query = `query ($input: CreatePodIdentityAssociationInput!) {
    checkCreatePodIdentityAssociation(input: $input) { warnings { code } }
  }`;
  expect(await send('dora', query, { input })).toMatchObject({
    checkCreatePodIdentityAssociation: {
      warnings: [{ code: expect.stringContaining('ROLE') as string }, { code: 'NOT_CHECKED' }],
    },
  });
  expect(await requests('GetRole')).toMatchObject([
    { principalArn: expect.stringContaining('444455556666') as string },
  ]);
});

test('account and region of a world come before those of the environment, which come before the defaults', () => {
  const env = { HOME_ACCOUNT_ID: '444455556666', AWS_REGION: 'us-east-1' };
  const homeOf = (world: LocalWorld, more = {}) =>
    makeWorld('world', JSON.stringify(world), readLocalSettings(more).home).home;
  expect(homeOf(orders, env)).toEqual({ accountId: '999988887777', region: 'eu-west-1' });
  expect(homeOf({ clusters: ['a'] }, env)).toEqual({ accountId: '444455556666', region: 'us-east-1' });
  expect(homeOf({ clusters: ['a'] })).toEqual({ accountId: '111122223333', region: 'eu-central-1' });
});

test('a world and policy versions of a table exclude each other', () => {
  const env = { WORLD_FILE: twoAccounts, POLICY_SOURCE: 'table', LEDGER: 'dynamodb' };
  expect(() => readLocalSettings(env)).toThrow(
    'POLICY_SOURCE is table, so the inventory is in the table too: unset WORLD_FILE.',
  );
});

test('the simulated AWS has the clusters of an own inventory, and the roles to assume', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'policies-'));
  closeAtEnd(() => rm(folder, { recursive: true }));
  await cp(policiesDirectory, folder, { recursive: true });
  const inventory = JSON.parse(await readFile(join(folder, 'inventory.json'), 'utf8')) as Record<string, object[]>;
  const accountId = '444455556666';
  const access = { roleArn: roleOf(accountId, 'change'), readRoleArn: roleOf(accountId, 'read') };
  inventory.accounts?.push({ accountId, name: 'data', regions: ['eu-central-1'], ...access });
  inventory.clusters?.push({ accountId, region: 'eu-central-1', clusterName: 'data-dev', environment: 'dev' });
  await writeFile(join(folder, 'inventory.json'), JSON.stringify(inventory));
  const { create, gateway } = await start({ policiesDirectory: folder });
  const roleArn = roleOf(accountId, 'payments/loader');
  const statement = { Effect: 'Allow', Principal: { Service: 'pods.eks.amazonaws.com' }, Action: 'sts:*' };
  const role = { arn: roleArn, trustPolicy: { Statement: statement } };
  await fetch(`${gateway.eksUrl}/_simulator/roles`, { method: 'POST', body: JSON.stringify(role) });
  expect(await create('alice', { clusterName: 'data-dev', accountId, namespace: 'payments', roleArn })).toMatchObject({
    status: 'SUCCEEDED',
  });
});
