// No quick test: it needs a build or a package.
import { join } from 'node:path';
import { homeAccount, otherAccount } from '../support/deployment.ts';
import { properties } from '../support/lambda-package.ts';
import type { Template } from '../support/lambda-package.ts';
import { resolveIn } from '../support/resolve-template.ts';
import { administrator, isAllowed } from '../support/simulate.ts';
import type { PolicyDocument, SimulatedPrincipal } from '../support/simulate.ts';
import { servicePolicy } from '../support/service-control-policies.ts';
import { readYamlTemplate } from '../support/yaml-template.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'iam');
const region = 'eu-central-1';
const arn = (service: string, rest: string, accountId = homeAccount) =>
  `arn:aws:${service}:${region}:${accountId}:${rest}`;
const role = (path: string, accountId = homeAccount) => `arn:aws:iam::${accountId}:role/${path}`;
const toPods = { 'iam:PassedToService': 'pods.eks.amazonaws.com' };

describe('The service control policy', () => {
  const policy = servicePolicy('associations-scp');

  /** A principal with every right of its account, under the policy. */
  const under = (path: string, accountId = homeAccount): SimulatedPrincipal => ({
    ...administrator(accountId),
    arn: role(path, accountId),
    servicePolicies: [policy],
  });
  const gateway = under(`pod-identity-gateway-prod-${region}-graphql`);
  const executor = under(`pod-identity-gateway-prod-${region}-executor`);
  const gatewayElsewhere = under(`pod-identity-gateway/pod-identity-gateway-prod-${region}-change`, otherAccount);
  const breakGlass = under('break-glass', otherAccount);
  const ofExpiries = [
    `pod-identity-gateway-prod-${region}-expire`,
    `pod-identity-gateway-prod-${region}-expire-delete`,
  ];
  const expiries = ofExpiries.map((name) => under(name));
  const expiriesElsewhere = under(`pod-identity-gateway/pod-identity-gateway-prod-${region}-expire`, otherAccount);

  const cluster = { resource: arn('eks', 'cluster/apps-dev') };
  const association = { resource: arn('eks', 'podidentityassociation/apps-dev/a-0123456789abcdefg') };
  const changes = [
    { action: 'eks:CreatePodIdentityAssociation', ...cluster },
    { action: 'eks:UpdatePodIdentityAssociation', ...association },
    { action: 'eks:DeletePodIdentityAssociation', ...association },
    { action: 'eks:TagResource', ...association },
    { action: 'eks:UntagResource', ...association },
    { action: 'iam:PassRole', resource: role('pods/payments/payments-api'), context: toPods },
  ];
  const addons = [
    { action: 'eks:CreateAddon', ...association },
    { action: 'eks:UpdateAddon', ...association },
  ];

  test.each([...changes, ...addons])('denies $action on $resource to administrators', async (request) => {
    expect(await isAllowed(under('administrator'), request)).toBe(false);
    expect(await isAllowed(administrator(homeAccount), request)).toBe(true);
  });

  test.each(changes)(
    'leaves $action to the gateway, in its account and in others, and to the break-glass role',
    async (request) => {
      const elsewhere = { ...request, resource: request.resource.replace(homeAccount, otherAccount) };
      expect(await isAllowed(gateway, request)).toBe(true);
      expect(await isAllowed(executor, request)).toBe(true);
      expect(await isAllowed(gatewayElsewhere, elsewhere)).toBe(true);
      expect(await isAllowed(breakGlass, elsewhere)).toBe(true);
    },
  );

  test.each(changes)('leaves $action to the roles of expiries, if it is a delete', async (request) => {
    const elsewhere = { ...request, resource: request.resource.replace(homeAccount, otherAccount) };
    const isDelete = request.action === 'eks:DeletePodIdentityAssociation';
    for (const role of expiries) expect([role.arn, await isAllowed(role, request)]).toEqual([role.arn, isDelete]);
    expect(await isAllowed(expiriesElsewhere, elsewhere)).toBe(isDelete);
  });

  test('allows add-ons without associations, and the reads of associations, to administrators', async () => {
    const administratorHere = under('administrator');
    const addon = { resource: arn('eks', 'addon/apps-dev/vpc-cni/0123') };
    expect(await isAllowed(administratorHere, { action: 'eks:CreateAddon', ...cluster })).toBe(true);
    expect(await isAllowed(administratorHere, { action: 'eks:UpdateAddon', ...addon })).toBe(true);
    expect(await isAllowed(administratorHere, { action: 'eks:DescribePodIdentityAssociation', ...association })).toBe(
      true,
    );
  });

  test.each(['eks:TagResource', 'eks:UntagResource'])(
    'leaves %s on other resources to administrators',
    async (action) => {
      const nodegroup = arn('eks', 'nodegroup/apps-dev/one/0123');
      for (const resource of [cluster.resource, nodegroup])
        expect(await isAllowed(under('administrator'), { action, resource })).toBe(true);
    },
  );

  test('does not take a role of that name in another account for the gateway', async () => {
    const [create = { action: '', resource: '' }] = changes;
    const pretender = under(`pod-identity-gateway-prod-${region}-graphql`, otherAccount);
    const elsewhere = { ...create, resource: create.resource.replace(homeAccount, otherAccount) };
    expect(await isAllowed(pretender, elsewhere)).toBe(false);
  });

  test.each(['iam:CreateRole', 'iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy'])(
    'denies %s on the exempted roles to all but the deployer',
    async (action) => {
      const resource = role(`pod-identity-gateway/pod-identity-gateway-prod-${region}-change`, otherAccount);
      expect(await isAllowed(under('administrator', otherAccount), { action, resource })).toBe(false);
      for (const stackSets of [
        'AWSCloudFormationStackSetExecutionRole',
        'stacksets-exec-0123456789abcdef0123456789abcdef',
      ]) {
        expect(await isAllowed(under(stackSets, otherAccount), { action, resource })).toBe(true);
      }
      const own = role(`pod-identity-gateway-prod-${region}-graphql`);
      expect(await isAllowed(under('pod-identity-gateway-deployer-prod-eu-central-1'), { action, resource: own })).toBe(
        true,
      );
    },
  );

  test.each(['stacksets-exec-evil', 'x/stacksets-exec-0123456789abcdef', 'x/break-glass'])(
    'lets an administrator change associations with no role that the administrator may create: %s',
    async (path) => {
      const resource = role(path, otherAccount);
      const isCreated = await isAllowed(under('administrator', otherAccount), { action: 'iam:CreateRole', resource });
      const [create = { action: '', resource: '' }] = changes;
      const elsewhere = { ...create, resource: create.resource.replace(homeAccount, otherAccount) };
      const change = { action: 'iam:UpdateAssumeRolePolicy', resource: role('pod-identity-gateway/x', otherAccount) };
      const isExempt = async (request: typeof elsewhere) => isAllowed(under(path, otherAccount), request);
      expect(isCreated && ((await isExempt(elsewhere)) || (await isExempt(change)))).toBe(false);
    },
  );
});

