// No quick test: it needs a build or a package.
import { withRolesOfOtherAccounts } from '../../deploy/other-accounts.ts';
import { packageProblems } from '../../deploy/package-problems.ts';
import { sizeProblems } from '../../deploy/size-problems.ts';
import { fullParams, homeAccount, inventoryWith, ownIssuers, paramArguments } from '../support/deployment.ts';
import { openService, properties } from '../support/lambda-package.ts';
import type { Template } from '../support/lambda-package.ts';
import { resolveIn } from '../support/resolve-template.ts';
import { isAllowed, roleOf } from '../support/simulate.ts';

const region = 'eu-central-1';
const stack = 'pod-identity-gateway-prod';
const context = { accountId: homeAccount, region, stack };
const accountIds = (count: number) => Array.from({ length: count }, (_, index) => String(600_000_000_000 + index));

/** 1,000 accounts with ten clusters each. */
const large = inventoryWith(accountIds(1_000), 10);

let service: Awaited<ReturnType<typeof openService>>;
let template: Template;
/** Of an inventory with two other accounts. */
let small: Template;

beforeAll(async () => {
  service = await openService({ isOwn: true });
  const args = ['--stage', 'prod', ...paramArguments(fullParams)];
  await service.useInventory(large);
  template = (await service.makePackage(args)).template;
  await service.useInventory(inventoryWith(accountIds(2)));
  small = (await service.makePackage(args)).template;
});

afterAll(() => service.close());

/** A copy of the template with other properties of a resource. */
const changed = (name: string, change: object) => ({
  ...template,
  Resources: {
    ...template.Resources,
    [name]: { Type: 'x', ...template.Resources[name], Properties: { ...properties(template, name), ...change } },
  },
});
type Checked = Parameters<typeof sizeProblems>[0];
const problemsOf = (of: object, unzipped = 0) =>
  sizeProblems(of as Checked, { name: stack, region }, unzipped).map(({ what }) => what);
const statement = (count: number) => ({
  Statement: [
    { Effect: 'Allow', Action: 'iam:PassRole', Resource: Array.from({ length: count }, () => 'x'.repeat(97)) },
  ],
});

test('1,000 accounts with 10,000 clusters are packaged within every limit', () => {
  expect(problemsOf(template)).toEqual([]);
  const contents = { inventory: large, policies: {}, issuers: ownIssuers };
  const placement = { service: 'pod-identity-gateway', stage: 'prod', region, accountId: null };
  expect(packageProblems(contents, fullParams, placement)).toEqual([]);
});

