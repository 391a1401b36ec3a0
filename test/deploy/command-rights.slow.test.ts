// No quick test: it is about programs or packages as they run.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullParams } from '../support/deployment.ts';
import { openOrganization } from './organization.ts';
import type { Actor, Organization } from './organization.ts';
import { names } from './organization-rows.ts';
import { allServicePolicies } from '../support/service-control-policies.ts';
import { isAllowed } from '../support/simulate.ts';
import type { PolicyDocument, SimulatedPrincipal } from '../support/simulate.ts';

const root = join(import.meta.dirname, '..', '..');
const { arn, auditTable, graphql, idempotencyTable, policyTable, signingKey, stack } = names;

/** What a command sends to AWS: actions on a resource, with the keys of the items and the attributes that it names. */
type Call = readonly [actions: string, resource: string, keys?: readonly string[], attributes?: readonly string[]];

const [trailBucket, packages] = [`arn:aws:s3:::${stack}-traillogbucket-01`, `arn:aws:s3:::${names.packageBucket}`];
const stackArn = arn('cloudformation', `stack/${stack}/01`);
const lockCalls: readonly Call[] = [
  ['dynamodb:GetItem dynamodb:PutItem', idempotencyTable, ['locks']],
  ['dynamodb:PutItem', auditTable, [`lock-${'0'.repeat(26)}`]],
];
const versionCalls: readonly Call[] = [['dynamodb:GetItem dynamodb:Query', policyTable]];
const publishCalls: readonly Call[] = [['dynamodb:GetItem dynamodb:PutItem dynamodb:Query', policyTable, ['release']]];
const trailCalls: readonly Call[] = [['dynamodb:Query', `${auditTable}/index/byTime`]];

