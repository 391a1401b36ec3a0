import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Warning } from '../../src/model/warning.ts';
import { home, input, openGateway } from '../support/gateway.ts';
import type { Gateway, GatewayOptions } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

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
