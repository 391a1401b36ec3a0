// No quick test: it needs a build or a package.
import { marshall } from '@aws-sdk/util-dynamodb';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditTableDefinition, idempotencyTableDefinition } from '../../src/ledger/dynamodb/tables.ts';
import { ttlAttribute } from '../../src/ledger/stored/tables.ts';
import { inventoryHash } from '../../src/policy/inventory/inventory.ts';
import { policyTableDefinition } from '../../packages/local-gateway/src/policy-table.ts';
import { corsConfiguration } from '../../packages/local-gateway/src/http-api/cors.ts';
import { timeVariables } from '../../src/app/time-settings.ts';
import {
  changeRole,
  expiryRole,
  fullParams,
  homeAccount,
  otherAccount,
  paramArguments,
  readRole,
} from '../support/deployment.ts';
import { iamPath, jwtPath, routedMethods } from '../../src/auth/event-source.ts';
import { resolveIn } from '../support/resolve-template.ts';
import { entryItem } from '../../src/ledger/stored/entry.ts';
import { pagePaths } from '../../src/page/page.ts';
import { deliveredEvents } from '../../src/events/event-types.ts';
import { entries } from '../support/stored-samples.ts';
import { matchesPattern } from './event-pattern.ts';
import type { EventPattern } from './event-pattern.ts';
import { withSendersOf } from '../../deploy/other-accounts.ts';
import type { JsonObject } from '../../deploy/fold-conditions.ts';
import { administrator, isAllowed, roleOf } from '../support/simulate.ts';
import type { PolicyDocument, SimulatedPrincipal } from '../support/simulate.ts';
import { readYamlTemplate } from '../support/yaml-template.ts';
import type { Template } from '../support/lambda-package.ts';
import { cycleIn, grants, openService, properties, resource } from '../support/lambda-package.ts';

type Service = Awaited<ReturnType<typeof openService>>;
type Packaged = Awaited<ReturnType<Service['makePackage']>>;

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as {
  version: string;
};

/** Where the stack with all settings is. */
const context = { accountId: homeAccount, region: 'eu-central-1', stack: 'pod-identity-gateway-prod' };

/** An API call as CloudTrail reports it to EventBridge. */
const callEvent = (service: string, eventName: string, detail: object) => ({
  source: `aws.${service}`,
  'detail-type': 'AWS API Call via CloudTrail',
  detail: { eventSource: `${service}.amazonaws.com`, eventName, ...detail },
});
const byRole = (arn: string) => ({ userIdentity: { sessionContext: { sessionIssuer: { arn } } } });
const patternOf = ({ template }: Packaged, rule: string) =>
  resolveIn(template, context, properties(template, rule).EventPattern) as EventPattern;

/** The logical IDs of resources whose name begins so. */
const namesWith = ({ template }: Packaged, beginning: string) =>
  Object.keys(template.Resources).filter((name) => name.startsWith(beginning));

let service: Service;
/** Packaged without any setting, and with all of them. */
let plain: Packaged;
let chosen: Packaged;

const variables = [...Object.values(timeVariables), 'DESCRIBES_PER_SECOND'];
const numbers = Object.fromEntries(variables.map((variable, index) => [variable, `${100_000_000 + index}`]));

beforeAll(async () => {
  service = await openService({ isOwn: true });
  plain = await service.makePackage();
  chosen = await service.makePackage(['--stage', 'prod', ...paramArguments(fullParams)], numbers);
});

afterAll(() => service.close());

test('the package contains exactly the bundles, Cedar, the policies and the page', () => {
  // Names of the page's files contain a hash of their contents; how many scripts there are, its build decides.
  const names = plain.files.map((name) =>
    name.replace(/^dist\//, '').replace(/[\w.]+-[A-Z0-9]{8}\.(js|css)\./, '*-HASH.$1.'),
  );
  expect([...new Set(names)].sort()).toEqual([
    ...['cedar-native.bin', 'cedar-snapshot.bin', 'cedar_wasm_bg.wasm', 'checkpoint.cjs', 'checkpoint.mjs'],
    ...['code-cache.json', 'compile.cjs', 'compile.mjs', 'deliver.cjs', 'deliver.mjs', 'expire.cjs', 'expire.mjs'],
    ...['graphql.cjs', 'graphql.cjs.cache', 'graphql.mjs', 'issuers.json'],
    ...['css.br', 'css.gz', 'js.br', 'js.gz'].map((suffix) => `page-files/assets/*-HASH.${suffix}`),
    ...['page-files/index.html.br', 'page-files/index.html.gz', 'page.cjs', 'page.mjs'],
    ...['policies/access.cedar', 'policies/approvals.cedar', 'policies/compiled-inventory.json'],
    ...['policies/compiler.sha256', 'policies/guardrails.cedar', 'policies/inventory.json'],
    ...['policies/policy-set.json', 'policies/schema.cedarschema', 'policies/verification.sha256'],
    ...['reconcile.cjs', 'reconcile.mjs', 'scan.cjs', 'scan.mjs', 'schema.json'],
  ]);
});

test.each([
  ['IdempotencyTable', idempotencyTableDefinition('name')],
  ['AuditTable', auditTableDefinition('name')],
  ['PolicyTable', policyTableDefinition('name')],
] as const)('%s has the keys and indexes that the source defines', (name, definition) => {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = properties(plain.template, name);
  expect({ AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode, TableName: 'name' }).toEqual(
    definition,
  );
});

test.each(['IdempotencyTable', 'AuditTable', 'PolicyTable'])(
  '%s outlives the stack, can be restored, and is encrypted',
  (name) => {
    expect(resource(chosen.template, name)).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        DeletionProtectionEnabled: 'true',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: fullParams.tableKeyArn },
      },
    });
    expect(properties(plain.template, name).SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
  },
);

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
  ['ScanLambdaFunction', 'dist/scan.handler', 120, 'ScanRole'],
])(
  '%s runs on Node.js 24, by default on the architecture of this machine, with its own role',
  (name, Handler, Timeout, role) => {
    const { Environment, Code: _, ...rest } = properties(plain.template, name);
    const Architectures = [process.arch === 'arm64' ? 'arm64' : 'x86_64'];
    expect(rest).toMatchObject({ Handler, Timeout, Runtime: 'nodejs24.x', Architectures });
    expect(rest.Role).toEqual({ 'Fn::GetAtt': [role, 'Arn'] });
    expect(rest).not.toHaveProperty('ReservedConcurrentExecutions');
    const apiOnly = name === 'GraphqlLambdaFunction' && {
      API_ID: { Ref: 'HttpApi' },
      API_STAGE: { Ref: 'HttpApiStage' },
      JWT_ISSUER: 'https://not-set.invalid',
      JWT_AUDIENCE: 'not-set.invalid',
      JWT_VERIFICATION: 'auto',
    };
    expect(Environment).toEqual({
      Variables: {
        ...apiOnly,
        HOME_ACCOUNT_ID: { Ref: 'AWS::AccountId' },
        IDEMPOTENCY_TABLE: { Ref: 'IdempotencyTable' },
        AUDIT_TABLE: { Ref: 'AuditTable' },
        POLICY_SOURCE: 'packaged',
        POLICY_TABLE: { Ref: 'PolicyTable' },
        JWT_GROUPS_CLAIM: 'groups',
        JWT_SCOPES_CLAIM: 'scope',
        GATEWAY_VERSION: version,
        METRICS_NAMESPACE: 'pod-identity-gateway/dev',
      },
    });
  },
);

