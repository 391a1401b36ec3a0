import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Warning } from '../../src/model/warning.ts';
import { makeAssociationCounts } from '../../src/operations/terms/association-counts.ts';
import { quotaWarnings } from '../../src/operations/warnings/quota-warnings.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { home, input, openGateway, withoutRateLimit } from '../support/gateway.ts';
import type { Gateway, GatewayOptions } from '../support/gateway.ts';

const cluster = { ...home, clusterName: 'apps-dev' };

let ledger: Ledger;
let gateway: Gateway;

openLedgerForEachTest((opened) => ({ ledger } = opened));
afterEach(() => gateway.close());

async function open(count: number, options: Partial<GatewayOptions> = {}) {
  gateway = await openGateway({ ledger, preflightQuota: true, change: withoutRateLimit, ...options });
  add(count);
}

function add(count: number, from = 0) {
  for (let index = from; index < from + count; index += 1) {
    const { roleArn, namespace } = input;
    gateway.simulator.control.createAssociation({ ...cluster, namespace, serviceAccount: `sa-${index}`, roleArn });
  }
}

const lists = () => gateway.sent('ListPodIdentityAssociations');

async function warningsOf(operation: 'Create' | 'Update', fields: object, more = ''): Promise<readonly Warning[]> {
  const { data, errors } = await gateway.send<{ check: { warnings: readonly Warning[] } | null }>(
    `query ($input: ${operation}PodIdentityAssociationInput!) {
      check: check${operation}PodIdentityAssociation(input: $input) { warnings { code message advice } } ${more}
    }`,
    { input: fields },
  );
  if (!data?.check) throw new Error(JSON.stringify(errors));
  return data.check.warnings;
}

test.each([
  [0, 1],
  [100, 1],
  [101, 2],
  [250, 3],
])('counts %i associations with %i calls, beside the one of the dry run', async (count, calls) => {
  await open(count);
  expect(await warningsOf('Create', input)).toEqual([]);
  expect(lists()).toBe(1 + calls);
});

test('remembers the number', async () => {
  await open(150);
  await warningsOf('Create', input);
  await warningsOf('Create', input);
  expect(lists()).toBe(2 + 2);
});

test('warns from 4,500 associations on, and of a full cluster', async () => {
  await open(4_499);
  expect(await warningsOf('Create', input)).toEqual([]);
  await gateway.close();
  await open(4_500);
  const [near, ...more] = await warningsOf('Create', input);
  expect(more).toEqual([]);
  expect(near).toMatchObject({
    code: 'QUOTA_NEAR',
    message: 'Cluster apps-dev has 4500 associations; EKS allows 5000.',
  });
  add(500, 4_500);
  const eks = gateway.deps.eksFor(cluster);
  const [full] = await quotaWarnings(eks, cluster, makeAssociationCounts(Date.now), { deadline: Date.now() + 5_000 });
  expect(full?.message).toContain('has 5000 associations; EKS allows 5000, so it would refuse another one.');
});

test('counts again after ten minutes', () => {
  let now = 0;
  const counts = makeAssociationCounts(() => now);
  counts.remember(cluster, 7);
  now = 599_999;
  expect(counts.find(cluster)).toBe(7);
  expect(counts.find({ ...cluster, region: 'eu-west-1' })).toBeNull();
  now = 600_000;
  expect(counts.find(cluster)).toBeNull();
  return open(0);
});

test('counts nothing for an update, for a denied request, and where the setting is off', async () => {
  await open(0);
  const { association } = await gateway.create();
  const { associationId } = association ?? {};
  await warningsOf('Update', { clusterName: 'apps-dev', associationId, disableSessionTags: true });
  await warningsOf('Create', { ...input, namespace: 'search' });
  expect(lists()).toBe(0);
  for (const options of [{ preflightQuota: false }, { preflight: 'off' as const }]) {
    await gateway.close();
    await open(0, options);
    await warningsOf('Create', input);
    expect(lists()).toBe(1);
  }
});

test('says that it was not counted when EKS fails, and counts again', async () => {
  await open(150);
  const eks = gateway.deps.eksFor(cluster);
  const counts = makeAssociationCounts(Date.now);
  gateway.simulator.control.addFault({ operation: 'ListPodIdentityAssociations', kind: 'access-denied' });
  const bounds = () => ({ deadline: Date.now() + 5_000 });
  const [warning] = await quotaWarnings(eks, cluster, counts, bounds());
  expect(warning).toMatchObject({ code: 'NOT_CHECKED', message: expect.stringContaining('AccessDenied') as string });
  expect(await quotaWarnings(eks, cluster, counts, bounds())).toEqual([]);
});

test('does not follow a list that does not end', async () => {
  await open(0);
  let pages = 0;
  const page = () => {
    pages += 1;
    return Promise.resolve({ kind: 'page' as const, summaries: [], nextToken: `${pages}` });
  };
  const [warning] = await quotaWarnings({ page }, cluster, makeAssociationCounts(Date.now), { deadline: Infinity });
  expect(warning?.message).toContain('does not end');
  expect(pages).toBe(51);
});
