import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditTableDefinition, idempotencyTableDefinition, ttlAttribute } from '../../src/ledger/tables.ts';
import { describeVariables, timeVariables } from '../../src/app/settings.ts';
import { grants, openService, properties, resource } from '../support/lambda-package.ts';

type Service = Awaited<ReturnType<typeof openService>>;
type Packaged = Awaited<ReturnType<Service['makePackage']>>;

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as {
  version: string;
};

const otherRole = 'arn:aws:iam::444455556666:role/pod-identity-gateway';
const topic = 'arn:aws:sns:eu-central-1:111122223333:alarms';

let service: Service;
/** Packaged without any setting, and with all of them. */
let plain: Packaged;
let chosen: Packaged;

const variables = [...Object.values(timeVariables), ...Object.values(describeVariables)];
const numbers = Object.fromEntries(variables.map((variable, index) => [variable, `${index}000`]));

beforeAll(async () => {
  service = await openService();
  const params = { jwtIssuer: 'https://login.example', jwtAudience: 'gateway', rolePath: 'teams/*' };
  const lists = { assumeRoleArns: `${otherRole},${otherRole}-2`, alarmTopicArn: topic };
  const args = Object.entries({ ...params, ...lists }).map(([name, value]) => `--param=${name}=${value}`);
  plain = await service.makePackage();
  chosen = await service.makePackage(['--stage', 'prod', '--region', 'us-east-1', ...args], {
    ...numbers,
    JWT_GROUPS_CLAIM: 'cognito:groups',
  });
}, 180_000);

afterAll(() => service.close());

test('the package contains exactly the bundles, Cedar and the policies', () => {
  expect([...plain.files].sort()).toEqual([
    'dist/cedar-snapshot.bin',
    'dist/cedar_wasm_bg.wasm',
    'dist/graphql.cjs',
    'dist/graphql.cjs.cache',
    'dist/graphql.mjs',
    'dist/policies/access.cedar',
    'dist/policies/guardrails.cedar',
    'dist/policies/inventory.json',
    'dist/policies/policy-set.json',
    'dist/policies/schema.cedarschema',
    'dist/reconcile.cjs',
    'dist/reconcile.cjs.cache',
    'dist/reconcile.mjs',
    'dist/schema.json',
  ]);
});

test.each([
  ['IdempotencyTable', idempotencyTableDefinition('name')],
  ['AuditTable', auditTableDefinition('name')],
] as const)('%s has the keys and indexes of src/ledger/tables.ts', (name, definition) => {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = properties(plain.template, name);
  expect({ AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode, TableName: 'name' }).toEqual(
    definition,
  );
});

test.each(['IdempotencyTable', 'AuditTable'])('%s outlives the stack, can be restored, and is encrypted', (name) => {
  expect(resource(plain.template, name)).toMatchObject({
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    },
  });
});

test('token records expire by the attribute that the ledger sets, audit entries never', () => {
  expect(properties(plain.template, 'IdempotencyTable').TimeToLiveSpecification).toEqual({
    AttributeName: ttlAttribute,
    Enabled: true,
  });
  expect(properties(plain.template, 'AuditTable')).not.toHaveProperty('TimeToLiveSpecification');
});