describe('The deployer', () => {
  const template = readYamlTemplate(join(folder, 'deployer.yml'));
  const parameters = { Stage: 'prod', Repository: 'corp/gateway', Environment: 'prod', RolePath: 'pods/*' };
  const context = { accountId: homeAccount, region, stack: 'deployer', parameters };
  const boundary = `arn:aws:iam::${homeAccount}:policy/pod-identity-gateway-boundary-prod-${region}`;
  const documentOf = (name: string) =>
    // The boundary is referred to by its ARN, which is what Ref gives for a managed policy.
    resolveIn(
      template,
      { ...context, parameters: { ...parameters, Boundary: boundary } },
      properties(template, name).PolicyDocument,
    ) as PolicyDocument;
  const deployer = {
    arn: role(`pod-identity-gateway-deployer-prod-${region}`),
    policies: [documentOf('StackPolicy'), documentOf('ResourcesPolicy'), documentOf('MonitoringPolicy')],
  };

  const own = (path = 'pod-identity-gateway-prod-eu-central-1-graphql') => role(path);
  const bounded = { 'iam:PermissionsBoundary': boundary };
  const bucket = `arn:aws:s3:::pod-identity-gateway-prod-${region}-${homeAccount}`;
  const table = arn('dynamodb', 'table/pod-identity-gateway-prod-AuditTable-0123');

  test.each([
    ['cloudformation:CreateChangeSet', arn('cloudformation', 'stack/pod-identity-gateway-prod/0123')],
    ['cloudformation:ExecuteChangeSet', arn('cloudformation', 'stack/pod-identity-gateway-prod/0123')],
    ['cloudformation:SetStackPolicy', arn('cloudformation', 'stack/pod-identity-gateway-prod/0123')],
    ['s3:PutObject', `${bucket}/x.zip`],
    ['s3:CreateBucket', bucket],
    ['iam:CreateRole', own(), bounded],
    ['iam:PutRolePolicy', own(), bounded],
    ['iam:PassRole', own(), { 'iam:PassedToService': 'lambda.amazonaws.com' }],
    [
      'iam:PassRole',
      own('pod-identity-gateway-prod-eu-central-1-release'),
      { 'iam:PassedToService': 'codedeploy.amazonaws.com' },
    ],
    ['lambda:UpdateFunctionCode', arn('lambda', 'function:pod-identity-gateway-prod-graphql')],
    ['lambda:UpdateAlias', arn('lambda', 'function:pod-identity-gateway-prod-graphql')],
    ['dynamodb:CreateTable', table],
    ['dynamodb:PutResourcePolicy', table],
    ['events:PutRule', arn('events', 'rule/pod-identity-gateway-prod.BypassRule')],
    ['cloudwatch:PutMetricAlarm', arn('cloudwatch', 'alarm:pod-identity-gateway-prod.DriftAlarm')],
    ['cloudwatch:PutCompositeAlarm', '*'],
    // A release with AllAtOnce deletes what shifts the traffic, and the alarms of it.
    [
      'codedeploy:DeleteDeploymentGroup',
      arn(
        'codedeploy',
        'deploymentgroup:pod-identity-gateway-prod-ReleaseApplication-01/pod-identity-gateway-prod-ReleaseGroup-01',
      ),
    ],
    ['codedeploy:DeleteApplication', arn('codedeploy', 'application:pod-identity-gateway-prod-ReleaseApplication-01')],
    ['cloudwatch:DeleteAlarms', arn('cloudwatch', 'alarm:pod-identity-gateway-prod.release-errors-8')],
    ['iam:DeleteRolePolicy', own('pod-identity-gateway-prod-eu-central-1-release'), bounded],
    ['iam:DeleteRole', own('pod-identity-gateway-prod-eu-central-1-release')],
    ['cloudwatch:PutDashboard', `arn:aws:cloudwatch::${homeAccount}:dashboard/pod-identity-gateway-prod-eu-central-1`],
    ['logs:CreateLogGroup', arn('logs', 'log-group:/aws/lambda/pod-identity-gateway-prod-graphql')],
    ['logs:CreateLogGroup', arn('logs', 'log-group:/aws/http-api/pod-identity-gateway-prod')],
    ['logs:CreateLogGroup', arn('logs', 'log-group:/aws/events/pod-identity-gateway-prod-bypass')],
    [
      'codedeploy:CreateDeployment',
      arn(
        'codedeploy',
        'deploymentgroup:pod-identity-gateway-prod-ReleaseApplication-01/pod-identity-gateway-prod-ReleaseGroup-01',
      ),
    ],
  ])('may %s on %s', async (action, resource, conditions: Record<string, string> = {}) => {
    expect(await isAllowed(deployer, { action, resource, context: conditions })).toBe(true);
  });

  test.each([
    ['iam:CreateRole', own(), {}],
    ['iam:PutRolePolicy', own(), {}],
    ['iam:PutRolePolicy', role('admin'), bounded],
    ['iam:AttachRolePolicy', own(), bounded],
    ['iam:DeleteRolePermissionsBoundary', own(), bounded],
    ['iam:CreatePolicyVersion', boundary],
    ['iam:PassRole', own(), { 'iam:PassedToService': 'ec2.amazonaws.com' }],
    ['iam:PassRole', role('pods/payments/payments-api'), toPods],
    ['dynamodb:DeleteTable', table],
    ['dynamodb:DeleteItem', table],
    ['dynamodb:PutItem', table],
    ['dynamodb:Scan', table],
    ['lambda:InvokeFunction', arn('lambda', 'function:pod-identity-gateway-prod-graphql')],
    ['lambda:UpdateFunctionCode', arn('lambda', 'function:pod-identity-gateway-dev-graphql')],
    ['lambda:UpdateFunctionCode', arn('lambda', 'function:payments')],
    ['cloudformation:DeleteStack', arn('cloudformation', 'stack/pod-identity-gateway-prod/0123')],
    ['cloudformation:ExecuteChangeSet', arn('cloudformation', 'stack/other/0123')],
    ['eks:CreatePodIdentityAssociation', arn('eks', 'cluster/apps-dev')],
    ['sts:AssumeRole', role('admin')],
  ])('may not %s on %s %j', async (action, resource, conditions: Record<string, string> = {}) => {
    expect(await isAllowed(deployer, { action, resource, context: conditions })).toBe(false);
  });

  test('can be assumed by jobs of one environment of one repository', () => {
    const { AssumeRolePolicyDocument } = properties(template, 'Deployer') as { AssumeRolePolicyDocument: unknown };
    expect(resolveIn(template, context, AssumeRolePolicyDocument)).toMatchObject({
      Statement: [
        {
          Principal: { Federated: `arn:aws:iam::${homeAccount}:oidc-provider/token.actions.githubusercontent.com` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
              'token.actions.githubusercontent.com:sub': 'repo:corp/gateway:environment:prod',
            },
          },
        },
      ],
    });
  });

  test.each(['Boundary', 'StackPolicy', 'ResourcesPolicy', 'MonitoringPolicy'])(
    'has %s within the limit of a managed policy',
    (name) => {
      expect(JSON.stringify(documentOf(name)).length).toBeLessThan(6_144);
    },
  );
});

