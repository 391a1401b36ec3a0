// No quick test: it needs a build or a package.
import { join } from 'node:path';
import { fullParams, homeAccount, inventoryWith, otherAccount, paramArguments } from '../support/deployment.ts';
import { openService, properties } from '../support/lambda-package.ts';
import type { Template } from '../support/lambda-package.ts';
import { resolveIn } from '../support/resolve-template.ts';
import { administrator, isAllowed, roleOf } from '../support/simulate.ts';
import type { PolicyDocument, SimulatedPrincipal } from '../support/simulate.ts';
import { readYamlTemplate } from '../support/yaml-template.ts';

// Four gateways in one account that serve the same two accounts. One stage begins with the name of the other.
const regions = ['eu-central-1', 'us-east-1'] as const;
const stages = ['prod', 'prod-eu'] as const;
const served = [otherAccount, '555566667777'] as const;

interface Gateway {
  readonly stage: (typeof stages)[number];
  readonly region: (typeof regions)[number];
}
const gateways: readonly Gateway[] = stages.flatMap((stage) => regions.map((region) => ({ stage, region })));
const others = ({ stage, region }: Gateway) =>
  gateways.filter((each) => each.stage !== stage || each.region !== region);

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'iam');
const otherAccountTemplate = readYamlTemplate(join(folder, 'other-account.yml'));
const deployerTemplate = readYamlTemplate(join(folder, 'deployer.yml'));

const contextOf = ({ stage, region }: Gateway, accountId: string = homeAccount) => ({
  ...{ accountId, region, stack: `pod-identity-gateway-${stage}` },
  parameters: {
    ...{ GatewayAccountId: homeAccount, GatewayRegion: region, GatewayStage: stage, RequireSourceIdentity: 'true' },
    ...{ Stage: stage, Repository: 'corp/gateway', Environment: stage, RolePath: 'pods/*' },
  },
});

const templates = new Map<string, Template>();

beforeAll(async () => {
  const service = await openService({ isOwn: true });
  for (const stage of stages) {
    await service.useInventory(inventoryWith(served, 0, { stage, region: 'eu-central-1' }));
    templates.set(stage, (await service.makePackage(['--stage', stage, ...paramArguments(fullParams)])).template);
  }
  await service.close();
});

/** A role of the gateway, in its own account. */
function functionOf(gateway: Gateway, name: 'GraphqlRole' | 'ExpireRole' | 'ReconcileRole'): SimulatedPrincipal {
  const template = templates.get(gateway.stage);
  if (template === undefined) throw new Error(`${gateway.stage} is not packaged.`);
  return roleOf(template, name, contextOf(gateway));
}

/** ARN and trust policy of a role of other-account.yml for this gateway in a served account. */
function servedRole(gateway: Gateway, name: 'ChangeRole' | 'ExpireRole' | 'ReadRole', accountId: string) {
  const context = contextOf(gateway, accountId);
  const { Path, RoleName, AssumeRolePolicyDocument } = resolveIn(
    otherAccountTemplate,
    context,
    properties(otherAccountTemplate, name),
  ) as { Path: string; RoleName: string; AssumeRolePolicyDocument: PolicyDocument };
  return { arn: `arn:aws:iam::${accountId}:role${Path}${RoleName}`, trust: AssumeRolePolicyDocument };
}

const assume = (principal: SimulatedPrincipal, { arn, trust }: ReturnType<typeof servedRole>, context = {}) =>
  isAllowed(principal, {
    action: 'sts:AssumeRole',
    resource: arn,
    resourcePolicy: trust,
    context: { 'sts:SourceIdentity': 'principal-0123', ...context },
  });

/** The role of deployer.yml for this gateway. */
function deployerOf(gateway: Gateway): SimulatedPrincipal {
  const { parameters, ...place } = contextOf(gateway);
  const resolve = (part: unknown) =>
    resolveIn(
      deployerTemplate,
      { ...place, parameters: { ...parameters, Boundary: 'arn:aws:iam::aws:policy/x' } },
      part,
    );
  const { ManagedPolicyArns, RoleName } = properties(deployerTemplate, 'Deployer') as {
    ManagedPolicyArns: { Ref: string }[];
    RoleName: unknown;
  };
  return {
    arn: `arn:aws:iam::${homeAccount}:role/${String(resolve(RoleName))}`,
    policies: ManagedPolicyArns.map(({ Ref }) =>
      resolve(properties(deployerTemplate, Ref).PolicyDocument),
    ) as PolicyDocument[],
  };
}

