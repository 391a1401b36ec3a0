import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Warning } from '../../src/model/warning.ts';
import { home, input, openGateway } from '../support/gateway.ts';
import type { Gateway, GatewayOptions } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';
import { copyOfShipped, replaceIn } from '../support/policy-sample.ts';

const trusted = {
  Effect: 'Allow' as const,
  Principal: { Service: 'pods.eks.amazonaws.com' },
  Action: ['sts:AssumeRole', 'sts:TagSession'],
};

let ledger: Ledger;
let closeLedger: () => Promise<void>;
let gateway: Gateway;

beforeEach(async () => {
  const [sqlite] = ledgersUnderTest();
  if (!sqlite) throw new Error('No ledger is available.');
  ({ ledger, close: closeLedger } = await sqlite.open());
});

afterEach(async () => {
  await gateway.close();
  await closeLedger();
});

async function open(options: Partial<GatewayOptions> = {}) {
  gateway = await openGateway({ ledger, preflightRoles: true, ...options });
}

/** The warnings of a dry run, or of the create itself. */
async function warningsOf(fields: object = {}, isDryRun = true): Promise<readonly Warning[]> {
  const [kind, field] = isDryRun ? ['query', 'checkCreate'] : ['mutation', 'create'];
  const { data, errors } = await gateway.send<{ answer: { warnings: readonly Warning[] } | null }>(
    `${kind} ($input: CreatePodIdentityAssociationInput!) {
      answer: ${field}PodIdentityAssociation(input: $input) { warnings { code message advice } }
    }`,
    { input: { ...input, ...fields } },
  );
  if (!data?.answer) throw new Error(JSON.stringify(errors));
  return data.answer.warnings;
}

const codes = (warnings: readonly Warning[]) => warnings.map(({ code }) => code);
const trust = (statement: object) =>
  gateway.simulator.control.addRole({
    arn: input.roleArn,
    trustPolicy: { Statement: [{ ...trusted, ...statement }] },
  });

test('has no warning for a role that trusts EKS Pod Identity, with one call of IAM', async () => {
  await open();
  expect(await warningsOf()).toEqual([]);
  expect(gateway.sent('GetRole')).toBe(1);
});

test('reads no role where the setting is off, or the request is denied', async () => {
  await open({ preflightRoles: false });
  await warningsOf();
  expect(gateway.sent('GetRole')).toBe(0);
  await gateway.close();
  await open();
  await warningsOf({ namespace: 'search' });
  expect(gateway.sent('GetRole')).toBe(0);
});

test('warns of a role that does not exist, and of one whose path is another', async () => {
  await open();
  const roleArn = `arn:aws:iam::${home.accountId}:role/pods/payments/moved`;
  expect(codes(await warningsOf({ roleArn }))).toEqual(['ROLE_NOT_FOUND']);
  const arn = roleArn.replace('/payments/', '/');
  gateway.simulator.control.addRole({ arn, trustPolicy: { Statement: [trusted] } });
  expect(codes(await warningsOf({ roleArn }))).toEqual(['ROLE_NOT_FOUND']);
});

test('warns of each action that the trust policy does not allow', async () => {
  await open();
  trust({ Action: 'sts:AssumeRole' });
  const warnings = await warningsOf();
  expect(codes(warnings)).toEqual(['TRUST_POLICY_INVALID']);
  expect(warnings[0]?.message).toContain('does not allow pods.eks.amazonaws.com sts:TagSession');
});

test('warns of a condition that names another namespace, with the value of the association', async () => {
  await open();
  trust({ Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'search' } } });
  const warnings = await warningsOf();
  expect(codes(warnings)).toEqual(['TRUST_CONDITION_UNMET', 'TRUST_CONDITION_UNMET']);
  expect(warnings[0]?.message).toContain('aws:RequestTag/kubernetes-namespace');
  expect(warnings[0]?.message).toContain('"payments"');
});

test('warns of a condition that needs session tags, if the association disables them', async () => {
  await open();
  trust({ Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'payments' } } });
  expect(await warningsOf()).toEqual([]);
  const [warning] = await warningsOf({ disableSessionTags: true });
  expect(warning).toMatchObject({
    code: 'TRUST_CONDITION_UNMET',
    advice: expect.stringContaining('disables session tags') as string,
  });
});

test('warns that the role could not be checked when IAM denies access, and still checks the cluster', async () => {
  await open();
  gateway.simulator.control.addFault({ operation: 'GetRole', kind: 'access-denied' });
  gateway.simulator.control.addCluster({ ...home, clusterName: 'apps-dev', addons: [] });
  const warnings = await warningsOf();
  expect(codes(warnings)).toEqual(['AGENT_MISSING', 'NOT_CHECKED']);
  expect(warnings[1]?.advice).toContain('iam:GetRole');
});

test('warns in the answer of a create where both settings say so', async () => {
  await open({ preflight: 'changes' });
  trust({ Condition: { StringEquals: { 'aws:SourceAccount': '444455556666' } } });
  expect(codes(await warningsOf({}, false))).toEqual([
    'TRUST_CONDITION_UNMET',
    'TRUST_CONDITION_UNMET',
    'PODS_NOT_UPDATED',
  ]);
  expect(gateway.sent('GetRole')).toBe(1);
});

