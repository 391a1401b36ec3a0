import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const packages = join(import.meta.dirname, 'nag');

/** What is missing for the check; null where nothing is. Its packages are not among those of the project, of which they would be a fifth. */
export const missingNag = existsSync(join(packages, 'node_modules', 'cdk-nag'))
  ? null
  : 'cdk-nag is not installed (npm ci --prefix test/deploy/nag)';

/** What the packs of cdk-nag find in the template of each file: `rule on logical ID`, the rule without the name of its pack. Sorted. */
export function nagFindings(files: readonly string[]): string[][] {
  const findings = execFileSync(process.execPath, [join(packages, 'findings.js'), ...files], { encoding: 'utf8' });
  return JSON.parse(findings) as string[][];
}

/** A finding that is accepted: what it is, as the beginning of a line of `nagFindings`, and why. */
export interface Suppression {
  readonly finding: RegExp;
  readonly reason: string;
}

export const suppressions: readonly Suppression[] = [
  {
    finding: /^IAM5\[Resource::<AuditTable\.Arn>\/index\/\*\] on GraphqlRole$/,
    reason: 'The function reads the trail by every index of its own table.',
  },
  {
    finding:
      /^IAM5\[Resource::arn:.*:eks:.*:(cluster|podidentityassociation|addon)\/.*\*\] on (Graphql|Reconcile|Scan|Expire|ExpireDelete|Executor)Role$/,
    reason:
      'The ids of associations are not known before they exist, and clusters are named where the inventory has them.',
  },
  {
    finding: /^IAM5\[Resource::arn:.*:role\/(pods|teams)\/\*\] on (Graphql|Executor)Role$/,
    reason: 'rolePath is the limit that the operator chooses; roles within it come and go.',
  },
  {
    finding:
      /^IAM5\[Resource::arn:.*:iam::\*:role\/pod-identity-gateway\/.*\] on (Change|Expire|Query|Read)OtherAccountsPolicy$/,
    reason: 'A role of one exact name, in any account of the own organization; the trust policy there decides.',
  },
  {
    finding: /^IAM5\[Resource::\*\] on (Graphql|Reconcile|Scan|Expire|Checkpoint|Compile|Page)Role$/,
    reason: 'The actions of X-Ray have no resources; only with tracing.',
  },
  {
    finding: /^IAM5\[Resource::\*\] on (Deliver|Webhook)Role$/,
    reason: 'dynamodb:ListStreams has no resource for one table; X-Ray, with tracing, has none at all.',
  },
  {
    finding: /^IAM5\[Resource::<TrailLogBucket\.Arn>\/\*\] on CheckpointRole$/,
    reason: 'The objects of its own bucket, whose policy forbids to delete or replace them.',
  },
  {
    finding: /^IAM5\[Resource::\*\] on ReleaseRole$/,
    reason: 'cloudwatch:DescribeAlarms has no resource for a list of alarms.',
  },
  {
    finding: /^(IAM5\[Resource::<GraphqlLambdaFunction\.Arn>:\*\]|LambdaStarPermissions) on ReleaseRole$/,
    reason: 'The versions and the alias of one function.',
  },
  {
    finding: /^LambdaStarPermissions on /,
    reason:
      'The rule does not tell `*` at the end of an ARN from `*` alone; test/deploy/permissions.slow.test.ts simulates each role.',
  },
  {
    finding: /^APIG4 on HttpApiRoute(Delete|Get|Head|Patch|Post|Put)Graphql$/,
    reason: 'With jwtAuthorizer=function, the function verifies every token itself, of several issuers.',
  },
  {
    finding: /^APIG4 on HttpApiRoute(Get|Head)(Pagejson|AssetsProxyVar|WellDashknownOauthDashprotectedDashresource)?$/,
    reason: 'The files of the page and what says where to sign in are public: who is not signed in needs them.',
  },
  {
    finding: /^(DDB3|DynamoDBPITREnabled) on CompiledPolicyTable$/,
    reason: 'A backup would be of no use: what is lost is compiled again within a minute.',
  },
  {
    finding: /^IAMNoInlinePolicy on /,
    reason: `A policy that only one role has is deleted with it and can't be attached elsewhere.`,
  },
  {
    finding: /^LambdaInsideVPC on /,
    reason:
      'The functions reach AWS APIs and receive nothing from a network; a VPC would add endpoints to each region served.',
  },
  {
    finding: /^LambdaConcurrency on (Reconcile|Scan|Expire|Checkpoint|Compile|Deliver|Webhook|Page)LambdaFunction$/,
    reason: 'Concurrent runs are safe, and accounts with a low limit could not reserve any.',
  },
  {
    finding: /^LambdaConcurrency on GraphqlLambdaFunction$/,
    reason: 'The parameter graphqlConcurrency; by default the limit of the account applies.',
  },
  {
    finding: /^(LambdaDLQ|LambdaAsyncFailureDestination|EventBusDLQ) on /,
    reason: 'The next run of the reconciler continues the work, and the events of CloudTrail stay in the trail.',
  },
  {
    finding:
      /^(S1|S3Bucket(Logging|Replication|Versioning)Enabled|S3DefaultEncryptionKMS) on ServerlessDeploymentBucket$/,
    reason: 'Each package has a key of its own, can be built again, and holds no secrets.',
  },
  {
    finding: /^(S1|S3BucketLoggingEnabled) on TrailLogBucket$/,
    reason: 'Who reads it learns no more than the trail has; S3 data events in CloudTrail belong to the organization.',
  },
  {
    finding: /^S3BucketReplicationEnabled on TrailLogBucket$/,
    reason: 'A copy elsewhere is a witness, which another account has to own: docs/audit-proof.md.',
  },
  {
    finding: /^S3DefaultEncryptionKMS on TrailLogBucket$/,
    reason: 'S3 encrypts it. With a key of KMS, whoever deletes the key would delete the log.',
  },
  {
    finding: /^SQS(3|RedrivePolicy) on UndeliveredEvents$/,
    reason: 'It is the dead-letter queue itself.',
  },
  {
    finding: /^CloudWatchLogGroupEncrypted on /,
    reason: 'CloudWatch Logs encrypts all groups; the lines hold no credentials, which a test of the log shows.',
  },
  {
    finding: /^DynamoDBInBackupPlan on /,
    reason: 'Continuous backup is on; AWS Backup belongs to the organization, and docs/logs.md says how to add it.',
  },
  {
    finding: /^(LambdaTracing|.*XRay.*) on /,
    reason: 'Tracing is the parameter `tracing`, off by default.',
  },
  {
    finding: /^CloudWatchAlarmAction on /,
    reason: 'The topic is the parameter alarmTopicArn; without it, alarms are visible in CloudWatch only.',
  },
];