describe('The roles in another account', () => {
  const template: Template = readYamlTemplate(join(folder, 'other-account.yml'));
  const parameters = {
    ...{ GatewayAccountId: homeAccount, GatewayRegion: region, GatewayStage: 'prod', RolePath: 'pods/*' },
    RequireSourceIdentity: 'false',
  };
  const context = { accountId: otherAccount, region, stack: 'roles', parameters };

  const principal = (name: string): SimulatedPrincipal => {
    const { Policies } = properties(template, name) as { Policies: { PolicyDocument: object }[] };
    const policies = resolveIn(template, context, Policies) as { PolicyDocument: object }[];
    return { arn: role(name, otherAccount), policies: policies.map(({ PolicyDocument }) => PolicyDocument) };
  };
  const cluster = arn('eks', 'cluster/data', otherAccount);
  const association = arn('eks', 'podidentityassociation/data/a-0123456789abcdefg', otherAccount);

  test.each([
    ['eks:CreatePodIdentityAssociation', cluster, {}, true, false, false],
    ['eks:ListPodIdentityAssociations', cluster, {}, true, false, true],
    ['eks:DescribePodIdentityAssociation', association, {}, true, true, true],
    ['eks:UpdatePodIdentityAssociation', association, {}, true, false, false],
    ['eks:DeletePodIdentityAssociation', association, {}, true, true, false],
    ['eks:TagResource', association, {}, true, false, false],
    ['eks:UntagResource', association, { 'aws:TagKeys': ['team'] }, true, false, false],
    [
      'eks:UntagResource',
      association,
      { 'aws:TagKeys': ['team', 'pod-identity-gateway/operation'] },
      false,
      false,
      false,
    ],
    ['iam:PassRole', role('pods/x', otherAccount), toPods, true, false, false],
    ['iam:PassRole', role('admin', otherAccount), toPods, false, false, false],
    ['iam:GetRole', role('pods/x', otherAccount), {}, true, false, true],
    ['iam:GetRole', role('admin', otherAccount), {}, false, false, false],
    ['eks:DescribeCluster', cluster, {}, true, false, true],
    ['eks:DescribeAddon', arn('eks', 'addon/data/eks-pod-identity-agent/0123', otherAccount), {}, true, false, true],
    ['eks:DeleteCluster', cluster, {}, false, false, false],
  ])(
    '%s on %s %j: ChangeRole %s, ExpireRole %s, ReadRole %s',
    async (action, resource, conditions: Record<string, string | string[]>, ...expected) => {
      const request = { action, resource, context: conditions };
      const allowed = ['ChangeRole', 'ExpireRole', 'ReadRole'].map((name) => isAllowed(principal(name), request));
      expect(await Promise.all(allowed)).toEqual(expected);
    },
  );

  const canAssume = (name: string, fn: string, RequireSourceIdentity: string, sourceIdentity: string | null) => {
    const { AssumeRolePolicyDocument } = properties(template, name);
    const given = { ...context, parameters: { ...parameters, RequireSourceIdentity } };
    return isAllowed(
      { ...administrator(homeAccount), arn: role(`pod-identity-gateway-prod-${region}-${fn}`) },
      {
        action: 'sts:AssumeRole',
        resource: role(`pod-identity-gateway/${name}`, otherAccount),
        context: sourceIdentity === null ? {} : { 'sts:SourceIdentity': sourceIdentity },
        resourcePolicy: resolveIn(template, given, AssumeRolePolicyDocument) as PolicyDocument,
      },
    );
  };

  test.each([
    ['ChangeRole', 'graphql', true],
    ['ChangeRole', 'reconcile', false],
    ['ReadRole', 'reconcile', true],
    ['ChangeRole', 'scan', false],
    ['ChangeRole', 'expire', false],
    ['ExpireRole', 'expire', true],
    ['ExpireRole', 'graphql', false],
    ['ExpireRole', 'reconcile', false],
    ['ReadRole', 'expire', false],
    ['ReadRole', 'scan', true],
    ['ReadRole', 'graphql', true],
    ['ReadRole', 'release', false],
  ])('%s can be assumed by the role of %s: %s', async (name, fn, expected) => {
    expect(await canAssume(name, fn, 'false', null)).toBe(expected);
  });

  test.each([
    ['false', null, true],
    ['false', 'principal-0123', true],
    ['true', 'principal-0123', true],
    ['true', 'admin', false],
    ['true', null, false],
  ])(
    'with RequireSourceIdentity=%s, roles that change can be assumed as %s: %s',
    async (required, identity, expected) => {
      expect(await canAssume('ChangeRole', 'graphql', required, identity)).toBe(expected);
      expect(await canAssume('ExpireRole', 'expire', required, identity)).toBe(expected);
    },
  );
});
