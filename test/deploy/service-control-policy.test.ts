import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { denying } from '../support/iam-deny.ts';

const text = readFileSync(join(import.meta.dirname, '..', '..', 'deploy', 'iam', 'protect-gateway.json'), 'utf8');
const policy: unknown = JSON.parse(text.replaceAll('API-ID', 'a1b2c3'));

const account = '222233334444';
const principals = {
  administrator: `arn:aws:iam::${account}:role/Administrator`,
  user: `arn:aws:iam::${account}:user/alice`,
  lookalike: `arn:aws:iam::${account}:role/x/pod-identity-gateway-deployer-prod`,
  deployer: `arn:aws:iam::${account}:role/pod-identity-gateway-deployer-prod`,
  release: `arn:aws:iam::${account}:role/pod-identity-gateway-prod-eu-central-1-release`,
  publisher: `arn:aws:iam::${account}:role/pod-identity-gateway-prod-policy-publisher`,
  graphql: `arn:aws:iam::${account}:role/pod-identity-gateway-prod-eu-central-1-graphql`,
  reconcile: `arn:aws:iam::${account}:role/pod-identity-gateway-prod-eu-central-1-reconcile`,
};
type Principal = keyof typeof principals;

const graphql = `arn:aws:lambda:eu-central-1:${account}:function:pod-identity-gateway-prod-graphql`;
const role = principals.graphql;
const api = 'arn:aws:apigateway:eu-central-1::/apis/a1b2c3';
const table = `arn:aws:dynamodb:eu-central-1:${account}:table/pod-identity-gateway-prod-AuditTable-1X2Y`;

const deny = (principal: Principal, action: string, resource: string, keys: Record<string, string> = {}) =>
  denying(policy, { action, resource, keys: { 'aws:PrincipalArn': principals[principal], ...keys } });

const strangers = ['administrator', 'user', 'lookalike'] as const;

test.each(Object.keys(principals) as Principal[])('no role or user invokes a function directly: %s', (principal) => {
  expect(deny(principal, 'lambda:InvokeFunction', graphql)).toEqual(['NoDirectInvocation']);
  expect(deny(principal, 'lambda:InvokeFunction', `${graphql}:live`)).toEqual(['NoDirectInvocation']);
  expect(deny(principal, 'lambda:InvokeFunctionUrl', graphql)).toEqual(['NoDirectInvocation']);
});

test.each([
  ['lambda:UpdateFunctionCode', graphql, 'OnlyTheDeployerChangesFunctions'],
  ['lambda:UpdateFunctionConfiguration', graphql, 'OnlyTheDeployerChangesFunctions'],
  ['lambda:AddPermission', graphql, 'OnlyTheDeployerChangesFunctions'],
  ['lambda:CreateFunctionUrlConfig', graphql, 'OnlyTheDeployerChangesFunctions'],
  ['lambda:UpdateAlias', `${graphql}:live`, 'OnlyReleasesMoveTheAlias'],
  ['iam:PassRole', role, 'OnlyTheDeployerChangesRoles'],
  ['iam:UpdateAssumeRolePolicy', role, 'OnlyTheDeployerChangesRoles'],
  ['iam:PutRolePolicy', principals.deployer, 'OnlyTheDeployerChangesRoles'],
  ['apigateway:PATCH', `${api}/authorizers/x`, 'OnlyTheDeployerChangesTheApi'],
  ['apigateway:DELETE', api, 'OnlyTheDeployerChangesTheApi'],
  ['dynamodb:DeleteTable', table, 'OnlyTheDeployerChangesTables'],
])('only the deployer may %s on %s', (action, resource, sid) => {
  for (const principal of [...strangers, 'graphql'] as const) {
    expect([principal, deny(principal, action, resource)]).toEqual([principal, [sid]]);
  }
  expect(deny('deployer', action, resource)).toEqual([]);
});

test('the role of CodeDeploy may move the alias to a new version, and change nothing else', () => {
  expect(deny('release', 'lambda:UpdateAlias', `${graphql}:live`)).toEqual([]);
  expect(deny('release', 'lambda:UpdateFunctionCode', graphql)).toEqual(['OnlyTheDeployerChangesFunctions']);
});

test('only the deployer may connect an event source to a function', () => {
  const mapping = `arn:aws:lambda:eu-central-1:${account}:event-source-mapping:1`;
  for (const principal of strangers) {
    expect(deny(principal, 'lambda:CreateEventSourceMapping', mapping, { 'lambda:FunctionArn': graphql })).toEqual([
      'OnlyTheDeployerConnectsEventSources',
    ]);
  }
  expect(deny('deployer', 'lambda:CreateEventSourceMapping', mapping, { 'lambda:FunctionArn': graphql })).toEqual([]);
  const other = graphql.replace('pod-identity-gateway', 'shop');
  expect(deny('user', 'lambda:CreateEventSourceMapping', mapping, { 'lambda:FunctionArn': other })).toEqual([]);
});

test.each(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:PartiQLDelete'])(
  'only the functions and the publisher of policies may %s',
  (action) => {
    for (const principal of [...strangers, 'deployer'] as const) {
      expect(deny(principal, action, table)).toEqual(['OnlyTheFunctionsAndThePublisherWrite']);
    }
    expect(deny('graphql', action, table)).toEqual([]);
    expect(deny('reconcile', action, table)).toEqual([]);
    // The policies of the tables say which table it may write to.
    expect(deny('publisher', action, table)).toEqual([]);
  },
);

test.each([
  ['lambda:InvokeFunction', graphql.replace('pod-identity-gateway', 'shop')],
  ['lambda:GetFunctionConfiguration', graphql],
  ['iam:PassRole', `arn:aws:iam::${account}:role/pods/payments/payments-api`],
  ['apigateway:PATCH', 'arn:aws:apigateway:eu-central-1::/apis/other/routes'],
  ['apigateway:GET', api],
  ['dynamodb:PutItem', `arn:aws:dynamodb:eu-central-1:${account}:table/shop`],
  ['dynamodb:Query', table],
  ['eks:CreatePodIdentityAssociation', `arn:aws:eks:eu-central-1:${account}:cluster/apps`],
])('other requests are not affected: %s on %s', (action, resource) => {
  for (const principal of Object.keys(principals) as Principal[]) expect(deny(principal, action, resource)).toEqual([]);
});

test.each(['aws-cn', 'aws-us-gov'])('it applies in the partition %s', (partition) => {
  const there = (arn: string) => arn.replace('arn:aws:', `arn:${partition}:`);
  const denied = (principal: Principal, action: string, resource: string) =>
    denying(policy, { action, resource: there(resource), keys: { 'aws:PrincipalArn': there(principals[principal]) } });
  expect(denied('administrator', 'lambda:UpdateFunctionCode', graphql)).toEqual(['OnlyTheDeployerChangesFunctions']);
  expect(denied('administrator', 'apigateway:PATCH', api)).toEqual(['OnlyTheDeployerChangesTheApi']);
  expect(denied('administrator', 'dynamodb:PutItem', table)).toEqual(['OnlyTheFunctionsAndThePublisherWrite']);
  expect(denied('deployer', 'lambda:UpdateFunctionCode', graphql)).toEqual([]);
  expect(denied('graphql', 'dynamodb:PutItem', table)).toEqual([]);
});

test('the policy fits into the 5,120 characters that Organizations accepts', () => {
  expect(JSON.stringify(policy).length).toBeLessThan(5_120);
});