test.each(['GraphqlRole', 'ReconcileRole', 'ScanRole', 'ExecutorRole'])(
  'the inline policies of %s have the size that is counted, whatever the number of accounts',
  (name) => {
    const length = (of: Template) =>
      roleOf(of, name, context).policies.reduce((sum, policy) => sum + JSON.stringify(policy).length, 0);
    expect(length(template)).toBe(length(small));
    // What is added on top reaches the limit: the rest is counted exactly, but for the longer names that are assumed.
    const filling = (size: number) => [
      ...(properties(template, name).Policies as object[]),
      { PolicyName: 'x', PolicyDocument: { x: 'x'.repeat(size - 8) } },
    ];
    const left = 10_240 - length(template);
    expect(problemsOf(changed(name, { Policies: filling(left - 20) }))).toEqual([]);
    expect(problemsOf(changed(name, { Policies: filling(left + 1) }))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^The inline policies of ${name} have 10,2\\d\\d characters for IAM, and at most 10,240 are allowed`,
        ),
      ),
    ]);
  },
);

test('a role of any account of the organization may be assumed, with that exact name only', async () => {
  const reconcile = roleOf(template, 'ReconcileRole', context);
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] };
  const may = (accountId: string, name: string, org = {}) =>
    isAllowed(reconcile, {
      action: 'sts:AssumeRole',
      resource: `arn:aws:iam::${accountId}:role/pod-identity-gateway/${name}`,
      resourcePolicy: trust,
      context: org,
    });
  const name = `${stack}-${region}-read`;
  for (const accountId of ['600000000000', '600000000999', '999900001111']) {
    expect([accountId, await may(accountId, name)]).toEqual([accountId, true]);
  }
  expect(await may('600000000000', `${name}-2`)).toBe(false);
  expect(await may('600000000000', `x/${name}`)).toBe(false);
  expect(await may('600000000000', name, { 'aws:ResourceOrgID': 'o-other00000' })).toBe(false);
});

test('with organizational units, only roles of accounts in them or below may be assumed', async () => {
  const units = 'o-own0000000/r-ab12/ou-ab12-11112222,o-own0000000/r-ab12/ou-ab12-33334444/';
  const Resources = withRolesOfOtherAccounts(template.Resources as unknown as Checked['Resources'], units, stack);
  const reconcile = roleOf(
    { ...template, Resources: Resources as unknown as Template['Resources'] },
    'ReconcileRole',
    context,
  );
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] };
  const may = (...paths: string[]) =>
    isAllowed(reconcile, {
      action: 'sts:AssumeRole',
      resource: `arn:aws:iam::600000000000:role/pod-identity-gateway/${stack}-${region}-read`,
      resourcePolicy: trust,
      context: { 'aws:ResourceOrgPaths': paths },
    });
  expect(await may('o-own0000000/r-ab12/ou-ab12-11112222/')).toBe(true);
  expect(await may('o-own0000000/r-ab12/ou-ab12-33334444/ou-ab12-55556666/')).toBe(true);
  expect(await may('o-own0000000/r-ab12/ou-ab12-77778888/')).toBe(false);
  expect(await may('o-own0000000/r-ab12/')).toBe(false);
});

test('a deployment with too many role paths is stopped with the sizes and the fix, before it calls AWS', async () => {
  const rolePath = Array.from({ length: 400 }, (_, index) => `pods/team-${index}/*`).join();
  const run = await service.serverless(['package', ...paramArguments({ rolePath })]);
  expect(run.exitCode).toBe(1);
  expect(run.output).toMatch(
    /The inline policies of GraphqlRole have \d\d,\d{3} characters for IAM, and at most 10,240/,
  );
  expect(run.output).toContain('fix: Give fewer paths in rolePath');
});

test.each([
  [
    'a trust policy',
    'GraphqlRole',
    { AssumeRolePolicyDocument: statement(21) },
    'The trust policy of GraphqlRole has 2,1',
  ],
  ['the name of a role', 'GraphqlRole', { RoleName: 'x'.repeat(65) }, 'has 65 characters, and at most 64'],
  ['the name of a function', 'GraphqlLambdaFunction', { FunctionName: 'x'.repeat(65) }, 'has 65 characters'],
  ['the name of the bucket', 'ServerlessDeploymentBucket', { BucketName: 'x'.repeat(64) }, 'has 64 characters'],
  ['an environment', 'GraphqlLambdaFunction', { Environment: { Variables: { A: 'x'.repeat(4_090) } } }, '4,098 bytes'],
  [
    'the policy of a table',
    'AuditTable',
    { ResourcePolicy: { PolicyDocument: statement(210) } },
    'policy of AuditTable',
  ],
  ['an event pattern', 'BypassRule', { EventPattern: { source: ['x'.repeat(2_050)] } }, 'pattern of BypassRule'],
])('%s over its limit is named', (_, name, change, what) => {
  expect(problemsOf(changed(name, change))).toEqual([expect.stringContaining(what)]);
});

test('a managed policy, a template and a package over their limits are named', () => {
  const managed = { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: statement(62) } };
  expect(problemsOf({ Resources: { Managed: managed } })).toEqual([expect.stringContaining('policy Managed has 6,2')]);
  const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`R${index}`, { Type: 'x' }]));
  expect(problemsOf({ Resources: many })).toEqual([expect.stringContaining('501 resources')]);
  expect(problemsOf({ Resources: {}, Outputs: { Long: { Value: 'x'.repeat(1_000_000) } } })).toEqual([
    expect.stringContaining('bytes for CloudFormation'),
  ]);
  expect(problemsOf(template, 262_144_001)).toEqual([expect.stringContaining('262,144,001 bytes for Lambda')]);
});

test('the template that creates the stack with its bucket fits into a request', async () => {
  const text = await service.readPackaged('cloudformation-template-create-stack.json');
  expect(text.length).toBeLessThan(51_200);
  const { Resources } = JSON.parse(text) as Template;
  const name = { 'Fn::Sub': `${stack}-\${AWS::Region}-\${AWS::AccountId}`.replace('prod', 'dev') };
  expect(Resources.ServerlessDeploymentBucket?.Properties.BucketName).toEqual(name);
  expect(resolveIn(template, context, properties(template, 'ServerlessDeploymentBucket').BucketName)).toBe(
    `${stack}-${region}-${homeAccount}`,
  );
});