/** What only the deployer of this gateway may do. */
function owned({ stage, region }: Gateway): readonly (readonly [action: string, resource: string])[] {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${homeAccount}:${rest}`;
  const stack = `pod-identity-gateway-${stage}`;
  return [
    ['cloudformation:ExecuteChangeSet', arn('cloudformation', `stack/${stack}/0123`)],
    ['lambda:UpdateFunctionCode', arn('lambda', `function:${stack}-graphql`)],
    ['lambda:UpdateFunctionConfiguration', arn('lambda', `function:${stack}-reconcile`)],
    ['dynamodb:UpdateTable', arn('dynamodb', `table/${stack}-AuditTable-0123456789ABC`)],
    ['dynamodb:PutResourcePolicy', arn('dynamodb', `table/${stack}-PolicyTable-0123456789ABC`)],
    ['events:PutRule', arn('events', `rule/${stack}.BypassRule`)],
    ['cloudwatch:DeleteAlarms', arn('cloudwatch', `alarm:${stack}.DriftAlarm`)],
    ['cloudwatch:PutDashboard', `arn:aws:cloudwatch::${homeAccount}:dashboard/${stack}-${region}`],
    ['logs:DeleteLogGroup', arn('logs', `log-group:/aws/lambda/${stack}-graphql`)],
    [
      'codedeploy:UpdateDeploymentGroup',
      arn('codedeploy', `deploymentgroup:${stack}-ReleaseApplication-01/${stack}-ReleaseGroup-01`),
    ],
    ['s3:PutObject', `arn:aws:s3:::${stack}-${region}-${homeAccount}/x.zip`],
    ['iam:UpdateAssumeRolePolicy', `arn:aws:iam::${homeAccount}:role/${stack}-${region}-graphql`],
  ];
}

const roleNames = ['ChangeRole', 'ExpireRole', 'ReadRole'] as const;

test('the roles of four gateways exist side by side in an account that all of them serve', () => {
  for (const accountId of served) {
    const arns = gateways.flatMap((gateway) => roleNames.map((name) => servedRole(gateway, name, accountId).arn));
    expect(new Set(arns).size).toBe(12);
  }
});

describe.each(gateways)('the gateway $stage in $region', (gateway) => {
  test.each(served)('assumes its own roles in %s, and those of no other gateway', async (accountId) => {
    const graphql = functionOf(gateway, 'GraphqlRole');
    const reconcile = functionOf(gateway, 'ReconcileRole');
    const expire = functionOf(gateway, 'ExpireRole');
    expect(await assume(expire, servedRole(gateway, 'ExpireRole', accountId))).toBe(true);
    expect(await assume(expire, servedRole(gateway, 'ChangeRole', accountId))).toBe(false);
    expect(await assume(expire, servedRole(gateway, 'ReadRole', accountId))).toBe(false);
    expect(await assume(graphql, servedRole(gateway, 'ChangeRole', accountId))).toBe(true);
    expect(await assume(reconcile, servedRole(gateway, 'ReadRole', accountId))).toBe(true);
    expect(await assume(reconcile, servedRole(gateway, 'ChangeRole', accountId))).toBe(false);
    for (const other of others(gateway)) {
      for (const name of roleNames) {
        const role = servedRole(other, name, accountId);
        expect([other, name, await assume(graphql, role), await assume(reconcile, role)]).toEqual([
          other,
          name,
          false,
          false,
        ]);
        // Each side alone denies: the function's own policy, and the trust policy of the role.
        const trusting = {
          ...role,
          trust: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:*' }] },
        };
        expect(await assume(graphql, trusting)).toBe(false);
        expect(await assume({ ...administrator(homeAccount), arn: graphql.arn }, role)).toBe(false);
      }
    }
  });

  test('assumes no role of an account outside of its organization, even if that role trusts it', async () => {
    const role = servedRole(gateway, 'ChangeRole', otherAccount);
    const graphql = functionOf(gateway, 'GraphqlRole');
    expect(await assume(graphql, role, { 'aws:ResourceOrgID': 'o-other' })).toBe(false);
  });

  test('has a deployer that may change its own stack, functions, tables and roles, which no other deployer may', async () => {
    for (const [action, resource] of owned(gateway)) {
      expect([action, resource, await isAllowed(deployerOf(gateway), { action, resource })]).toEqual([
        action,
        resource,
        true,
      ]);
      for (const other of others(gateway)) {
        const allowed = await isAllowed(deployerOf(other), { action, resource });
        expect([other, action, resource, allowed]).toEqual([other, action, resource, false]);
      }
    }
  });

  test('has a boundary that reaches its own tables and roles only', async () => {
    const context = contextOf(gateway);
    const { PolicyDocument } = properties(deployerTemplate, 'Boundary');
    const boundary = resolveIn(deployerTemplate, context, PolicyDocument) as PolicyDocument;
    const within = { ...administrator(homeAccount), boundary };
    const table = (each: Gateway) =>
      `arn:aws:dynamodb:${each.region}:${homeAccount}:table/pod-identity-gateway-${each.stage}-AuditTable-0123456789ABC`;
    const reaches = async (each: Gateway) => [
      await isAllowed(within, { action: 'dynamodb:PutItem', resource: table(each) }),
      await assume(
        { ...within, arn: functionOf(each, 'GraphqlRole').arn },
        servedRole(each, 'ChangeRole', otherAccount),
      ),
    ];
    expect(await reaches(gateway)).toEqual([true, true]);
    for (const other of others(gateway)) expect([other, await reaches(other)]).toEqual([other, [false, false]]);
  });
});

test('the IAM names of four deployers differ', () => {
  const names = gateways.flatMap((gateway) =>
    Object.values(deployerTemplate.Resources).map(({ Properties }) =>
      resolveIn(deployerTemplate, contextOf(gateway), Properties.RoleName ?? Properties.ManagedPolicyName),
    ),
  );
  expect(new Set(names).size).toBe(names.length);
});