/** Whose hands type each command of the docs that uses AWS credentials, and what it sends; `administrator` is an engineer on call. */
const commands: Readonly<Record<string, readonly [by: Actor | 'eraser', calls: readonly Call[]]>> = {
  // The stack of deploy/iam/assumptions.yml.
  'aws cloudformation deploy': [
    'administrator',
    [['cloudformation:CreateChangeSet', arn('cloudformation', 'stack/pod-identity-assumptions/01')]],
  ],
  'aws cloudformation get-template': ['deployer', [['cloudformation:GetTemplate', stackArn]]],
  'aws cloudformation update-stack': ['deployer', [['cloudformation:UpdateStack', stackArn]]],
  'aws cloudformation wait': ['deployer', [['cloudformation:DescribeStacks', stackArn]]],
  'aws cloudtrail lookup-events': ['administrator', [['cloudtrail:LookupEvents', '*']]],
  'aws cloudwatch get-metric-data': ['administrator', [['cloudwatch:GetMetricData', '*']]],
  'aws cloudwatch get-metric-statistics': ['administrator', [['cloudwatch:GetMetricStatistics', '*']]],
  'aws dynamodb list-backups': ['administrator', [['dynamodb:ListBackups', '*']]],
  'aws eks describe-cluster': ['administrator', [['eks:DescribeCluster', arn('eks', 'cluster/apps-dev')]]],
  'aws eks list-pod-identity-associations': [
    'administrator',
    [['eks:ListPodIdentityAssociations', arn('eks', 'cluster/apps-dev')]],
  ],
  // The association that an add-on brings.
  'aws eks update-addon': ['break-glass', [['eks:UpdateAddon', arn('eks', 'podidentityassociation/apps-dev/a-1')]]],
  'aws events describe-rule': [
    'administrator',
    [['events:DescribeRule', arn('events', `rule/${stack}.ReconcileRule`)]],
  ],
  'aws events enable-rule': ['administrator', [['events:EnableRule', arn('events', `rule/${stack}.ReconcileRule`)]]],
  'aws iam list-roles': ['administrator', [['iam:ListRoles', '*']]],
  'aws kms cancel-key-deletion': ['administrator', [['kms:CancelKeyDeletion', signingKey]]],
  'aws kms create-key': ['administrator', [['kms:CreateKey', '*']]],
  'aws kms enable-key': ['administrator', [['kms:EnableKey', signingKey]]],
  'aws kms put-key-policy': ['break-glass', [['kms:PutKeyPolicy', signingKey]]],
  'aws lambda get-account-settings': ['administrator', [['lambda:GetAccountSettings', '*']]],
  'aws lambda get-alias': ['administrator', [['lambda:GetAlias', graphql]]],
  'aws lambda get-function-concurrency': ['administrator', [['lambda:GetFunctionConcurrency', graphql]]],
  'aws lambda get-policy': ['administrator', [['lambda:GetPolicy', graphql]]],
  'aws logs filter-log-events': [
    'administrator',
    [['logs:FilterLogEvents', arn('logs', `log-group:/aws/http-api/${stack}`)]],
  ],
  'aws logs get-query-results': ['administrator', [['logs:GetQueryResults', '*']]],
  'aws logs start-query': [
    'administrator',
    [['logs:StartQuery', arn('logs', `log-group:/aws/lambda/${stack}-graphql`)]],
  ],
  'aws s3 cp': ['deployer', [['s3:GetObject s3:PutObject', `${packages}/x.zip`]]],
  'aws s3 sync': [
    'administrator',
    [
      ['s3:ListBucket', trailBucket],
      ['s3:GetObject', `${trailBucket}/checkpoint`],
    ],
  ],
  'aws s3api list-object-versions': ['administrator', [['s3:ListBucketVersions', trailBucket]]],
  'aws sqs receive-message': ['administrator', [['sqs:ReceiveMessage', arn('sqs', `${stack}-undelivered`)]]],
  'serverless deploy': [
    'deployer',
    [
      ['cloudformation:CreateChangeSet cloudformation:DescribeStacks cloudformation:ExecuteChangeSet', stackArn],
      ['s3:ListBucket', packages],
      ['s3:GetObject s3:PutObject', `${packages}/x.zip`],
    ],
  ],
  'serverless info': ['deployer', [['cloudformation:DescribeStacks', stackArn]]],
  'serverless remove': ['break-glass', [['cloudformation:DeleteStack', stackArn]]],
  'serverless rollback': [
    'deployer',
    [
      ['cloudformation:UpdateStack', stackArn],
      ['s3:GetObject', `${packages}/x.zip`],
    ],
  ],
  'pod-identity-operator access-review': [
    'administrator',
    [
      ['dynamodb:Query', `${idempotencyTable}/index/byCluster`],
      ['dynamodb:BatchGetItem', idempotencyTable],
      ['dynamodb:Query', auditTable],
      ...versionCalls,
    ],
  ],
  'pod-identity-operator confirm-gone': [
    'break-glass',
    [
      ['dynamodb:BatchGetItem dynamodb:PutItem', idempotencyTable, ['scan/111122223333/eu-central-1/apps-dev']],
      ['dynamodb:PutItem', auditTable, [`cluster-${'0'.repeat(26)}`]],
    ],
  ],
  'pod-identity-operator erase': [
    'eraser',
    [
      ...trailCalls,
      ['dynamodb:GetItem dynamodb:Query', auditTable],
      ['dynamodb:GetItem', idempotencyTable],
      ['dynamodb:PutItem', auditTable, [`erasure-${'0'.repeat(26)}`]],
      ['dynamodb:UpdateItem', auditTable, ['0'.repeat(26)], ['entryId', 'operationId', 'personal']],
    ],
  ],
  'pod-identity-operator events replay': ['administrator', trailCalls],
  'pod-identity-operator events tail': ['administrator', trailCalls],
  'pod-identity-operator inventory suggest': ['administrator', [['eks:ListClusters organizations:ListAccounts', '*']]],
  'pod-identity-operator lock': ['operator', lockCalls],
  'pod-identity-operator policies impact': ['administrator', versionCalls],
  'pod-identity-operator policies publish': ['publisher', publishCalls],
  'pod-identity-operator policies replay': ['administrator', [...trailCalls, ...versionCalls]],
  'pod-identity-operator policies rollback': ['publisher', publishCalls],
  'pod-identity-operator policies versions': ['publisher', versionCalls],
  'pod-identity-operator principal': ['administrator', [['dynamodb:Query', auditTable], ...trailCalls]],
  'pod-identity-operator restore': [
    'break-glass',
    [
      ...lockCalls,
      ['dynamodb:RestoreTableToPointInTime', auditTable],
      ['dynamodb:PutItem', auditTable, ['0'.repeat(26)]],
    ],
  ],
  'pod-identity-operator trail begin': ['operator', lockCalls.slice(1)],
  'pod-identity-operator trail export': ['administrator', trailCalls],
  'pod-identity-operator trail verify': [
    'administrator',
    [
      ...trailCalls,
      ['dynamodb:GetItem', idempotencyTable, ['checkpoint']],
      ['dynamodb:Scan', auditTable],
      ['s3:ListBucket s3:ListBucketVersions', trailBucket],
      ['s3:GetObject s3:GetObjectVersion', `${trailBucket}/checkpoint`],
    ],
  ],
};