test.each([
  ['GraphqlLambdaFunction', 'dist/graphql.handler', 29, 'GraphqlRole'],
  ['ReconcileLambdaFunction', 'dist/reconcile.handler', 60, 'ReconcileRole'],
])('%s runs on Node.js 24 on Arm, with its own role', (name, Handler, Timeout, role) => {
  const { Environment, Code: _, ...rest } = properties(plain.template, name);
  expect(rest).toMatchObject({ Handler, Timeout, Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  expect(rest.Role).toEqual({ 'Fn::GetAtt': [role, 'Arn'] });
  expect(rest).not.toHaveProperty('ReservedConcurrentExecutions');
  expect(Environment).toEqual({
    Variables: {
      HOME_ACCOUNT_ID: { Ref: 'AWS::AccountId' },
      IDEMPOTENCY_TABLE: { Ref: 'IdempotencyTable' },
      AUDIT_TABLE: { Ref: 'AuditTable' },
      JWT_GROUPS_CLAIM: 'groups',
      JWT_SCOPES_CLAIM: 'scope',
      GATEWAY_VERSION: version,
    },
  });
});

test.each(['GraphqlLambdaFunction', 'ReconcileLambdaFunction'])(
  '%s receives the numbers and claims that are set',
  (name) => {
    expect(properties(chosen.template, name).Environment).toMatchObject({
      Variables: { ...numbers, JWT_GROUPS_CLAIM: 'cognito:groups', JWT_SCOPES_CLAIM: 'scope' },
    });
  },
);

const tokens = 'IdempotencyTable.Arn';
const trail = 'AuditTable.Arn';
const eks = 'arn:${AWS::Partition}:eks:*:${AWS::AccountId}';
const roles = 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/pods/*';
const passed = 'iam:PassRole on arn:${AWS::Partition}:iam::${AWS::AccountId}:role/pods/*';

test('the graphql function has exactly the permissions that requests need', () => {
  expect(grants(plain.template, 'GraphqlRole')).toEqual([
    `dynamodb:GetItem on ${trail}`,
    `dynamodb:GetItem on ${tokens}`,
    `dynamodb:PutItem on ${trail}`,
    `dynamodb:PutItem on ${tokens}`,
    `dynamodb:Query on $\{${trail}}/index/*`,
    `dynamodb:Query on ${trail}`,
    `eks:CreatePodIdentityAssociation on ${eks}:cluster/*`,
    `eks:DeletePodIdentityAssociation on ${eks}:podidentityassociation/*`,
    `eks:DescribePodIdentityAssociation on ${eks}:podidentityassociation/*`,
    `eks:ListPodIdentityAssociations on ${eks}:cluster/*`,
    `eks:TagResource on ${eks}:podidentityassociation/*`,
    `eks:UpdatePodIdentityAssociation on ${eks}:podidentityassociation/*`,
    `iam:GetRole on ${roles}`,
    `${passed} if {"StringEquals":{"iam:PassedToService":"pods.eks.amazonaws.com"}}`,
    'logs:CreateLogStream on GraphqlLogGroup.Arn',
    'logs:PutLogEvents on GraphqlLogGroup.Arn',
  ]);
});

test('the reconciler may read from EKS and write to the ledger, and can not pass roles', () => {
  expect(grants(plain.template, 'ReconcileRole')).toEqual([
    `dynamodb:PutItem on ${trail}`,
    `dynamodb:PutItem on ${tokens}`,
    `dynamodb:Query on $\{${tokens}}/index/byLease`,
    `dynamodb:Query on ${trail}`,
    `eks:DescribePodIdentityAssociation on ${eks}:podidentityassociation/*`,
    `eks:ListPodIdentityAssociations on ${eks}:cluster/*`,
    'logs:CreateLogStream on ReconcileLogGroup.Arn',
    'logs:PutLogEvents on ReconcileLogGroup.Arn',
  ]);
});

test('only Lambda may assume the roles, and there are no other grants', () => {
  const { Resources } = plain.template;
  const iam = Object.keys(Resources).filter((name) => Resources[name]?.Type.startsWith('AWS::IAM::'));
  expect(iam.sort()).toEqual(['GraphqlRole', 'OtherAccountsPolicy', 'ReconcileRole']);
  for (const name of ['GraphqlRole', 'ReconcileRole']) {
    expect(properties(plain.template, name).AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    expect(properties(plain.template, name)).not.toHaveProperty('ManagedPolicyArns');
  }
});

test('only roles in the path that is set may be passed to pods', () => {
  const path = 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/teams/*';
  const granted = grants(chosen.template, 'GraphqlRole').filter((grant) => grant.startsWith('iam:'));
  expect(granted).toEqual([`iam:GetRole on ${path}`, expect.stringContaining(`iam:PassRole on ${path} if`)]);
});

test('roles of other accounts may be assumed only when they are set', () => {
  const policy = resource(chosen.template, 'OtherAccountsPolicy');
  expect(policy).toMatchObject({
    Condition: 'ServesOtherAccounts',
    Properties: { Roles: [{ Ref: 'GraphqlRole' }, { Ref: 'ReconcileRole' }] },
  });
  expect(policy.Properties.PolicyDocument).toMatchObject({
    Statement: [{ Action: 'sts:AssumeRole', Resource: { 'Fn::Split': [',', `${otherRole},${otherRole}-2`] } }],
  });
  expect(plain.template.Conditions.ServesOtherAccounts).toEqual({ 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] });
});

test('the API has exactly two routes, one with JWTs and one with IAM', () => {
  const routes = Object.values(chosen.template.Resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');
  const shown = routes.map(({ Properties: { RouteKey, AuthorizationType, AuthorizerId } }) => ({
    ...{ RouteKey, AuthorizationType, AuthorizerId },
  }));
  expect(shown).toEqual([
    { RouteKey: 'POST /graphql', AuthorizationType: 'JWT', AuthorizerId: { Ref: 'HttpApiAuthorizerJwt' } },
    { RouteKey: 'POST /iam/graphql', AuthorizationType: 'AWS_IAM', AuthorizerId: undefined },
  ]);
  expect(properties(chosen.template, 'HttpApiAuthorizerJwt')).toMatchObject({
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: 'https://login.example', Audience: ['gateway'] },
  });
  expect(properties(chosen.template, 'HttpApiIntegrationGraphql').PayloadFormatVersion).toBe('2.0');
});

test('the API is throttled, and its access log is JSON with the request and who sent it', () => {
  const { DefaultRouteSettings, AccessLogSettings } = properties(plain.template, 'HttpApiStage');
  expect(DefaultRouteSettings).toMatchObject({ ThrottlingBurstLimit: 50, ThrottlingRateLimit: 25 });
  const { Format } = AccessLogSettings as { Format: string };
  expect(JSON.parse(Format)).toMatchObject({
    requestId: '$context.requestId',
    subject: '$context.authorizer.claims.sub',
    userArn: '$context.identity.userArn',
  });
});

test('all logs have a retention period', () => {
  const groups = Object.values(plain.template.Resources).filter(({ Type }) => Type === 'AWS::Logs::LogGroup');
  expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual([90, 90, 90]);
});

test('the reconciler runs every minute, and is not retried', () => {
  const { ScheduleExpression, State } = properties(plain.template, 'ReconcileEventsRuleSchedule1');
  expect({ ScheduleExpression, State }).toEqual({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
  expect(properties(plain.template, 'ReconcileLambdaEvConf').MaximumRetryAttempts).toBe(0);
});

test('alarms are sent to the topic that is set', () => {
  const alarms = Object.values(chosen.template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  expect(alarms).toHaveLength(4);
  for (const { Properties } of alarms) {
    expect(Properties.AlarmActions).toEqual({ 'Fn::If': ['HasAlarmTopic', [topic], { Ref: 'AWS::NoValue' }] });
  }
  expect(chosen.template.Conditions.HasAlarmTopic).toEqual({ 'Fn::Not': [{ 'Fn::Equals': [topic, ''] }] });
  expect(plain.template.Conditions.HasAlarmTopic).toEqual({ 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] });
});

test('the outputs contain the URLs of the API and the names of the tables', () => {
  const names = ['GraphqlUrl', 'GraphqlIamUrl', 'IdempotencyTable', 'AuditTable'];
  expect(Object.keys(plain.template.Outputs)).toEqual(expect.arrayContaining(names));
});
