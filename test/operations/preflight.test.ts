import { withinLimits } from '../../src/graphql/budget.ts';
import { UnsupportedFormat } from '../../src/ledger/format.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Warning } from '../../src/model/warning.ts';
import { checkWarnings } from '../../src/operations/warnings/preflight.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { storeListed } from '../support/listed.ts';
import { openLedgerForEachTest } from '../support/each-test.ts';
import { home, input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway, GatewayOptions } from '../support/gateway.ts';

const cluster = { ...home, clusterName: 'apps-dev' };

type Store = Parameters<Parameters<typeof openLedgerForEachTest>[0]>[0]['ledger'];

describe('warnings about the cluster and running pods', () => {
  const targetRoleArn = 'arn:aws:iam::444455556666:role/pods/payments/reports';

  let ledger: Store;
  let gateway: Gateway;

  openLedgerForEachTest((opened) => ({ ledger } = opened));
  afterEach(() => gateway.close());

  async function open(options: Partial<GatewayOptions> = {}) {
    gateway = await openGateway({ ledger, ...options });
    await storeListed(ledger, cluster, 0);
  }

  type Kind = 'Create' | 'Update' | 'Delete';
  interface Answer {
    readonly status?: string;
    readonly refusal: { readonly code: string } | null;
    readonly warnings: readonly Warning[];
  }

  const selection = '{ refusal { code } warnings { code message advice } }';

  async function answerOf(document: string, fields: object, as?: string): Promise<Answer> {
    const { data, errors } = await gateway.send<{ answer: Answer | null }>(document, { input: fields }, as);
    if (!data?.answer) throw new Error(JSON.stringify(errors));
    return data.answer;
  }

  const check = (kind: Kind, fields: object, as?: string) =>
    answerOf(
      `query ($input: ${kind}PodIdentityAssociationInput!) { answer: check${kind}PodIdentityAssociation(input: $input) ${selection} }`,
      fields,
      as,
    );

  const change = (field: 'create' | 'update' | 'delete', fields: object) => {
    const type = `${field.replace(/^./, (first) => first.toUpperCase())}PodIdentityAssociation`;
    const document = `mutation ($input: ${type}Input!) { answer: ${field}PodIdentityAssociation(input: $input) { status ${selection.slice(1)} }`;
    return answerOf(document, fields);
  };

  const codes = ({ warnings }: Answer) => warnings.map(({ code }) => code);
  const calls = () => gateway.simulator.control.requests().map(({ operation }) => operation);
  const readinessCalls = () => calls().filter((name) => name === 'DescribeCluster' || name === 'DescribeAddon');

  describe('a dry run of a create', () => {
    test('has no warning for an active cluster with the agent', async () => {
      await open();
      expect(await check('Create', input)).toEqual({ refusal: null, warnings: [] });
      expect(readinessCalls()).toEqual(['DescribeCluster', 'DescribeAddon']);
    });

    test('has no warning for a cluster with EKS Auto Mode, whose add-ons it does not read', async () => {
      await open();
      gateway.simulator.control.addCluster({ ...cluster, autoMode: true, addons: [] });
      expect(codes(await check('Create', input))).toEqual([]);
      expect(readinessCalls()).toEqual(['DescribeCluster']);
    });

    test('warns that the cluster has no agent', async () => {
      await open();
      gateway.simulator.control.addCluster({ ...cluster, addons: [{ addonName: 'vpc-cni' }] });
      expect(await check('Create', input)).toMatchObject({
        refusal: null,
        warnings: [
          {
            code: 'AGENT_MISSING',
            message: expect.stringContaining('apps-dev') as string,
            advice: expect.stringContaining('eks-pod-identity-agent') as string,
          },
        ],
      });
    });

    test('warns of a cluster and of an agent that are not active', async () => {
      await open();
      const addons = [{ addonName: 'eks-pod-identity-agent', status: 'DEGRADED' }];
      gateway.simulator.control.addCluster({ ...cluster, status: 'UPDATING', addons });
      const { warnings } = await check('Create', input);
      expect(warnings.map(({ code, message }) => [code, /is (\w+), not ACTIVE/.exec(message)?.[1]])).toEqual([
        ['CLUSTER_NOT_ACTIVE', 'UPDATING'],
        ['AGENT_NOT_ACTIVE', 'DEGRADED'],
      ]);
    });

    test.each(['DescribeCluster', 'DescribeAddon'] as const)(
      'warns that the cluster could not be checked when EKS denies %s',
      async (operation) => {
        await open();
        gateway.simulator.control.addFault({ operation, kind: 'access-denied' });
        const { refusal, warnings } = await check('Create', input);
        expect(refusal).toBeNull();
        expect(warnings).toMatchObject([
          { code: 'NOT_CHECKED', message: expect.stringContaining('AccessDeniedException') as string },
        ]);
        expect(warnings[0]?.advice).toContain('eks:DescribeAddon');
      },
    );

    test('warns beside a refusal that is not about permissions', async () => {
      await open();
      await gateway.create();
      gateway.simulator.control.addCluster({ ...cluster, addons: [] });
      const answer = await check('Create', { ...input, clientRequestToken: 'other' });
      expect(answer.refusal?.code).toBe('ASSOCIATION_ALREADY_EXISTS');
      expect(codes(answer)).toEqual(['AGENT_MISSING']);
    });

    test('reads nothing of the cluster where the request is denied or not valid', async () => {
      await open();
      gateway.simulator.control.addCluster({ ...cluster, addons: [] });
      const denied = { ...input, namespace: 'search', roleArn: roleArn('search/search-api') };
      expect(codes(await check('Create', denied))).toEqual([]);
      expect(codes(await check('Create', { ...input, namespace: '*' }))).toEqual([]);
      expect(readinessCalls()).toEqual([]);
    });

    test('reads nothing where warnings are not selected, and once where they are selected twice', async () => {
      await open();
      const ask = (fields: string) =>
        gateway.send(
          `query ($input: CreatePodIdentityAssociationInput!) { checkCreatePodIdentityAssociation(input: $input) { ${fields} } }`,
          { input },
        );
      await ask('wouldBeAttempted warnings @skip(if: true) { code }');
      expect(readinessCalls()).toEqual([]);
      await ask('warnings { code } again: warnings { code }');
      expect(readinessCalls()).toEqual(['DescribeCluster', 'DescribeAddon']);
    });

    test('reads nothing where the setting is off', async () => {
      await open({ preflight: 'off' });
      gateway.simulator.control.addCluster({ ...cluster, addons: [] });
      expect(codes(await check('Create', input))).toEqual([]);
      expect(readinessCalls()).toEqual([]);
    });

    test('warns that the cluster was not checked when the reads of the request are spent', async () => {
      await open();
      const reads = withinLimits(gateway.deps, { eksCalls: 1, entries: 0 });
      const result = {
        subject: { ...cluster, ...input, disableSessionTags: null, targetRoleArn: null, externalId: null, isNew: true },
      };
      const warnings = await checkWarnings(reads, result, Date.now() + 5_000);
      expect(warnings.map(({ code }) => code)).toEqual(['NOT_CHECKED']);
      expect(readinessCalls()).toEqual(['DescribeCluster']);
    });

    test('warns that the cluster was not checked when the time of the request has ended', async () => {
      await open();
      const result = {
        subject: { ...cluster, ...input, disableSessionTags: null, targetRoleArn: null, externalId: null, isNew: true },
      };
      const warnings = await checkWarnings(gateway.deps, result, Date.now() - 1);
      expect(warnings.map(({ code }) => code)).toEqual(['NOT_CHECKED']);
      expect(calls()).toEqual([]);
    });
  });

  describe('a dry run of another change', () => {
    test('warns about the cluster for an update, and not for a delete', async () => {
      await open();
      const { association } = await gateway.create();
      const named = { clusterName: 'apps-dev', associationId: association?.associationId };
      gateway.simulator.control.addCluster({ ...cluster, addons: [] });
      expect(codes(await check('Update', { ...named, roleArn: roleArn('payments/payments-worker') }))).toEqual([
        'AGENT_MISSING',
      ]);
      expect(codes(await check('Delete', named))).toEqual([]);
    });
  });

  describe('the answer of a change', () => {
    test('says that running pods need a restart after a create, also in a replay, without a call of EKS', async () => {
      await open();
      const first = await change('create', input);
      expect(first).toMatchObject({
        status: 'SUCCEEDED',
        warnings: [
          {
            code: 'PODS_NOT_UPDATED',
            message: expect.stringContaining('payments/api') as string,
            advice: expect.stringContaining('kubectl -n payments rollout restart') as string,
          },
        ],
      });
      expect(await change('create', input)).toEqual(first);
      expect(calls()).toEqual(['CreatePodIdentityAssociation']);
    });

    test('says how long agents keep credentials after an update and a delete', async () => {
      await open();
      const { association } = await gateway.create();
      const named = { clusterName: 'apps-dev', associationId: association?.associationId };
      const [updated] = (await change('update', { ...named, roleArn: roleArn('payments/payments-worker') })).warnings;
      expect(updated?.code).toBe('PODS_NOT_UPDATED');
      expect(updated?.message).toContain('6 hours');
      const [deleted] = (await change('delete', named)).warnings;
      expect(deleted?.code).toBe('PODS_NOT_UPDATED');
      expect(deleted?.advice).toContain(roleArn('payments/payments-worker'));
    });

    test('says nothing of running pods after an update of the expiry alone', async () => {
      await open();
      const { association } = await gateway.create();
      const named = { clusterName: 'apps-dev', associationId: association?.associationId };
      const expiry = new Date(gateway.clock.now() + 3_600_000).toISOString();
      expect(codes(await change('update', { ...named, expiresAt: expiry }))).toEqual(['CREDENTIALS_OUTLIVE_ENDING']);
      expect(codes(await change('update', { ...named, expiresAt: null }))).toEqual([]);
    });

    test('has the trust policy of the target role, with the external id of the association', async () => {
      await open();
      const { warnings } = await change('create', { ...input, targetRoleArn });
      expect(warnings[0]?.message).toContain('this was not checked');
      expect(warnings.map(({ code }) => code)).toEqual(['TARGET_ROLE_TRUST', 'PODS_NOT_UPDATED']);
      const [listed] = gateway.simulator.control.associations();
      const statements = JSON.parse(/\[.*\]/.exec(warnings[0]?.advice ?? '')?.[0] ?? '') as unknown;
      const allowed = { Effect: 'Allow', Principal: { AWS: input.roleArn } };
      expect(listed?.externalId).toEqual(expect.any(String));
      expect(statements).toEqual([
        { ...allowed, Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': listed?.externalId } } },
        { ...allowed, Action: 'sts:TagSession' },
      ]);
    });

    test('has no warnings of a request that is refused', async () => {
      await open({ preflight: 'changes' });
      await gateway.create();
      const refused = await change('create', { ...input, clientRequestToken: 'other' });
      expect(refused).toMatchObject({ status: 'REFUSED', warnings: [] });
      expect(readinessCalls()).toEqual([]);
    });

    test('warns about the cluster where the setting says so', async () => {
      await open({ preflight: 'changes' });
      gateway.simulator.control.addCluster({ ...cluster, addons: [] });
      const created = await change('create', input);
      expect(created.status).toBe('SUCCEEDED');
      expect(codes(created)).toEqual(['AGENT_MISSING', 'PODS_NOT_UPDATED']);
      expect(calls()).toEqual(['CreatePodIdentityAssociation', 'DescribeCluster', 'DescribeAddon']);
    });

    test("the answer of a change is that of the change when the cluster can't be read", async () => {
      await open({ preflight: 'changes' });
      gateway.simulator.control.addFault({ operation: 'DescribeCluster', kind: 'access-denied' });
      const created = await change('create', input);
      expect(created.status).toBe('SUCCEEDED');
      expect(codes(created)).toEqual(['NOT_CHECKED', 'PODS_NOT_UPDATED']);
    });
  });
});

describe('warnings about the quota', () => {
  let ledger: Store;
  let gateway: Gateway;

  openLedgerForEachTest((opened) => ({ ledger } = opened));
  afterEach(() => gateway.close());

  async function open(options: Partial<GatewayOptions> = {}) {
    gateway = await openGateway({ ledger, ...options });
  }

  const lists = () => gateway.sent('ListPodIdentityAssociations');

  const scanAll = () =>
    scan(
      { ...gateway.deps, observations: ledger, wait: () => Promise.resolve() },
      defaultScanSettings,
      gateway.clock.now() + 50_000,
    );

  async function warningsOf(operation: 'Create' | 'Update', fields: object): Promise<readonly Warning[]> {
    const { data, errors } = await gateway.send<{ check: { warnings: readonly Warning[] } | null }>(
      `query ($input: ${operation}PodIdentityAssociationInput!) {
      check: check${operation}PodIdentityAssociation(input: $input) { warnings { code message advice } }
    }`,
      { input: fields },
    );
    if (!data?.check) throw new Error(JSON.stringify(errors));
    return data.check.warnings;
  }

  const notKnown = 'It is not known how near cluster apps-dev is to its quota of 5000 associations.';

  test('a dry run of a create says that the quota was not checked until a scan has listed the cluster', async () => {
    await open();
    expect(await warningsOf('Create', input)).toEqual([
      {
        code: 'NOT_CHECKED',
        message: `${notKnown} No scan of the cluster has listed them yet.`,
        advice: expect.stringContaining('EKS refuses it if the quota is reached') as string,
      },
    ]);
    await scanAll();
    expect(await warningsOf('Create', input)).toEqual([]);
    // One of each dry run, and those of the scan, which reads two clusters.
    expect(lists()).toBe(2 + 2);
  });

  test.each([
    [4_499, ''],
    [4_500, ''],
    [5_000, ', so it would refuse another one'],
  ])('a dry run of a create warns from 4,500 associations on, without an EKS call for it: %i', async (count, end) => {
    await open();
    await storeListed(ledger, cluster, count);
    const warnings = await warningsOf('Create', input);
    const message = `Cluster apps-dev had ${count} associations in the scan of 2020-01-01T12:00:00.000Z; EKS allows 5000${end}.`;
    expect(warnings.map(({ code, message: text }) => [code, text])).toEqual(
      count < 4_500 ? [] : [['QUOTA_NEAR', message]],
    );
    expect(lists()).toBe(1);
  });

  test('a scan that cannot list the cluster keeps the number of the last one that did', async () => {
    await open();
    await storeListed(ledger, cluster, 4_800);
    gateway.simulator.control.addFault({
      operation: 'ListPodIdentityAssociations',
      kind: 'access-denied',
      times: 10,
    });
    await scanAll();
    gateway.simulator.control.clearFaults();
    expect((await ledger.getClusterScan(cluster))?.failure).not.toBeNull();
    expect((await warningsOf('Create', input)).map(({ code }) => code)).toEqual(['QUOTA_NEAR']);
  });

  test('a scan counts all pages of the list', async () => {
    await open();
    for (let index = 0; index < 101; index += 1) {
      const { roleArn, namespace } = input;
      gateway.simulator.control.createAssociation({ ...cluster, namespace, serviceAccount: `sa-${index}`, roleArn });
    }
    await scanAll();
    expect((await ledger.getClusterScan(cluster))?.listed?.associations).toBe(101);
  });

  test('nothing is read for an update, for a denied request, and where the setting is off', async () => {
    await open();
    await storeListed(ledger, cluster, 5_000);
    const { association } = await gateway.create();
    const { associationId } = association ?? {};
    const update = { clusterName: 'apps-dev', associationId, disableSessionTags: true };
    expect((await warningsOf('Update', update)).map(({ code }) => code)).not.toContain('QUOTA_NEAR');
    expect(await warningsOf('Create', { ...input, namespace: 'search' })).toEqual([]);
    await gateway.close();
    await open({ preflight: 'off' });
    expect(await warningsOf('Create', input)).toEqual([]);
  });

  test.each<[string, Error]>([
    ['does not answer', new LedgerUnavailable(new Error('down'))],
    ['has an item of another version', new UnsupportedFormat('scan of apps-dev', 2)],
  ])('a dry run says that the quota was not checked if the ledger %s', async (_, error) => {
    await open({
      change: (deps) => ({ ...deps, ledger: { ...deps.ledger, getClusterScan: () => Promise.reject(error) } }),
    });
    const warnings = await warningsOf('Create', input);
    expect(warnings.map(({ message }) => message)).toEqual([`${notKnown} The ledger could not be read.`]);
  });
});
