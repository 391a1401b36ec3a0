import { homeAccount, otherAccount } from '../support/deployment.ts';

const region = 'eu-central-1';
const stack = 'pod-identity-gateway-prod';
const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${homeAccount}:${rest}`;
const role = (path: string, accountId = homeAccount) => `arn:aws:iam::${accountId}:role/${path}`;
const graphql = arn('lambda', `function:${stack}-graphql`);
const signingKey = arn('kms', 'key/33333333-2222-3333-4444-555555555555');

const [record, locks, lockEntry, entry] = ['0'.repeat(64), 'locks', `lock-${'0'.repeat(26)}`, '0'.repeat(26)];
const toPods = { 'iam:PassedToService': 'pods.eks.amazonaws.com' };
const bounded = { 'iam:PermissionsBoundary': `arn:aws:iam::${homeAccount}:policy/pod-identity-gateway-boundary-prod` };
const toLambda = { 'iam:PassedToService': 'lambda.amazonaws.com' };
const put = (key: string) => ({ 'dynamodb:LeadingKeys': [key], 'dynamodb:EnclosingOperation': 'TransactWriteItems' });

/** A request of the table of docs/permissions.md. */
export interface Row {
  readonly action: string;
  readonly on: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

const rowsOn = (on: string, resource: string, actions: readonly string[], context: Row['context'] = {}): Row[] =>
  actions.map((action) => ({ action, on, resource, context }));

const [idempotencyTable, auditTable, policyTable] = ['IdempotencyTable', 'AuditTable', 'PolicyTable'].map((name) =>
  arn('dynamodb', `table/${stack}-${name}`),
) as [string, string, string];

/** What writes to the tables. */
export const writes: readonly Row[] = [
  ...rowsOn('the locks', idempotencyTable, ['dynamodb:GetItem', 'dynamodb:PutItem'], put(locks)),
  ...rowsOn('a record', idempotencyTable, ['dynamodb:PutItem'], put(record)),
  ...rowsOn('an entry about a lock', auditTable, ['dynamodb:PutItem'], put(lockEntry)),
  ...rowsOn('another entry', auditTable, ['dynamodb:PutItem'], put(entry)),
  ...rowsOn('a policy version', policyTable, ['dynamodb:PutItem'], put('release')),
  ...rowsOn('the audit table', auditTable, [
    ...['UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLInsert'].map((name) => `dynamodb:${name}`),
  ]),
];

/** What an administrator of the gateway's account, or of a cluster's, could do to stop the gateway or to get around it. */
export const escapes: readonly Row[] = [
  ...rowsOn(
    'the audit table',
    auditTable,
    [
      ...['DeleteResourcePolicy', 'PutResourcePolicy', 'DeleteTable', 'UpdateTable', 'UpdateContinuousBackups'],
      ...['UpdateTimeToLive', 'EnableKinesisStreamingDestination'],
    ].map((name) => `dynamodb:${name}`),
  ),
  ...rowsOn(
    'the graphql function',
    graphql,
    [
      ...['InvokeFunction', 'UpdateFunctionCode', 'UpdateFunctionConfiguration', 'PutFunctionConcurrency'],
      ...['DeleteFunction', 'AddPermission', 'CreateFunctionUrlConfig', 'DeleteFunctionCodeSigningConfig'],
    ].map((name) => `lambda:${name}`),
  ),
  ...rowsOn('its alias', `${graphql}:live`, ['lambda:UpdateAlias', 'lambda:DeleteAlias']),
  ...rowsOn('a rule', arn('events', `rule/${stack}-BypassRule-01`), [
    ...['events:DisableRule', 'events:DeleteRule', 'events:PutRule', 'events:RemoveTargets'],
  ]),
  ...rowsOn('an alarm', arn('cloudwatch', `alarm:${stack}-DriftAlarm-01`), [
    ...['DeleteAlarms', 'DisableAlarmActions', 'PutMetricAlarm', 'SetAlarmState', 'PutAlarmMuteRule'].map(
      (name) => `cloudwatch:${name}`,
    ),
  ]),
  ...rowsOn(
    'the signing key',
    signingKey,
    ['kms:CreateGrant', 'kms:DisableKey', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion'],
    { 'aws:ResourceTag/aws:cloudformation:stack-name': stack },
  ),
  ...rowsOn('the bucket of the signed log', `arn:aws:s3:::${stack}-traillogbucket-01`, [
    ...['s3:DeleteBucket', 's3:PutBucketPolicy', 's3:PutBucketVersioning', 's3:PutLifecycleConfiguration'],
  ]),
  ...rowsOn('the alarm topic', arn('sns', 'alarms'), [
    ...['AddPermission', 'DeleteTopic', 'RemovePermission', 'SetTopicAttributes'].map((name) => `sns:${name}`),
  ]),
  ...rowsOn('metrics of the gateway', '*', ['cloudwatch:PutMetricData'], {
    'cloudwatch:namespace': 'pod-identity-gateway/prod',
  }),
  ...rowsOn('a log', arn('logs', `log-group:/aws/lambda/${stack}-graphql`), [
    ...['logs:DeleteLogGroup', 'logs:PutRetentionPolicy', 'logs:DeleteMetricFilter'],
  ]),
  ...rowsOn('a deployment group', arn('codedeploy', `deploymentgroup:${stack}-App-01/${stack}-Group-01`), [
    ...['codedeploy:UpdateDeploymentGroup', 'codedeploy:DeleteDeploymentGroup', 'codedeploy:CreateDeployment'],
  ]),
  ...rowsOn('the stack', arn('cloudformation', `stack/${stack}/01`), [
    ...['DeleteStack', 'UpdateStack', 'ExecuteChangeSet', 'SetStackPolicy'].map((name) => `cloudformation:${name}`),
  ]),
  ...rowsOn('a package', `arn:aws:s3:::${stack}-serverlessdeploymentbucket-01/x.zip`, [
    's3:PutObject',
    's3:DeleteObject',
  ]),
  ...rowsOn('its bucket', `arn:aws:s3:::${stack}-serverlessdeploymentbucket-01`, ['s3:PutBucketPolicy']),
  ...rowsOn('the boundary', `arn:aws:iam::${homeAccount}:policy/pod-identity-gateway-boundary-prod`, [
    ...['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion', 'iam:DeletePolicy'],
  ]),
  ...roleRows('the graphql role', role(`${stack}-${region}-graphql`), bounded),
  ...rowsOn('the graphql role', role(`${stack}-${region}-graphql`), ['iam:PassRole'], toLambda),
  ...roleRows('the deployer role', role('pod-identity-gateway-deployer-prod-eu-central-1')),
  ...roleRows('an operator role', role('ops/gateway-operator')),
  ...roleRows('the break-glass role', role('break-glass', otherAccount)),
  ...roleRows('the role of stack sets', role('AWSCloudFormationStackSetExecutionRole', otherAccount)),
  ...roleRows(
    'the role to change',
    role('pod-identity-gateway/pod-identity-gateway-prod-eu-central-1-change', otherAccount),
  ),
  ...roleRows(
    'the role of expiries',
    role('pod-identity-gateway/pod-identity-gateway-prod-eu-central-1-expire', otherAccount),
  ),
  ...rowsOn('an association', arn('eks', 'podidentityassociation/apps-dev/a-1'), ['eks:DeletePodIdentityAssociation']),
  ...rowsOn('an association elsewhere', `arn:aws:eks:${region}:${otherAccount}:podidentityassociation/data/a-1`, [
    'eks:DeletePodIdentityAssociation',
  ]),
  ...rowsOn('a cluster', arn('eks', 'cluster/apps-dev'), ['eks:CreatePodIdentityAssociation']),
  ...rowsOn('a cluster elsewhere', `arn:aws:eks:${region}:${otherAccount}:cluster/data`, [
    'eks:CreatePodIdentityAssociation',
  ]),
  ...rowsOn('an association of an add-on', arn('eks', 'podidentityassociation/apps-dev/a-1'), ['eks:CreateAddon']),
  ...rowsOn('a role of pods', role('pods/payments/payments-api'), ['iam:PassRole'], toPods),
];

function roleRows(on: string, resource: string, context: Row['context'] = {}): Row[] {
  const names = ['CreateRole', 'UpdateAssumeRolePolicy', 'AttachRolePolicy', 'DetachRolePolicy', 'DeleteRolePolicy'];
  return rowsOn(
    on,
    resource,
    [...names, 'DeleteRole'].map((name) => `iam:${name}`),
    context,
  );
}

/** Names and ARNs of the example stack. */
export const names = {
  ...{ region, stack, arn, role, graphql, auditTable, idempotencyTable, policyTable, signingKey },
  packageBucket: `${stack}-${region}-${homeAccount}`,
} as const;
