import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditTableDefinition, idempotencyTableDefinition, ttlAttribute } from '../../src/ledger/tables.ts';
import { corsConfiguration } from '../../src/local/http-api/cors.ts';
import { describeVariables, timeVariables } from '../../src/app/settings.ts';
import { iamPath, jwtPath, routedMethods } from '../../src/auth/event-source.ts';
import { matchesPattern } from '../support/event-pattern.ts';
import type { EventPattern } from '../support/event-pattern.ts';
import { cycleIn, grants, openService, properties, resource } from '../support/lambda-package.ts';

type Service = Awaited<ReturnType<typeof openService>>;
type Packaged = Awaited<ReturnType<Service['makePackage']>>;

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as {
  version: string;
};

const otherRole = 'arn:aws:iam::444455556666:role/pod-identity-gateway';
const origins = ['https://console.example', 'http://localhost:5173'];
const topic = 'arn:aws:sns:eu-central-1:111122223333:alarms';

let service: Service;
/** Packaged without any setting, and with all of them. */
let plain: Packaged;
let chosen: Packaged;

const variables = [...Object.values(timeVariables), ...Object.values(describeVariables)];
const numbers = Object.fromEntries(variables.map((variable, index) => [variable, `${index}000`]));

beforeAll(async () => {
  service = await openService();
  const params = {
    jwtIssuer: 'https://login.example',
    jwtAudience: 'gateway',
    jwtAuthorizer: 'function',
    rolePath: 'teams/*',
  };
  const lists = { assumeRoleArns: `${otherRole},${otherRole}-2`, alarmTopicArn: topic, corsOrigins: origins.join(',') };
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
    'dist/issuers.json',
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
  const apiOnly = name === 'GraphqlLambdaFunction' && {
    API_ID: { Ref: 'HttpApi' },
    API_STAGE: { Ref: 'HttpApiStage' },
    JWT_ISSUER: 'https://not-set.invalid',
    JWT_AUDIENCE: 'not-set.invalid',
  };
  expect(Environment).toEqual({
    Variables: {
      ...apiOnly,
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

test('no resources refer to each other in a cycle, which CloudFormation rejects', () => {
  expect(cycleIn(plain.template.Resources)).toBeNull();
  expect(cycleIn(chosen.template.Resources)).toBeNull();
});

test('a cycle of references is found, by Ref, GetAtt, Sub and DependsOn', () => {
  const a = { Type: 'A', Properties: { x: [{ Ref: 'B' }] } };
  const b = { Type: 'B', Properties: { x: { 'Fn::GetAtt': ['C', 'Arn'] } } };
  const c = { Type: 'C', Properties: { x: { 'Fn::Sub': 'arn:${AWS::Region}:${D.Arn}' } } };
  const d = { Type: 'D', DependsOn: ['A'], Properties: {} };
  expect(cycleIn({ A: a, B: b, C: c, D: d })).toEqual(['A', 'B', 'C', 'D', 'A']);
  expect(cycleIn({ A: a, B: b, C: c, D: { Type: 'D', Properties: { x: { Ref: 'AWS::Region' } } } })).toBeNull();
});

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
    `dynamodb:Query on $\{${tokens}}/index/byLease`,
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

test('the API has the same methods on two paths, one with JWTs and one with IAM, and no route without an authorizer', () => {
  const routes = Object.values(chosen.template.Resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');
  const unless = (ifVerified: unknown, other: unknown) => ({ 'Fn::If': ['FunctionVerifiesTokens', ifVerified, other] });
  const [noValue, authorizer] = [{ Ref: 'AWS::NoValue' }, { Ref: 'HttpApiAuthorizerJwt' }];
  const jwt = { AuthorizationType: unless('NONE', 'JWT'), AuthorizerId: unless(noValue, authorizer) };
  const iam = { AuthorizationType: 'AWS_IAM', AuthorizerId: undefined };
  const expected = routedMethods.flatMap((method) => [
    [`${method} ${jwtPath}`, jwt],
    [`${method} ${iamPath}`, iam],
  ]);
  const shown = routes.map(({ Properties: { RouteKey, AuthorizationType, AuthorizerId } }) => [
    RouteKey,
    { AuthorizationType, AuthorizerId },
  ]);
  expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(expected));
  expect(properties(chosen.template, 'HttpApiAuthorizerJwt')).toMatchObject({
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: 'https://login.example', Audience: { 'Fn::Split': [',', 'gateway'] } },
  });
  expect(properties(chosen.template, 'HttpApiIntegrationGraphql').PayloadFormatVersion).toBe('2.0');
});

test('the API answers pages of other origins only if corsOrigins is set, as the local server does', () => {
  const { methods, headers, exposedHeaders, maxAgeSeconds } = corsConfiguration;
  const cors = (allowed: string) => ({
    'Fn::If': [
      'HasCorsOrigins',
      {
        AllowOrigins: { 'Fn::Split': [',', allowed] },
        AllowMethods: methods,
        AllowHeaders: headers,
        ExposeHeaders: exposedHeaders,
        MaxAge: maxAgeSeconds,
      },
      { Ref: 'AWS::NoValue' },
    ],
  });
  expect(properties(chosen.template, 'HttpApi').CorsConfiguration).toEqual(cors(origins.join(',')));
  expect(properties(plain.template, 'HttpApi').CorsConfiguration).toEqual(cors(''));
  expect(plain.template.Conditions.HasCorsOrigins).toEqual({ 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] });
});

test('the routes for JWTs are without an authorizer only where the function verifies tokens alone', () => {
  const condition = (value: string) => ({ 'Fn::Equals': [value, 'function'] });
  expect(plain.template.Conditions.FunctionVerifiesTokens).toEqual(condition('api-gateway'));
  expect(chosen.template.Conditions.FunctionVerifiesTokens).toEqual(condition('function'));
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

describe('the rule on the control of the functions', () => {
  const pattern = () => properties(chosen.template, 'FunctionControlRule').EventPattern as EventPattern;
  const call = (eventName: string, fields: object = {}) => ({
    source: 'aws.lambda',
    'detail-type': 'AWS API Call via CloudTrail',
    detail: {
      eventSource: 'lambda.amazonaws.com',
      eventName,
      requestParameters: { functionName: 'pod-identity-gateway-prod-graphql' },
      userIdentity: { type: 'AssumedRole' },
      ...fields,
    },
  });

  test.each([
    'Invoke',
    'AddPermission20150331v2',
    'UpdateFunctionCode20150331v2',
    'UpdateFunctionConfiguration20150331v2',
    'CreateFunctionUrlConfig',
    'CreateEventSourceMapping20150331',
  ])('matches %s, by name or ARN of the function', (eventName) => {
    const arn = 'arn:aws:lambda:us-east-1:222233334444:function:pod-identity-gateway-prod-reconcile';
    expect(matchesPattern(pattern(), call(eventName))).toBe(true);
    expect(matchesPattern(pattern(), call(eventName, { requestParameters: { functionName: arn } }))).toBe(true);
  });

  test('does not match reads, other functions and stages, and invocations by API Gateway and the schedule', () => {
    expect(matchesPattern(pattern(), call('GetFunction20150331v2'))).toBe(false);
    for (const functionName of ['shop-prod-graphql', 'pod-identity-gateway-dev-graphql']) {
      expect(matchesPattern(pattern(), call('Invoke', { requestParameters: { functionName } }))).toBe(false);
    }
    expect(matchesPattern(pattern(), call('Invoke', { userIdentity: { type: 'AWSService' } }))).toBe(false);
  });

  test('notifies the alarm topic, and exists only with one', () => {
    expect(properties(chosen.template, 'FunctionControlRule').Targets).toEqual([{ Id: 'alarm-topic', Arn: topic }]);
    expect(resource(plain.template, 'FunctionControlRule').Condition).toBe('HasAlarmTopic');
  });
});

test('the outputs contain the URLs of the API and the names of the tables', () => {
  const names = ['GraphqlUrl', 'GraphqlIamUrl', 'IdempotencyTable', 'AuditTable'];
  expect(Object.keys(plain.template.Outputs)).toEqual(expect.arrayContaining(names));
});