test.each(['GraphqlLambdaFunction', 'ReconcileLambdaFunction', 'ScanLambdaFunction'])(
  '%s receives the numbers and claims that are set',
  (name) => {
    expect(properties(chosen.template, name).Environment).toMatchObject({
      Variables: { ...numbers, JWT_GROUPS_CLAIM: 'cognito:groups', JWT_SCOPES_CLAIM: 'scp' },
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

/** The ARNs of the inventory's clusters in the gateway's account; eu-west-1 has none listed, so it is served whole. */
const eksArns = (type: string, suffix = '') =>
  ['eu-central-1:$:apps-dev', 'eu-central-1:$:apps-prod', 'eu-west-1:$:*']
    .map((scope) => scope.split(':$:'))
    .map(
      ([region, cluster]) =>
        `arn:\${AWS::Partition}:eks:${region}:\${AWS::AccountId}:${type}/${cluster}${cluster === '*' ? '' : suffix}`,
    );

test('the functions reach the clusters of the inventory only', () => {
  const granted = grants(plain.template, 'GraphqlRole').filter((grant) => grant.startsWith('eks:'));
  const clusters = ['Create', 'List'].flatMap((verb) =>
    eksArns('cluster')
      .map((arn) => `PodIdentityAssociation${verb === 'List' ? 's' : ''} on ${arn}`)
      .map((rest) => `eks:${verb}${rest}`),
  );
  const associations = [
    'DeletePodIdentityAssociation',
    'DescribePodIdentityAssociation',
    'TagResource',
    'UntagResource',
    'UpdatePodIdentityAssociation',
  ].flatMap((action) => eksArns('podidentityassociation', '/*').map((arn) => `eks:${action} on ${arn}`));
  const agent = 'eks-pod-identity-agent/*';
  const reads = [
    ...eksArns('cluster').map((arn) => `eks:DescribeCluster on ${arn}`),
    ...eksArns('addon').map((arn) => `eks:DescribeAddon on ${arn}/${agent}`),
  ];
  expect(granted).toEqual([...clusters, ...associations, ...reads].sort());
});

test('only Lambda may assume the roles of the functions', () => {
  const { Resources } = plain.template;
  const iam = Object.keys(Resources).filter((name) => Resources[name]?.Type.startsWith('AWS::IAM::'));
  expect(iam.sort()).toEqual([
    ...['CheckpointRole', 'DeliverRole', 'ExpireRole', 'GraphqlRole', 'ReconcileRole', 'ScanRole'],
  ]);
  for (const name of iam) {
    expect(properties(plain.template, name).AssumeRolePolicyDocument).toMatchObject({
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    expect(properties(plain.template, name)).not.toHaveProperty('ManagedPolicyArns');
  }
});

const withIdentity = ['sts:AssumeRole', 'sts:SetSourceIdentity'];

test.each([
  ['ChangeOtherAccountsPolicy', ['GraphqlRole'], withIdentity, changeRole],
  ['ExpireOtherAccountsPolicy', ['ExpireRole'], withIdentity, expiryRole],
  ['QueryOtherAccountsPolicy', ['GraphqlRole'], 'sts:AssumeRole', readRole],
  ['ReadOtherAccountsPolicy', ['ReconcileRole', 'ScanRole'], 'sts:AssumeRole', readRole],
])('%s lets its functions assume one role, in any account of the own organization', (name, roles, Action, arn) => {
  const policy = properties(chosen.template, name);
  expect(policy.Roles).toEqual(roles.map((Ref) => ({ Ref })));
  expect(resolveIn(chosen.template, context, policy.PolicyDocument)).toMatchObject({
    Statement: [
      {
        ...{ Effect: 'Allow', Action, Resource: [arn.replace(otherAccount, '*')] },
        Condition: { StringEquals: { 'aws:ResourceOrgID': '${aws:PrincipalOrgID}' } },
      },
    ],
  });
  expect(plain.template.Resources).not.toHaveProperty(name);
});

test.each([
  ['ExecutorRole', 'GraphqlRole', 'AssumeExecutorPolicy', 'GraphqlLambdaFunction'],
  ['ExpireDeleteRole', 'ExpireRole', 'AssumeExpireDeletePolicy', 'ExpireLambdaFunction'],
])('with an executor role, %s is assumed by %s alone, and only with a source identity', (name, by, policy, user) => {
  const Condition = { StringLike: { 'sts:SourceIdentity': 'principal-*' } };
  const arnOf = (role: string) => ({ 'Fn::GetAtt': [role, 'Arn'] });
  expect(properties(chosen.template, name).AssumeRolePolicyDocument).toEqual({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: arnOf(by) }, Action: withIdentity, Condition }],
  });
  expect(properties(chosen.template, policy)).toMatchObject({
    Roles: [{ Ref: by }],
    PolicyDocument: { Statement: [{ Effect: 'Allow', Action: withIdentity, Resource: arnOf(name), Condition }] },
  });
  const { Variables } = properties(chosen.template, user).Environment as { Variables: object };
  expect(Variables).toMatchObject({ EXECUTOR_ROLE_ARN: arnOf(name) });
  const reconciler = properties(chosen.template, 'ReconcileLambdaFunction').Environment;
  expect(JSON.stringify(reconciler)).not.toContain('EXECUTOR_ROLE_ARN');
});

test('every role has the permissions boundary that is set', () => {
  const functions = ['GraphqlRole', 'ReconcileRole', 'ScanRole', 'ExpireRole', 'ReleaseRole'];
  for (const name of [...functions, 'ExecutorRole', 'ExpireDeleteRole']) {
    expect(properties(chosen.template, name).PermissionsBoundary).toBe(fullParams.permissionsBoundaryArn);
  }
  expect(properties(plain.template, 'GraphqlRole')).not.toHaveProperty('PermissionsBoundary');
});

test('an update of the stack may not replace or delete a table', () => {
  const statement = { Effect: 'Deny', Principal: '*', Action: ['Update:Replace', 'Update:Delete'] };
  expect(plain.stackPolicy).toContainEqual({
    ...statement,
    Resource: ['IdempotencyTable', 'AuditTable', 'PolicyTable', 'TrailLogBucket', 'CheckpointKey'].map(
      (name) => `LogicalResourceId/${name}`,
    ),
  });
});

test('the API invokes the graphql function by its alias only', () => {
  const alias = { Ref: 'GraphqlAlias' };
  const { Resources } = plain.template;
  const version = Object.keys(Resources).find((name) => Resources[name]?.Type === 'AWS::Lambda::Version');
  expect(properties(plain.template, 'HttpApiIntegrationGraphql').IntegrationUri).toEqual(alias);
  expect(properties(plain.template, 'GraphqlLambdaPermissionHttpApi').FunctionName).toEqual(alias);
  expect(properties(plain.template, 'GraphqlAlias')).toMatchObject({
    Name: 'live',
    FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
  });
});

test('a version has the hash of its code, unless the code is signed after it was packaged', () => {
  const versionOf = ({ template }: Packaged) =>
    Object.values(template.Resources).find(({ Type }) => Type === 'AWS::Lambda::Version')?.Properties;
  expect(versionOf(plain)).toHaveProperty('CodeSha256');
  expect(versionOf(chosen)).not.toHaveProperty('CodeSha256');
});

test('traffic shifts step by step, and back when an alarm rises, when that is set', () => {
  expect(resource(chosen.template, 'GraphqlAlias').UpdatePolicy).toEqual({
    CodeDeployLambdaAliasUpdate: {
      ApplicationName: { Ref: 'ReleaseApplication' },
      DeploymentGroupName: { Ref: 'ReleaseGroup' },
    },
  });
  const { AlarmConfiguration, ...group } = properties(chosen.template, 'ReleaseGroup');
  expect(group.DeploymentConfigName).toBe('CodeDeployDefault.LambdaCanary10Percent5Minutes');
  const { Alarms } = AlarmConfiguration as { Alarms: { Name: { Ref: string } }[] };
  expect(Alarms.map(({ Name }) => Name.Ref)).toEqual(['ReleaseErrorsAlarm', 'ReleaseFailuresAlarm']);
  expect(resource(plain.template, 'GraphqlAlias')).not.toHaveProperty('UpdatePolicy');
});

test('an alarm that stops a release watches the new version only, and is another one in each release', () => {
  const { Resources } = chosen.template;
  const version = Object.keys(Resources).find((name) => Resources[name]?.Type === 'AWS::Lambda::Version') ?? '';
  const number = { 'Fn::GetAtt': [version, 'Version'] };
  const dimensions = {
    ReleaseErrorsAlarm: [
      { Name: 'FunctionName', Value: { Ref: 'GraphqlLambdaFunction' } },
      { Name: 'Resource', Value: { 'Fn::Sub': '${GraphqlLambdaFunction}:live' } },
      { Name: 'ExecutedVersion', Value: number },
    ],
    ReleaseFailuresAlarm: [{ Name: 'functionVersion', Value: number }],
  };
  for (const [name, Dimensions] of Object.entries(dimensions)) {
    const { AlarmName, Metrics } = properties(chosen.template, name) as { AlarmName: object; Metrics: object[] };
    expect(JSON.stringify(AlarmName)).toContain(`-\${${version}.Version}`);
    expect(Metrics).toContainEqual(
      expect.objectContaining({
        Id: 'errors',
        MetricStat: expect.objectContaining({ Metric: expect.objectContaining({ Dimensions }) as object }) as object,
      }),
    );
  }
  expect(resource(chosen.template, 'GraphqlAlias').DependsOn).toEqual(['ReleaseGroup']);
});

test('a release with AllAtOnce has nothing that an alarm could stop', () => {
  const types = Object.values(plain.template.Resources).map(({ Type }) => Type);
  expect(types.filter((type) => type.startsWith('AWS::CodeDeploy'))).toEqual([]);
  expect(plain.template.Resources).not.toHaveProperty('ReleaseErrorsAlarm');
  expect(resource(plain.template, 'GraphqlAlias').DependsOn).toEqual([]);
});

test('architecture, concurrency, domain, code signing and tracing are set by parameters only', () => {
  const { graphqlConcurrency, codeSigningConfigArn, domainName, certificateArn } = fullParams;
  expect(properties(chosen.template, 'GraphqlLambdaFunction')).toMatchObject({
    ReservedConcurrentExecutions: graphqlConcurrency,
    CodeSigningConfigArn: codeSigningConfigArn,
    Architectures: ['x86_64'],
    TracingConfig: { Mode: 'Active' },
  });
  expect(properties(chosen.template, 'ReconcileLambdaFunction')).toMatchObject({
    Architectures: ['x86_64'],
    CodeSigningConfigArn: codeSigningConfigArn,
  });
  expect(properties(chosen.template, 'ApiDomain')).toMatchObject({
    DomainName: domainName,
    DomainNameConfigurations: [{ CertificateArn: certificateArn, SecurityPolicy: 'TLS_1_2' }],
  });
  expect(properties(chosen.template, 'HttpApi').DisableExecuteApiEndpoint).toBe(true);
  expect(properties(plain.template, 'HttpApi').DisableExecuteApiEndpoint).toBe(false);
  expect(properties(plain.template, 'GraphqlLambdaFunction').TracingConfig).toEqual({ Mode: 'PassThrough' });
  expect(plain.template.Resources).not.toHaveProperty('ApiDomain');
});

test('parameters set the memory of the functions whose need grows with the accounts', () => {
  const memories = ({ Resources }: Template) =>
    Object.entries(Resources).flatMap(([name, { Type, Properties }]) =>
      Type === 'AWS::Lambda::Function' ? [[name.replace('LambdaFunction', ''), Properties.MemorySize] as const] : [],
    );
  const [defaults, twice] = [plain, chosen].map(({ template }) => Object.fromEntries(memories(template)));
  const always = { Graphql: 1024, Reconcile: 512, Scan: 512, Expire: 512, Checkpoint: 512, Deliver: 256 };
  expect(defaults).toEqual(always);
  const set = { Graphql: 2048, Reconcile: 1024, Scan: 1024, Expire: 1024 };
  expect(twice).toEqual({ ...always, ...set, Compile: 1024, Webhook: 256, Page: 256 });
});

test('no condition or empty value of an unused option is left in the template', () => {
  for (const { template } of [plain, chosen]) {
    expect(template).not.toHaveProperty('Conditions');
    expect(/Fn::If|AWS::NoValue|:""/.exec(JSON.stringify(template))).toBeNull();
  }
});

/** The routes of a template by their keys, with what authorizes them: those of the API, without the page. */
function routesOf({ template }: Packaged) {
  const routes = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');
  return Object.fromEntries(
    routes
      .map(({ Properties }) => Properties)
      .filter(({ RouteKey }) => !pagePaths.some((path) => String(RouteKey).endsWith(` ${path}`)))
      .map(({ RouteKey, AuthorizationType, AuthorizerId }) => [String(RouteKey), { AuthorizationType, AuthorizerId }]),
  );
}

test.each([
  ['the authorizer', () => plain, { AuthorizationType: 'JWT', AuthorizerId: { Ref: 'HttpApiAuthorizerJwt' } }],
  ['the function alone', () => chosen, { AuthorizationType: 'NONE', AuthorizerId: undefined }],
])('the API has the same methods on two paths, one with IAM and one where %s verifies tokens', (_, packaged, jwt) => {
  const iam = { AuthorizationType: 'AWS_IAM', AuthorizerId: undefined };
  const expected = routedMethods.flatMap((method) => [
    [`${method} ${jwtPath}`, jwt],
    [`${method} ${iamPath}`, iam],
  ]);
  expect(routesOf(packaged())).toEqual(Object.fromEntries(expected));
});

test('the authorizer accepts the issuer and the audiences that are set', () => {
  expect(properties(chosen.template, 'HttpApiAuthorizerJwt')).toMatchObject({
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: fullParams.jwtIssuer, Audience: { 'Fn::Split': [',', fullParams.jwtAudience] } },
  });
  expect(properties(chosen.template, 'HttpApiIntegrationGraphql').PayloadFormatVersion).toBe('2.0');
});

test('the API answers pages of other origins only if corsOrigins is set, as the local server does', () => {
  const { methods, headers, exposedHeaders, maxAgeSeconds } = corsConfiguration;
  expect(properties(chosen.template, 'HttpApi').CorsConfiguration).toEqual({
    AllowOrigins: { 'Fn::Split': [',', fullParams.corsOrigins] },
    AllowMethods: methods,
    AllowHeaders: headers,
    ExposeHeaders: exposedHeaders,
    MaxAge: maxAgeSeconds,
  });
  expect(properties(plain.template, 'HttpApi')).not.toHaveProperty('CorsConfiguration');
});

test('the API is throttled, and its access log is JSON with the request and who sent it', () => {
  const { DefaultRouteSettings, AccessLogSettings } = properties(plain.template, 'HttpApiStage');
  expect(DefaultRouteSettings).toMatchObject({ ThrottlingBurstLimit: '50', ThrottlingRateLimit: '25' });
  const { Format } = AccessLogSettings as { Format: string };
  expect(JSON.parse(Format)).toMatchObject({
    requestId: '$context.requestId',
    subject: '$context.authorizer.claims.sub',
    userArn: '$context.identity.userArn',
  });
});

test('all logs have a retention period', () => {
  const groups = Object.values(plain.template.Resources).filter(({ Type }) => Type === 'AWS::Logs::LogGroup');
  // The stage dev keeps them for a shorter time than the default.
  expect(groups.map(({ Properties }) => Number(Properties.RetentionInDays))).toEqual(
    Array.from({ length: 8 }, () => 14),
  );
});

describe('the mappings of the stream', () => {
  const passes = (record: object) => {
    const { FilterCriteria } = properties(chosen.template, 'WebhookMapping') as {
      FilterCriteria: { Filters: { Pattern: string }[] };
    };
    return FilterCriteria.Filters.some(({ Pattern }) => matchesPattern(JSON.parse(Pattern) as EventPattern, record));
  };

  test.each(Object.values(entries))('let the entry $event pass to the webhook if it becomes an event', (entry) => {
    const record = { eventName: 'INSERT', dynamodb: { NewImage: marshall(entryItem(entry)) } };
    expect(passes(record)).toBe(deliveredEvents.includes(entry.event));
  });

  test('let all records pass to the function that reports tampering', () => {
    expect(properties(chosen.template, 'DeliverMapping')).not.toHaveProperty('FilterCriteria');
    expect(passes({ eventName: 'MODIFY', dynamodb: { NewImage: marshall(entryItem(entries.SUCCEEDED)) } })).toBe(false);
  });

  test('read the stream of the audit table, with the images before a change', () => {
    expect(properties(chosen.template, 'AuditTable').StreamSpecification).toEqual({
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    });
    for (const name of ['DeliverMapping', 'WebhookMapping']) {
      expect(properties(chosen.template, name)).toMatchObject({
        EventSourceArn: { 'Fn::GetAtt': ['AuditTable', 'StreamArn'] },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BisectBatchOnFunctionError: true,
      });
    }
  });

  test('without a webhook, there is neither its function nor its role', () => {
    expect(namesWith(plain, 'Webhook')).toEqual([]);
  });

  test.each([
    ['events', 'DisableRule', { name: 'pod-identity-gateway-prod.TableChangesRule' }, true],
    ['events', 'RemoveTargets', { rule: 'pod-identity-gateway-prod.WatchChangesRule', ids: ['log'] }, true],
    ['events', 'DisableRule', { name: 'pod-identity-gateway-prod-eu.TableChangesRule' }, false],
    ['monitoring', 'DeleteAlarms', { alarmNames: ['x', 'pod-identity-gateway-prod.DriftAlarm'] }, true],
    ['monitoring', 'PutMetricAlarm', { alarmName: 'pod-identity-gateway-prod.DriftAlarm' }, true],
    ['monitoring', 'DescribeAlarms', { alarmNames: ['pod-identity-gateway-prod.DriftAlarm'] }, false],
  ])('%s %s of %j is a change of what watches: %s', (service, eventName, requestParameters, isMatched) => {
    const pattern = properties(chosen.template, 'WatchChangesRule').EventPattern as EventPattern;
    const from = (sourceIPAddress: string) => callEvent(service, eventName, { requestParameters, sourceIPAddress });
    expect(matchesPattern(pattern, from('192.0.2.1'))).toBe(isMatched);
    expect(matchesPattern(pattern, from('cloudformation.amazonaws.com'))).toBe(false);
  });
});

test('the log of the trail is locked, kept and written by the checkpoint function only, which alone may sign', () => {
  const lockOf = (packaged: Packaged) =>
    (properties(packaged.template, 'TrailLogBucket').ObjectLockConfiguration as { Rule: object }).Rule;
  expect(lockOf(plain)).toEqual({ DefaultRetention: { Mode: 'GOVERNANCE', Days: '1' } });
  expect(lockOf(chosen)).toEqual({ DefaultRetention: { Mode: 'COMPLIANCE', Days: '400' } });
  for (const name of ['TrailLogBucket', 'CheckpointKey']) {
    expect(resource(plain.template, name)).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate' });
  }
  const { KeySpec, KeyUsage, KeyPolicy } = properties(plain.template, 'CheckpointKey');
  expect({ KeySpec, KeyUsage }).toEqual({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
  const { Statement } = KeyPolicy as { Statement: { Action: string[]; Principal: object }[] };
  const signing = Statement.filter(({ Action }) => Action.some((action) => /^kms:(Sign|\*)$/.test(action)));
  expect(signing.map(({ Principal }) => Principal)).toEqual([{ AWS: { 'Fn::GetAtt': ['CheckpointRole', 'Arn'] } }]);
  const environment = properties(chosen.template, 'CheckpointLambdaFunction').Environment;
  expect(environment).toMatchObject({ Variables: { CHECKPOINT_KEY_ID: fullParams.checkpointKeyArn } });
});

test('the reconciler runs every minute, and is not retried', () => {
  const { ScheduleExpression, State } = properties(plain.template, 'ReconcileEventsRuleSchedule1');
  expect({ ScheduleExpression, State }).toEqual({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
  expect(properties(plain.template, 'ReconcileLambdaEvConf').MaximumRetryAttempts).toBe(0);
});

const alarmsOf = ({ template }: Packaged) =>
  Object.entries(template.Resources).filter(([, { Type }]) => /^AWS::CloudWatch::(Composite)?Alarm$/.test(Type));
/** Alarms that are only conditions of NoTrafficAlarm. */
const conditions = ['NoRequestsAlarm', 'SteadyRequestsAlarm'];

test('alarms are sent to the topic that is set, but not the conditions of others', () => {
  for (const [name, { Properties }] of alarmsOf(chosen)) {
    const topic = conditions.includes(name) ? undefined : [fullParams.alarmTopicArn];
    expect([name, Properties.AlarmActions, Properties.OKActions]).toEqual([name, topic, topic]);
  }
  for (const [, { Properties }] of alarmsOf(plain)) expect(Properties).not.toHaveProperty('AlarmActions');
  expect(alarmsOf(plain)).not.toHaveLength(0);
});

test('missing data breach where something must always happen, and nowhere else', () => {
  const simple = alarmsOf(chosen).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  const breaching = simple.filter(([, { Properties }]) => Properties.TreatMissingData === 'breaching');
  expect(breaching.map(([name]) => name).sort()).toEqual([
    'CheckpointSilentAlarm',
    'ExpireSilentAlarm',
    'NoRequestsAlarm',
    'ReconcileSilentAlarm',
    'ScanSilentAlarm',
    'WatchSilentAlarm',
  ]);
  const others = simple.filter(([name]) => !breaching.some(([each]) => each === name));
  for (const [, { Properties }] of others) expect(Properties.TreatMissingData).toBe('notBreaching');
});

test('errors that any function logs are counted', () => {
  const { Resources } = chosen.template;
  const functions = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  const filters = Object.values(Resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::Logs::MetricFilter' && Properties.FilterPattern === '{ $.level = "error" }',
  );
  expect(filters.map(({ Properties }) => (Properties.LogGroupName as { Ref: string }).Ref).sort()).toEqual(
    functions.map(([id]) => id.replace(/LambdaFunction$/, 'LogGroup')).sort(),
  );
});

test('every alarm is on the dashboard, which is JSON, but not the conditions of others', () => {
  const body = (properties(plain.template, 'Dashboard').DashboardBody as { 'Fn::Sub': string })['Fn::Sub'];
  const names = alarmsOf(plain).flatMap(([name]) => (conditions.includes(name) ? [] : [name]));
  const { widgets } = JSON.parse(body) as { widgets: { properties: { alarms?: string[] } }[] };
  expect(widgets.flatMap(({ properties: { alarms = [] } }) => alarms).sort()).toEqual(
    names.map((name) => `\${${name}.Arn}`).sort(),
  );
});

describe('the bus for changes in other accounts', () => {
  const parameters = {
    ...{ GatewayAccountId: homeAccount, GatewayRegion: 'eu-central-1', GatewayStage: 'prod', RolePath: 'pods/*' },
    ...{ RequireSourceIdentity: 'true', Roles: 'true' },
  };
  const elsewhere = readYamlTemplate(join(import.meta.dirname, '..', '..', 'deploy', 'iam', 'other-account.yml'));
  const there = { ...context, accountId: otherAccount, parameters };
  const bus = `arn:aws:events:eu-central-1:${homeAccount}:event-bus/pod-identity-gateway-prod.other-accounts`;
  const events = roleOf(elsewhere, 'EventsRole', there);
  const policyWith = (otherAccounts: string) => {
    const { OtherAccountsBus = {} } = withSendersOf(
      { OtherAccountsBus: { ...resource(chosen.template, 'OtherAccountsBus') } as JsonObject },
      otherAccounts,
    );
    return resolveIn(chosen.template, context, (OtherAccountsBus.Properties as JsonObject).Policy) as PolicyDocument;
  };
  const maySend = (principal: SimulatedPrincipal, otherAccounts: string, more: object = {}) => {
    const conditions = { 'aws:PrincipalOrgPaths': ['o-own0000000/r-ab12/ou-ab12-11112222/'], ...more };
    const request = { action: 'events:PutEvents', resource: bus, context: conditions };
    return isAllowed(principal, { ...request, resourcePolicy: policyWith(otherAccounts) });
  };

  test.each(['organization', 'o-own0000000/r-ab12/ou-ab12-11112222', otherAccount])(
    'lets the role of another account send events with otherAccounts %s, and no other role of it',
    async (otherAccounts) => {
      expect(await maySend(events, otherAccounts)).toBe(true);
      expect(await maySend(administrator(otherAccount), otherAccounts)).toBe(false);
    },
  );

  test('refuses accounts of another organization, of other units, and accounts that are not listed', async () => {
    const foreign = { 'aws:PrincipalOrgID': 'o-foreign00000' };
    expect(await maySend(events, 'organization', foreign)).toBe(false);
    expect(await maySend(events, 'o-own0000000/r-ab12/ou-ab12-99999999')).toBe(false);
    expect(await maySend(events, '999988887777')).toBe(false);
  });

  test('receives changes of everyone but the gateway, which the scan observes at once', () => {
    const { EventPattern, Targets } = properties(elsewhere, 'BypassRule');
    const pattern = resolveIn(elsewhere, there, EventPattern) as EventPattern;
    const by = (name: string) =>
      callEvent('eks', 'UpdatePodIdentityAssociation', byRole(`arn:aws:iam::${otherAccount}:role/${name}`));
    expect(matchesPattern(pattern, by('administrator'))).toBe(true);
    for (const own of [changeRole, expiryRole]) {
      expect(matchesPattern(pattern, by(own.replace(/^.*:role\//, '')))).toBe(false);
    }
    expect(resolveIn(elsewhere, there, Targets)).toEqual([{ Id: 'gateway', Arn: bus, RoleArn: events.arn }]);
    const { EventPattern: received, Targets: targets } = properties(chosen.template, 'OtherAccountsBypassRule');
    expect(matchesPattern(received as EventPattern, by('administrator'))).toBe(true);
    expect(targets).toContainEqual({ Id: 'scan', Arn: { 'Fn::GetAtt': ['ScanLambdaFunction', 'Arn'] } });
  });

  test.each(['TagResource', 'UntagResource'])('reports %s of associations, and of nothing else', (eventName) => {
    const associationArn = `arn:aws:eks:eu-central-1:${homeAccount}:podidentityassociation/apps-dev/a-0123456789abcdefg`;
    const clusterArn = `arn:aws:eks:eu-central-1:${homeAccount}:cluster/podidentityassociation`;
    const { EventPattern } = properties(elsewhere, 'BypassRule');
    const patterns = [patternOf(chosen, 'BypassRule'), resolveIn(elsewhere, there, EventPattern) as EventPattern];
    const administrator = byRole(`arn:aws:iam::${otherAccount}:role/administrator`);
    for (const pattern of patterns) {
      const isReported = (resourceArn: string) =>
        matchesPattern(pattern, callEvent('eks', eventName, { ...administrator, requestParameters: { resourceArn } }));
      expect([associationArn, encodeURIComponent(associationArn)].map(isReported)).toEqual([true, true]);
      expect([clusterArn, encodeURIComponent(clusterArn)].map(isReported)).toEqual([false, false]);
    }
  });

  test('without other accounts, there is none', () => {
    expect(namesWith(plain, 'OtherAccounts')).toEqual([]);
  });
});

describe('the rule on safeguards', () => {
  const call = (of: string, eventName: string, requestParameters: object, fields: object = {}) =>
    callEvent(of, eventName, { requestParameters, sourceIPAddress: '203.0.113.7', ...fields });
  const patternIn = (packaged: Packaged) => patternOf(packaged, 'SafeguardChangesRule');
  const topicArn = fullParams.alarmTopicArn;
  const keyId = 'pod-identity-gateway-prod-CheckpointKey-0123456789AB';
  const bucketName = 'pod-identity-gateway-prod-TrailLogBucket-0123456789AB';

  test.each([
    ['kms', 'DisableKey', { keyId }],
    ['kms', 'PutKeyPolicy', { keyId: `arn:aws:kms:eu-central-1:${homeAccount}:key/${keyId}` }],
    ['kms', 'ScheduleKeyDeletion', { keyId: fullParams.checkpointKeyArn }],
    ['s3', 'PutBucketPolicy', { bucketName }],
    ['s3', 'PutBucketLifecycle', { bucketName }],
    ['sns', 'DeleteTopic', { topicArn }],
    ['sns', 'SetTopicAttributes', { topicArn }],
    ['sns', 'Unsubscribe', { subscriptionArn: `${topicArn}:11111111-2222-3333-4444-555555555555` }],
  ])('matches %s %s', (service, eventName, parameters) => {
    expect(matchesPattern(patternIn(chosen), call(service, eventName, parameters))).toBe(true);
  });

  test.each([
    ['kms', 'DisableKey', { keyId: 'another' }, {}],
    ['kms', 'Sign', { keyId }, {}],
    ['s3', 'PutBucketPolicy', { bucketName: 'another' }, {}],
    ['sns', 'DeleteTopic', { topicArn: `${topicArn}-2` }, {}],
    ['kms', 'PutKeyPolicy', { keyId }, { sourceIPAddress: 'cloudformation.amazonaws.com' }],
  ])('does not match %s %s of others, reads, and deployments: %j', (service, eventName, parameters, fields) => {
    expect(matchesPattern(patternIn(chosen), call(service, eventName, parameters, fields))).toBe(false);
  });

  test('without an alarm topic, watches key and bucket', () => {
    expect(matchesPattern(patternIn(plain), call('sns', 'DeleteTopic', { topicArn }))).toBe(false);
    expect(matchesPattern(patternIn(plain), call('kms', 'DisableKey', { keyId }))).toBe(true);
  });
});

describe('the rule on the control of the functions', () => {
  const pattern = () => properties(chosen.template, 'FunctionControlRule').EventPattern as EventPattern;
  const requestParameters = { functionName: 'pod-identity-gateway-prod-graphql' };
  const call = (eventName: string, fields: object = {}) =>
    callEvent('lambda', eventName, { requestParameters, userIdentity: { type: 'AssumedRole' }, ...fields });

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

  test('matches an invocation of each function of the stack', () => {
    const functions = Object.values(chosen.template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(8);
    const missed = functions.filter(({ Properties }) => {
      const ofOne = { requestParameters: { functionName: Properties.FunctionName } };
      return !matchesPattern(pattern(), call('Invoke', ofOne));
    });
    expect(missed).toEqual([]);
  });

  test('does not match reads, other functions and stages, and invocations by API Gateway and the schedule', () => {
    expect(matchesPattern(pattern(), call('GetFunction20150331v2'))).toBe(false);
    for (const functionName of ['shop-prod-graphql', 'pod-identity-gateway-dev-graphql']) {
      expect(matchesPattern(pattern(), call('Invoke', { requestParameters: { functionName } }))).toBe(false);
    }
    expect(matchesPattern(pattern(), call('Invoke', { userIdentity: { type: 'AWSService' } }))).toBe(false);
  });

  test('notifies the alarm topic, and exists only with one', () => {
    expect(properties(chosen.template, 'FunctionControlRule').Targets).toEqual([
      { Id: 'alarm-topic', Arn: fullParams.alarmTopicArn },
    ]);
    expect(plain.template.Resources).not.toHaveProperty('FunctionControlRule');
  });
});

describe('the rule for associations that were changed outside the gateway', () => {
  const by = (stage: string, name: string) =>
    callEvent(
      'eks',
      'CreatePodIdentityAssociation',
      byRole(`arn:aws:iam::${homeAccount}:role/pod-identity-gateway-${stage}-eu-central-1-${name}`),
    );

  test('invokes the scan, which observes the association', () => {
    const { Targets } = properties(plain.template, 'BypassRule');
    expect(Targets).toContainEqual({ Id: 'scan', Arn: { 'Fn::GetAtt': ['ScanLambdaFunction', 'Arn'] } });
    expect(properties(plain.template, 'ScanOnBypassPermission')).toMatchObject({
      FunctionName: { Ref: 'ScanLambdaFunction' },
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': ['BypassRule', 'Arn'] },
    });
  });

  test('ignores the roles that change them, and no other', () => {
    const reported = (packaged: Packaged, stage: string, names: readonly string[]) =>
      names.filter((name) => matchesPattern(patternOf(packaged, 'BypassRule'), by(stage, name)));
    expect(reported(plain, 'dev', ['graphql', 'expire', 'executor'])).toEqual(['executor']);
    const others = ['expire', 'graphql', 'reconcile', 'scan'];
    expect(reported(chosen, 'prod', ['expire-delete', 'executor', ...others])).toEqual(others);
    const byUser = callEvent('eks', 'CreatePodIdentityAssociation', { userIdentity: { type: 'IAMUser' } });
    expect(matchesPattern(patternOf(chosen, 'BypassRule'), byUser)).toBe(true);
  });
});

describe('The names in the docs', () => {
  const docs = join(import.meta.dirname, '..', '..', 'docs');
  const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
  const texts = pages.map((name) => readFileSync(join(docs, name), 'utf8'));
  const inStack = (template: Template) => {
    const nameOf: Readonly<Record<string, string>> = {
      'AWS::CloudWatch::Alarm': 'AlarmName',
      'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
      'AWS::Events::Rule': 'Name',
      'AWS::Lambda::Function': 'FunctionName',
      'AWS::Logs::LogGroup': 'LogGroupName',
    };
    return Object.values(template.Resources).flatMap(({ Type, Properties }) => {
      const property = nameOf[Type];
      const name = property && Properties[property];
      return typeof name === 'string' ? [name] : [];
    });
  };

  test('of functions, log groups and rules in commands are those of the stack', () => {
    const commands = texts.flatMap((text) =>
      [...text.matchAll(/^ *```sh\n([^]*?)^ *```$/gm)].map(([, block = '']) => block),
    );
    const named = commands
      .flatMap((block) =>
        [...block.matchAll(/(?:[\w/-]*\$STACK|\$LOGS)[\w.-]+|\/[\w/-]+\/\$STACK\b/g)].map(([name]) => name),
      )
      .map((name) => name.replace('$LOGS', '/aws/lambda/$STACK').replace('$STACK', 'pod-identity-gateway-prod'));
    expect(named.length).toBeGreaterThan(5);
    const names = inStack(chosen.template);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });

  test('of alarms and rules in texts are those of the stack', () => {
    const named = texts.flatMap((text) => [...text.matchAll(/`(\w+(?:Rule|Alarm))`/g)].map(([, name = '']) => name));
    expect(named).toContain('ScanRule');
    const rulesAndAlarms = inStack(chosen.template);
    const isInStack = (name: string) =>
      name in chosen.template.Resources || rulesAndAlarms.includes(`pod-identity-gateway-prod.${name}`);
    expect([...new Set(named)].filter((name) => !isInStack(name))).toEqual([]);
  });
});

test('the outputs contain the URLs of the API and the names of the tables', () => {
  const names = ['GraphqlUrl', 'GraphqlIamUrl', 'IdempotencyTable', 'AuditTable', 'PolicyTable'];
  expect(Object.keys(plain.template.Outputs)).toEqual(expect.arrayContaining(names));
});

test('the outputs contain the hashes of the packaged policies and inventory, as decisions record them', async () => {
  const policySet = JSON.parse(await service.readBuilt('policies/policy-set.json')) as { hash: string };
  expect(plain.template.Outputs).toMatchObject({
    PackagedPolicySetHash: { Value: policySet.hash },
    PackagedInventoryHash: { Value: inventoryHash(await service.readBuilt('policies/inventory.json')) },
  });
});

test('only with policySource table do the functions have permissions on the table of policies', () => {
  const onTable = (template: Template, role: string) =>
    grants(template, role).filter((grant) => grant.includes('PolicyTable'));
  for (const role of ['GraphqlRole', 'ReconcileRole', 'ScanRole']) {
    expect(onTable(plain.template, role)).toEqual([]);
    expect(onTable(chosen.template, role)).toEqual([
      'dynamodb:GetItem on CompiledPolicyTable.Arn',
      'dynamodb:GetItem on PolicyTable.Arn',
      'dynamodb:Query on PolicyTable.Arn',
    ]);
  }
});

describe('the compilation of policy versions', () => {
  test('only exists with policySource table', () => {
    // The deployer may not delete a table, so the option does not add or remove one.
    expect(namesWith(plain, 'Compile')).toEqual(['CompiledPolicyTable']);
    expect(namesWith(chosen, 'Compile').sort()).toEqual([
      ...['CompileErrorsAlarm', 'CompileEventsRuleSchedule1', 'CompileLambdaEvConf', 'CompileLambdaFunction'],
      ...['CompileLambdaPermissionEventsRuleSchedule1', 'CompileLogGroup', 'CompileLoggedErrors', 'CompileRole'],
      'CompiledPolicyTable',
    ]);
  });

  test('its table has the keys of the table of policies, and deletes what is no longer used', () => {
    const { KeySchema, AttributeDefinitions } = policyTableDefinition('name');
    expect(properties(chosen.template, 'CompiledPolicyTable')).toMatchObject({
      ...{ KeySchema, AttributeDefinitions },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
  });

  test('its role reads policy versions, and is the only one that may put what it compiles', () => {
    expect(grants(chosen.template, 'CompileRole').filter((grant) => grant.startsWith('dynamodb:'))).toEqual([
      'dynamodb:GetItem on CompiledPolicyTable.Arn',
      'dynamodb:GetItem on PolicyTable.Arn',
      'dynamodb:PutItem on CompiledPolicyTable.Arn',
      'dynamodb:Query on PolicyTable.Arn',
    ]);
  });
});

describe('the page', () => {
  const isOfPage = (name: string) =>
    /^(Page|HttpApi(Route(Get|Head)($|Pagejson|WellDash|Assets)|IntegrationPage))/.test(name);
  const routes = pagePaths.flatMap((path) => [`GET ${path}`, `HEAD ${path}`]);

  test('without a client at the issuer, there is neither its function nor its role, routes and alarm', () => {
    expect(Object.keys(plain.template.Resources).filter(isOfPage)).toEqual([]);
    expect(properties(plain.template, 'HttpApiStage')).not.toHaveProperty('RouteSettings');
    expect(Object.keys(plain.template.Outputs)).not.toContain('PageUrl');
  });

  test('it has exactly the routes that it answers, without an authorizer', () => {
    const own = namesWith(chosen, 'HttpApiRoute').filter(isOfPage);
    const found = own.map((name) => properties(chosen.template, name));
    expect(found.map(({ RouteKey }) => RouteKey).sort()).toEqual([...routes].sort());
    for (const route of found) {
      expect(route).not.toHaveProperty('AuthorizerId');
      expect(route.AuthorizationType ?? 'NONE').toBe('NONE');
    }
  });

  test('a flood of page loads is limited by its routes, and leaves the limit of the API as it is', () => {
    const { RouteSettings, DefaultRouteSettings } = properties(chosen.template, 'HttpApiStage');
    const limits = (rate: number) => ({
      DetailedMetricsEnabled: true,
      ThrottlingRateLimit: rate,
      ThrottlingBurstLimit: 2 * rate,
    });
    expect(RouteSettings).toEqual(
      Object.fromEntries(routes.map((route) => [route, limits(route.includes('/assets/') ? 20 : 10)])),
    );
    expect(DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: '200', ThrottlingBurstLimit: '400' });
    // CloudFormation rejects settings of a route that does not exist yet.
    const { DependsOn = [] } = resource(chosen.template, 'HttpApiStage');
    const own = namesWith(chosen, 'HttpApiRoute').filter(isOfPage);
    expect([DependsOn].flat()).toEqual(expect.arrayContaining(own));
  });

  test('its function knows how people sign in, and may write to its log only', () => {
    const { Handler, Environment, ReservedConcurrentExecutions } = properties(chosen.template, 'PageLambdaFunction');
    expect([Handler, ReservedConcurrentExecutions]).toEqual(['dist/page.handler', undefined]);
    expect(Environment).toMatchObject({
      Variables: {
        JWT_ISSUER: fullParams.jwtIssuer,
        PAGE_CLIENT_ID: fullParams.pageClientId,
        PAGE_SCOPE: fullParams.pageScope,
        PAGE_AUDIENCE: fullParams.pageAudience,
        PAGE_RESOURCE: fullParams.pageResource,
        COMMAND_CLIENT_ID: fullParams.commandClientId,
        PAGE_CONNECT_ORIGINS: fullParams.pageConnectOrigins,
      },
    });
    const actions = grants(chosen.template, 'PageRole').map((grant) => grant.split(' ')[0]);
    expect([...new Set(actions)].sort()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
  });
});