/** Those that send nothing to an AWS account with a deployment: they work on files, or serve a simulator. */
const withoutCredentials =
  /^(aws sso login|aws eks create-pod-identity-association|serverless package|pod-identity-operator (assumptions|completion|ledger|policies (check|why)|smoke|trail (check-proof|copy|prove)))/;

const pages = globSync('{README.md,SECURITY.md,docs/*.md,packages/{operator,eks-simulator}/README.md}', { cwd: root });
const named = new Set(
  pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8').replaceAll(/\\\n\s*/g, '');
    const found = text.matchAll(
      /(?<![\w.])(aws [a-z0-9]+ [a-z]+(?:-[a-z]+)*|serverless (?:deploy|info|package|remove|rollback)|pod-identity-operator (?:(?:events|inventory|ledger|policies|trail) )?[a-z]+(?:-[a-z]+)*)/g,
    );
    return [...found].map(([, command = '']) => command);
  }),
);
const inDocs = [...named].filter((command) => !withoutCredentials.test(command));

let organization: Organization;
beforeAll(async () => {
  organization = await openOrganization();
});

/** The role that erases has the policies of its page. */
function principalOf(by: Actor | 'eraser', resource: string): SimulatedPrincipal {
  if (by !== 'eraser') return organization.principal(by, resource);
  const page = readFileSync(join(root, 'docs', 'audit-proof.md'), 'utf8');
  const [, text = ''] = /<!-- erasure: begin -->\s+```json\n([^]*?)```/.exec(page) ?? [];
  const document = text.replaceAll('AUDIT_TABLE', auditTable).replaceAll('IDEMPOTENCY_TABLE', idempotencyTable);
  return {
    arn: fullParams.erasureRoleArn,
    policies: [JSON.parse(document) as PolicyDocument],
    servicePolicies: allServicePolicies(),
  };
}

test('it is said of every command of the docs that uses AWS credentials whose hands type it', () => {
  expect(inDocs.length).toBeGreaterThan(30);
  expect(inDocs.sort()).toEqual(Object.keys(commands).sort());
});

test.each(Object.entries(commands))('%s: all policies let the hands that type it send it', async (_, [by, calls]) => {
  for (const [actions, resource, keys, attributes] of calls) {
    for (const action of actions.split(' ')) {
      const context = {
        ...(keys && { 'dynamodb:LeadingKeys': keys }),
        ...(attributes && { 'dynamodb:Attributes': attributes }),
      };
      const resourcePolicy = organization.policyOf(resource.replace(/\/index\/.*/, ''));
      const request = { action, resource, context, resourcePolicy };
      expect([by, action, resource, await isAllowed(principalOf(by, resource), request)]).toEqual([
        ...[by, action, resource, true],
      ]);
    }
  }
});
