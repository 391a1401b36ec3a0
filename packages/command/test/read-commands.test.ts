import type { ObservationStore } from '../../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { defaultScanSettings, scan } from '../../../src/observations/scan.ts';
import { roleArn as roleOf } from '../../../test/support/gateway.ts';
import { gateway, openFaultyRoute, route } from '../../client/test/gateway.ts';
import { runOnGateway } from './run-on-gateway.ts';
import type { Outcome } from './host.ts';

const roleArn = roleOf('payments/payments-api');
const cluster = ['--cluster-name', 'apps-dev'];
const outside = { clusterName: 'apps-dev', namespace: 'search', roleArn };
const payments = [...cluster, '--namespace', 'payments'];

openFaultyRoute();

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

describe('associations', () => {
  const used = ['associations', '--role-arn', roleArn];
  const account = ['--account-id', '111122223333'];

  test('associations lists those of all clusters by role, origin and time, page after page, and says what is known of each cluster', async () => {
    await run(creating('fleet-one'));
    await run(creating('fleet-two'));
    const names = 'associations[].[accountId, region, clusterName, serviceAccount, origin, tags.team]';
    const place = ['111122223333', 'eu-central-1', 'apps-dev'];
    const rows = ['fleet-one', 'fleet-two'].map((name) => [...place, name, 'OPERATION', 'payments']);
    for (const options of [
      [],
      ['--page-size', '1'],
      ['--origin', 'operation'],
      [...account, '--region', 'eu-west-9'],
    ]) {
      const found = (await read([...used, ...options], names)) as string[][];
      expect(found.filter(([, , , name]) => name?.startsWith('fleet-'))).toEqual(rows);
    }
    expect(await read([...used, '--page-size', '1'], 'coverage[].[clusterName, isKnown]')).toEqual([
      ['apps-dev', false],
      ['apps-prod', false],
    ]);
    for (const name of ['payments-api', 'pods/payments/payments-api']) {
      const found = (await read(['associations', '--role-name', name], names)) as string[][];
      expect(found.filter(([, , , serviceAccount]) => serviceAccount?.startsWith('fleet-'))).toEqual(rows);
    }
    const byOtherName = ['associations', '--role-name', 'payments', '--page-size', '1'];
    expect(await read(byOtherName, 'associations')).toEqual([]);
    expect(await read([...used, '--as-of', '2026-01-01'], 'associations')).toEqual([]);
    expect(await read([...used, '--cluster-region', 'eu-west-9'], 'coverage')).toEqual([]);
  });

  test('associations warns once of each cluster of which not all associations are known, whatever the output', async () => {
    const { stdout, stderr } = await run([...used, '--namespace', 'none', '--page-size', '1', '--output', 'text']);
    expect(stdout).toBe('');
    expect(stderr.match(/Not all associations of the cluster 111122223333\/eu-central-1\/apps-dev/g)).toHaveLength(1);
    expect(stderr).toContain('no scan of it is complete');
  });

  test('associations rejects an origin that does not exist', async () => {
    expect(await run(['associations', '--origin', 'terraform'])).toMatchObject({
      code: 252,
      stderr: expect.stringContaining("Invalid choice 'terraform', valid choices are: ADD_ON"),
    });
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
    gateway.simulator.control.createAssociation({ ...outside, serviceAccount: 'outside' });
    expect(await codeOf(['drift', ...cluster, '--namespace', 'search'], 'pat')).toBe(2);
  });

  const scanAll = () => {
    const observations = gateway.deps.ledger as Ledger & ObservationStore;
    const deps = { ...gateway.deps, observations, wait: () => Promise.resolve() };
    return scan(deps, defaultScanSettings, gateway.clock.now() + 60_000);
  };

  test('drift that scans saw exits with 2, with its age, and with 1 before the first scan', async () => {
    const line = ['drift', ...cluster, '--namespace', 'search', '--source', 'scan'];
    expect(await codeOf(line, 'pat')).toBe(1);
    expect((await run(line, 'pat')).stderr).toContain('No scan of apps-dev has been completed.');
    gateway.simulator.control.createAssociation({ ...outside, serviceAccount: 'seen' });
    gateway.clock.skip(60_000);
    await scanAll();
    expect(await codeOf(line, 'pat')).toBe(2);
    const seen = await read(
      line,
      'associations[].[kind, driftId, type(observedAt), association.serviceAccount]',
      'pat',
    );
    expect(seen).toContainEqual(['UNMANAGED', null, 'string', 'seen']);
    expect(await read(line, 'coverage[].[clusterName, isKnown]', 'pat')).toEqual([['apps-dev', true]]);
    gateway.simulator.control.addFault({
      operation: 'ListPodIdentityAssociations',
      kind: 'access-denied',
      times: 1_000,
    });
    gateway.clock.skip(defaultScanSettings.intervalMs);
    await scanAll();
    gateway.simulator.control.clearFaults();
    expect((await run(line, 'pat')).stderr).toMatch(
      /^The cluster 111122223333\/eu-central-1\/apps-dev was last scanned completely at .*Z, because of AccessDenied/,
    );
  });

  test('drift rejects a source that does not exist', async () => {
    expect(await run(['drift', ...cluster, '--source', 'trail'])).toMatchObject({
      code: 252,
      stderr: expect.stringContaining("argument --source: Invalid choice 'trail', valid choices are: EKS, SCAN"),
    });
  });

  test('every error exits with 1', async () => {
    expect(await codeOf(check.slice(0, 3))).toBe(1);
    expect(await codeOf(['drift', '--cluster-name', 'none'])).toBe(1);
  });
});