describe('of a target role', () => {
  const targetRoleArn = `arn:aws:iam::${home.accountId}:role/pods/payments/reader`;
  const byRole = { Effect: 'Allow' as const, Principal: { AWS: input.roleArn } };
  const addTarget = (...Statement: readonly object[]) =>
    gateway.simulator.control.addRole({ arn: targetRoleArn, trustPolicy: { Statement } as never });
  const reads = () => gateway.sent('GetRole');

  test('has no warning if its trust policy allows the role both actions, with a second call of IAM', async () => {
    await open();
    addTarget({ ...byRole, Action: ['sts:AssumeRole', 'sts:TagSession'] });
    expect(await warningsOf({ targetRoleArn })).toEqual([]);
    expect(reads()).toBe(2);
  });

  test('says what its trust policy lacks, and the statements to add', async () => {
    await open();
    addTarget({ ...byRole, Action: 'sts:AssumeRole' });
    const [warning, ...more] = await warningsOf({ targetRoleArn });
    expect(more).toEqual([]);
    expect(warning?.code).toBe('TARGET_ROLE_TRUST');
    expect(warning?.message).toContain(`it does not allow ${input.roleArn} sts:TagSession`);
    expect(warning?.advice).toContain(JSON.stringify({ ...byRole, Action: 'sts:TagSession' }));
  });

  test('says before the create that EKS sets the external id, and gives it before an update', async () => {
    await open();
    const [, warning] = await warningsOf({ targetRoleArn });
    expect(warning?.advice).toContain('EKS sets externalId');
    await gateway.create({ targetRoleArn });
    const [listed] = gateway.simulator.control.associations();
    const { data } = await gateway.send<{ check: { warnings: readonly Warning[] } }>(
      `query ($input: UpdatePodIdentityAssociationInput!) {
        check: checkUpdatePodIdentityAssociation(input: $input) { warnings { code advice } }
      }`,
      { input: { clusterName: 'apps-dev', associationId: listed?.associationId, targetRoleArn } },
    );
    const trust = data?.check.warnings.find(({ code }) => code === 'TARGET_ROLE_TRUST');
    expect(trust?.advice).toContain(`"sts:ExternalId":${JSON.stringify(listed?.externalId)}`);
    expect(trust?.advice).not.toContain('EKS sets externalId');
  });

  test('warns of an external id that is not that of the association', async () => {
    await open({ preflight: 'changes' });
    const Condition = { StringEquals: { 'sts:ExternalId': 'another' } };
    addTarget({ ...byRole, Action: 'sts:AssumeRole', Condition }, { ...byRole, Action: 'sts:TagSession' });
    // Before a create, the external id is not known.
    expect(await warningsOf({ targetRoleArn })).toEqual([]);
    const [warning] = await warningsOf({ targetRoleArn }, false);
    const [listed] = gateway.simulator.control.associations();
    expect(warning?.message).toContain(`a condition on sts:ExternalId`);
    expect(warning?.message).toContain(JSON.stringify(listed?.externalId));
  });

  test('says that it does not exist', async () => {
    await open();
    expect(codes(await warningsOf({ targetRoleArn }))).toEqual(['ROLE_NOT_FOUND', 'TARGET_ROLE_TRUST']);
  });

  test.each([
    ['another team', 'pods/search/reader'],
    ['no team', 'pods/shared/reader'],
  ])('gives the same statements whether or not a role of %s exists, without an IAM call for it', async (_, path) => {
    await open();
    const other = `arn:aws:iam::${home.accountId}:role/${path}`;
    const absent = await warningsOf({ targetRoleArn: other });
    const trustPolicy = { Statement: [{ ...byRole, Action: ['sts:AssumeRole', 'sts:TagSession'] }] };
    gateway.simulator.control.addRole({ arn: other, trustPolicy });
    expect(await warningsOf({ targetRoleArn: other })).toEqual(absent);
    expect(absent).toMatchObject([
      { code: 'TARGET_ROLE_TRUST', message: expect.stringContaining('this was not checked') as string },
    ]);
    expect(gateway.simulator.control.requests('GetRole')).toHaveLength(1);
  });

  test('the trust policy of a target role is read where the inventory allows the namespace to use it', async () => {
    const policies = copyOfShipped();
    const shared = `arn:aws:iam::${home.accountId}:role/pods/shared/reader`;
    const owned = '"name": "payments", "owners": ["payments-team"]';
    replaceIn(join(policies, 'inventory.json'), owned, `${owned}, "roleArns": ["${shared}"]`);
    await open({ policies });
    expect(codes(await warningsOf({ targetRoleArn: shared }))).toEqual(['ROLE_NOT_FOUND', 'TARGET_ROLE_TRUST']);
    rmSync(policies, { recursive: true });
  });

  test('gives the statements without a call of IAM if the gateway does not serve its account', async () => {
    await open();
    const [warning] = await warningsOf({ targetRoleArn: 'arn:aws:iam::444455556666:role/pods/payments/reader' });
    expect(warning).toMatchObject({
      code: 'TARGET_ROLE_TRUST',
      message: expect.stringContaining('serves no cluster in account 444455556666') as string,
    });
    expect(reads()).toBe(1);
  });

  test('gives the statements where no role or nothing is read', async () => {
    for (const options of [{ preflightRoles: false }, { preflight: 'off' as const }]) {
      await open(options);
      const warnings = await warningsOf({ targetRoleArn });
      expect(codes(warnings)).toEqual(['TARGET_ROLE_TRUST']);
      expect(warnings[0]?.message).toContain('this was not checked');
      expect(reads()).toBe(0);
      await gateway.close();
    }
    await open();
  });
});
