import type { Gateway } from '../../../test/support/gateway.ts';
import { roleArn as roleOf } from '../../../test/support/gateway.ts';
import { openFaultyRoute, runOnGateway } from './gateway.ts';
import type { FaultyRoute } from './gateway.ts';
import type { Outcome } from './host.ts';

const roleArn = roleOf('payments/payments-api');
const cluster = ['--cluster-name', 'apps-dev'];
const payments = [...cluster, '--namespace', 'payments'];

let gateway: Gateway;
let route: FaultyRoute;

openFaultyRoute((opened) => ({ gateway, route } = opened));

async function run(args: readonly string[], as = 'alice'): Promise<Outcome> {
  return runOnGateway(args, {
    environment: { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN: await gateway.tokenOf(as) },
  });
}

/** What a query selects from the answer of a command, which must succeed. */
async function read(args: readonly string[], query: string, as?: string): Promise<unknown> {
  const { code, stdout, stderr } = await run([...args, '--query', query], as);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const creating = (serviceAccount: string, role = roleArn) => [
  'create-pod-identity-association',
  ...payments,
  ...['--service-account', serviceAccount, '--role-arn', role, '--tags', 'team=payments'],
];

test('clusters lists the clusters that the principal may see, page after page', async () => {
  const names = (await read(['clusters', '--page-size', '1'], 'clusters[].clusterName')) as readonly string[];
  expect(names).toContain('apps-dev');
  expect(names).toEqual(await read(['clusters'], 'clusters[].clusterName'));
});

test('namespaces lists the namespaces of a cluster with their owners', async () => {
  const found = await read(['namespaces', ...cluster], "namespaces[?name=='payments'].[owners, mayList]");
  expect(found).toEqual([[['payments-team'], true]]);
});

test('bindable-roles lists the roles that policy would let a principal bind', async () => {
  const line = ['bindable-roles', ...payments, '--service-account', 'api', '--tags', 'team=payments'];
  expect(await read(line, 'roles[].source')).toContain('CONVENTION');
  expect(await read(line, 'roles', 'bob')).toEqual([]);
});

test('operation shows the status and the entries of an operation, or that there is none', async () => {
  await run(creating('shown'));
  const trail = ['audit-trail', ...payments, '--service-account', 'shown'];
  const [id] = (await read(trail, 'entries[].operationId')) as readonly string[];
  const shown = await read(['operation', '--operation-id', id ?? ''], 'operation.[status, entries[].event]');
  expect(shown).toEqual(['SUCCEEDED', ['INTENT', 'SUCCEEDED']]);
  expect(await run(['operation', '--operation-id', '01J00000000000000000000000'])).toMatchObject({
    code: 254,
    stderr: expect.stringContaining('ResourceNotFoundException'),
  });
});

test('open-operations lists what is not completed', async () => {
  expect(await read(['open-operations', '--max-results', '5'], 'operations', 'olivia')).toEqual([]);
});

test('--role-arn selects the associations of a role, and the entries about it', async () => {
  const other = roleOf('payments/payments-worker');
  await run(creating('one'));
  await run(creating('two', other));
  const list = ['list-pod-identity-associations', ...payments, '--role-arn', other];
  expect(await read(list, 'associations[].serviceAccount')).toEqual(['two']);
  const trail = ['audit-trail', ...payments, '--role-arn', other];
  expect(await read(trail, 'entries[].target.serviceAccount')).toEqual(['two', 'two']);
});

describe('with --detailed-exitcode', () => {
  const codeOf = async (args: readonly string[], as?: string) =>
    (await run([...args, '--detailed-exitcode', '--output', 'off'], as)).code;
  const [, ...input] = creating('checked');
  const check = ['check-create-pod-identity-association', ...input];

  test('a dry run exits with 0 if the change would be attempted, and 2 if it would be refused', async () => {
    expect(await codeOf(check)).toBe(0);
    expect(await codeOf(check, 'bob')).toBe(2);
    expect((await run(check, 'bob')).code).toBe(0);
  });

  test('drift exits with 2 if there is some', async () => {
    expect(await codeOf(['drift', ...cluster, '--namespace', 'search'], 'pat')).toBe(0);
    gateway.simulator.control.createAssociation({
      clusterName: 'apps-dev',
      namespace: 'search',
      serviceAccount: 'outside',
      roleArn,
    });
    expect(await codeOf(['drift', ...cluster, '--namespace', 'search'], 'pat')).toBe(2);
  });

  test('every error exits with 1', async () => {
    expect(await codeOf(check.slice(0, 3))).toBe(1);
    expect(await codeOf(['drift', '--cluster-name', 'none'])).toBe(1);
  });
});
