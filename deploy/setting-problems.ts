import { isOrigin } from '../src/app/environment.ts';
import { webhookUrlProblem } from '../src/events/webhook.ts';
import { isExampleHost } from '../packages/operator/src/authoring/example-values.ts';
import { listProblems } from './list-problems.ts';
import { organizationPath } from './other-accounts.ts';
import { pageProblems, pageRules } from './page-problems.ts';
import { problem } from './problems.ts';
import type { Problem, Rule, Settings } from './problems.ts';

/** Retentions that CloudWatch Logs accepts (PutRetentionPolicy in its API reference). */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/**
 * Predefined configurations of CodeDeploy for Lambda ("Working with deployment configurations" in
 * its user guide).
 */
const trafficShifts = [
  'AllAtOnce',
  ...[5, 10, 15, 30].map((minutes) => `Canary10Percent${minutes}Minutes`),
  ...['1Minute', '2Minutes', '3Minutes', '10Minutes'].map((interval) => `Linear10PercentEvery${interval}`),
];

const arn = (service: string, resource: string) => {
  const pattern = new RegExp(`^arn:aws[a-z-]*:${service}:${resource}$`);
  return (value: string) => pattern.test(value);
};
const oneOf = (values: readonly string[]) => ({
  is: `one of ${values.join(', ')}`,
  test: (value: string) => values.includes(value),
  fix: `Use ${values.length === 2 ? values.join(' or ') : 'one of them'}.`,
});

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

const requestLimit: Rule = {
  is: 'a number of requests',
  test: (value) => /^[1-9]\d{0,4}$/.test(value),
  fix: 'Give a whole number from 1; the default quota of an account is 10000 a second.',
  required: true,
};
const memory: Rule = {
  is: 'a number of megabytes from 256 to 10240',
  test: (value) => /^[1-9]\d{2,4}$/.test(value) && Number(value) >= 256 && Number(value) <= 10_240,
  fix: 'Give a whole number of megabytes. Lambda gives new accounts at most 3008.',
  required: true,
};
const keyArn: Rule = {
  is: 'the ARN of a KMS key',
  test: arn('kms', `[a-z0-9-]+:\\d{12}:key/(mrk-[0-9a-f]{32}|${uuid})`),
  fix: 'Give the ARN of the key, not of an alias.',
};
const tableName: Rule = {
  is: 'the name of a table',
  test: (value) => /^[\w.-]{3,255}$/.test(value),
  fix: 'Give the name that `npx pod-identity-operator restore` printed, not an ARN.',
};

const rules: Readonly<Record<string, Rule>> = {
  jwtIssuer: {
    is: 'the https URL of an issuer of your own',
    test: (value) => isIssuer(value),
    fix: 'Give the `iss` of your tokens; it must serve /.well-known/openid-configuration.',
    required: true,
  },
  jwtAudience: {
    is: 'an audience',
    test: (value) => /^\S+$/.test(value),
    fix: 'Give the `aud` of your tokens, or their `client_id` if they have no `aud`; separate several by commas without spaces.',
    required: true,
    list: true,
  },
  jwtAuthorizer: oneOf(['api-gateway', 'function']),
  jwtVerification: oneOf(['auto', 'on', 'off']),
  rolePath: {
    is: 'a path of roles, such as pods/*',
    test: (value) => /^[\w+=,.@-]+(\/[\w+=,.@*-]+)+$/.test(value),
    fix: 'Begin with a fixed path without a leading slash: with "*" alone, pods could get every role of the account.',
    required: true,
    list: true,
  },
  otherAccounts: {
    is: 'organization, an organizational unit such as o-a1b2c3d4e5/r-ab12/ou-ab12-11112222, or an account ID',
    test: (value) => value === 'organization' || organizationPath.test(value) || /^\d{12}$/.test(value),
    fix: 'Give organization alone, the paths of organizational units, or account IDs; separate several by commas without spaces.',
    list: true,
  },
  corsOrigins: {
    is: 'an origin, such as https://console.example',
    test: isOrigin,
    fix: 'Give scheme, host and port without a path; separate origins by commas without spaces.',
    list: true,
  },
  alarmTopicArn: {
    is: 'the ARN of an SNS topic',
    test: arn('sns', '[a-z0-9-]+:\\d{12}:[\\w-]+(\\.fifo)?'),
    fix: 'Give the ARN of the topic, such as arn:aws:sns:eu-central-1:ACCOUNT:alarms.',
  },
  logRetentionInDays: {
    is: 'a retention that CloudWatch Logs has',
    test: (value) => retentions.map(String).includes(value),
    fix: `Use one of ${retentions.join(', ')}.`,
    required: true,
  },
  tags: {
    is: 'a tag, name=value',
    test: (value) => /^(?!aws:)[\w .:/+@-]{1,128}=[\w .:/+=@-]{0,256}$/u.test(value),
    fix: 'Separate tags by commas: team=platform,cost-center=42.',
    list: true,
  },
  permissionsBoundaryArn: {
    is: 'the ARN of a managed policy',
    test: arn('iam:', '(\\d{12}|aws):policy/\\S+'),
    fix: 'Give the ARN of the policy that limits the roles.',
  },
  breakGlassRoleArn: {
    is: 'an IAM role ARN',
    test: arn('iam:', '\\d{12}:role/\\S+'),
    fix: 'Give the ARN of one role, not of a session of it.',
  },
  operatorRoleArns: {
    is: 'an IAM role ARN',
    test: arn('iam:', '\\d{12}:role/\\S+'),
    fix: 'Give the ARNs of roles, not of their sessions, separated by commas without spaces.',
    list: true,
  },
  erasureRoleArn: {
    is: 'an IAM role ARN',
    test: arn('iam:', '\\d{12}:role/\\S+'),
    fix: 'Give the ARN of one role, not of a session of it.',
  },
  policySource: oneOf(['packaged', 'table']),
  policyPublisherRoleArn: {
    is: 'an IAM role ARN',
    test: arn('iam:', '\\d{12}:role/\\S+'),
    fix: 'Give the ARN of one role, not of a session of it.',
  },
  tableKeyArn: keyArn,
  checkpointLockMode: oneOf(['GOVERNANCE', 'COMPLIANCE']),
  checkpointLockDays: {
    is: 'a number of days up to 36500',
    test: (value) => /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 36_500,
    fix: 'Give a whole number from 1.',
  },
  checkpointKeyArn: keyArn,
  idempotencyTableName: tableName,
  auditTableName: tableName,
  auditStreamArn: {
    is: 'the ARN of a stream',
    test: arn('dynamodb', '[a-z0-9-]+:\\d{12}:table/[\\w.-]+/stream/[\\d:.T-]+'),
    fix: 'Give the LatestStreamArn of the restored table.',
  },
  eventBusArn: {
    is: 'the ARN of an event bus',
    test: arn('events', '[a-z0-9-]+:\\d{12}:event-bus/[\\w./-]+'),
    fix: 'Give the ARN of the bus, such as arn:aws:events:eu-central-1:ACCOUNT:event-bus/default.',
  },
  webhookUrl: {
    is: 'an https URL',
    test: (value) => value.startsWith('https:') && webhookUrlProblem(value) === null,
    fix: 'Give an https URL without a password, such as https://hooks.example/pod-identity.',
  },
  webhookSecretArn: {
    is: 'the ARN of a secret',
    test: arn('secretsmanager', '[a-z0-9-]+:\\d{12}:secret:[\\w/+=.@-]+'),
    fix: 'Give the whole ARN of the secret in Secrets Manager, with the six characters at its end.',
  },
  deletionProtection: oneOf(['true', 'false']),
  trafficShift: oneOf(trafficShifts),
  apiRateLimit: requestLimit,
  apiBurstLimit: requestLimit,
  // More than an account has by default, and less than a mistake: nothing but Lambda knows the
  // quota of the account.
  graphqlConcurrency: {
    is: 'a number of concurrent requests up to 9900',
    test: (value) => /^[1-9]\d{0,3}$/.test(value) && Number(value) <= 9_900,
    fix: 'Give a whole number from 1, or nothing. An account has 1000 by default, of which 100 must remain unreserved.',
  },
  graphqlMemory: memory,
  reconcileMemory: memory,
  scanMemory: memory,
  expireMemory: memory,
  domainName: {
    is: 'a domain name',
    test: (value) => /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/.test(value),
    fix: 'Give the name in lower case without https://.',
  },
  certificateArn: {
    is: 'the ARN of a certificate',
    test: arn('acm', `[a-z0-9-]+:\\d{12}:certificate/${uuid}`),
    fix: 'Give the ARN of a certificate in ACM, in the region of the API.',
  },
  defaultEndpoint: oneOf(['true', 'false']),
  codeSigningConfigArn: {
    is: 'the ARN of a code signing configuration',
    test: arn('lambda', '[a-z0-9-]+:\\d{12}:code-signing-config:csc-[a-z0-9]{17}'),
    fix: 'Give the ARN of a code signing configuration of Lambda.',
  },
  executorRole: oneOf(['true', 'false']),
  ...pageRules,
  architecture: oneOf(['machine', 'arm64', 'x86_64']),
  tracing: oneOf(['PassThrough', 'Active']),
};

function isIssuer(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, search, hash } = new URL(value);
  return protocol === 'https:' && search === '' && hash === '' && !isExampleHost(hostname);
}

/**
 * The stage that may be packaged, but not deployed, without any setting, and deployed without
 * operators.
 */
export const lenientStage = 'dev';

/** What is wrong with the settings by themselves. */
export function settingProblems(settings: Settings, stage: string | null = null): Problem[] {
  const single = Object.entries(rules).flatMap(([name, rule]) => {
    const value = settings[name] ?? '';
    if (value === '' && !rule.required) return [];
    if (value === '' || value.includes('not-set.invalid')) return [problem(name, `${name} is not set.`, rule.fix)];
    const values = rule.list === true ? value.split(',') : [value];
    return values
      .filter((each) => !rule.test(each))
      .map((each) => problem(name, `${name} has "${each}", which is not ${rule.is}.`, rule.fix));
  });
  return [
    ...single,
    ...listProblems(settings),
    ...domainProblems(settings),
    ...publisherProblems(settings),
    ...sharedRoleProblems(settings),
    ...(stage === lenientStage ? [] : operatorProblems(settings)),
    ...tableProblems(settings),
    ...eventProblems(settings),
    ...pageProblems(settings),
  ];
}

function operatorProblems({ operatorRoleArns = '' }: Settings): Problem[] {
  if (operatorRoleArns !== '') return [];
  const fix = 'Give the roles of the operators that stop the gateway in an emergency (docs/incidents.md).';
  return [problem('operatorRoleArns', 'No role may set locks.', fix)];
}

function publisherProblems({ policySource, policyPublisherRoleArn = '' }: Settings): Problem[] {
  if (policySource !== 'table' || policyPublisherRoleArn !== '') return [];
  const fix = 'Give the role that runs pod-identity-operator policies publish, or set policySource to packaged.';
  return [problem('policyPublisherRoleArn', 'Policies come from a table that no role may write to.', fix)];
}

/**
 * The settings that give a role rights of its own: to stop the gateway, to write any item, to
 * change policies, and to erase.
 */
const separateRoles = ['operatorRoleArns', 'breakGlassRoleArn', 'policyPublisherRoleArn', 'erasureRoleArn'] as const;

/**
 * One role with the rights of two could change what it is judged by, or repair the traces of what
 * it did.
 */
function sharedRoleProblems(settings: Settings): Problem[] {
  const rolesOf = (name: string) => (settings[name] ?? '').split(',').filter((arn) => arn !== '');
  return separateRoles.flatMap((one, at) =>
    separateRoles.slice(at + 1).flatMap((other) =>
      rolesOf(one)
        .filter((arn) => rolesOf(other).includes(arn))
        .map((arn) => problem(other, `${one} and ${other} name one role, ${arn}.`, 'Give each a role of its own.')),
    ),
  );
}

function domainProblems({ domainName = '', certificateArn = '', defaultEndpoint }: Settings): Problem[] {
  const fix = 'Set both domainName and certificateArn, or neither.';
  return [
    ...(domainName !== '' && certificateArn === ''
      ? [problem('certificateArn', 'The domain has no certificate.', fix)]
      : []),
    ...(domainName === '' && certificateArn !== ''
      ? [problem('domainName', 'The certificate has no domain.', fix)]
      : []),
    ...(domainName === '' && defaultEndpoint === 'false'
      ? [
          problem(
            'defaultEndpoint',
            'Without the default endpoint and a domain, the API has no address.',
            'Set domainName and certificateArn, or leave defaultEndpoint true.',
          ),
        ]
      : []),
  ];
}

function tableProblems({ idempotencyTableName = '', auditTableName = '' }: Settings): Problem[] {
  if ((idempotencyTableName === '') === (auditTableName === '')) return [];
  const missing = idempotencyTableName === '' ? 'idempotencyTableName' : 'auditTableName';
  const what = 'Only one of the two tables is replaced, so that tokens and audit trail would not belong together.';
  return [problem(missing, what, 'Set both idempotencyTableName and auditTableName, or neither.')];
}

function eventProblems({ auditTableName = '', auditStreamArn = '', webhookUrl = '', webhookSecretArn = '' }: Settings) {
  const isSecretMissing = webhookUrl !== '' && webhookSecretArn === '';
  const isUrlMissing = webhookUrl === '' && webhookSecretArn !== '';
  const fix = 'Set both webhookUrl and webhookSecretArn, or neither.';
  return [
    ...(auditTableName !== '' && !auditStreamArn.includes(`:table/${auditTableName}/stream/`)
      ? [
          problem(
            'auditStreamArn',
            'The stream is not that of the audit table, so that events and tampering would not be seen.',
            'Enable the stream of the restored table with new and old images, and give its ARN.',
          ),
        ]
      : []),
    ...(isSecretMissing ? [problem('webhookSecretArn', 'The webhook has no secret.', fix)] : []),
    ...(isUrlMissing ? [problem('webhookUrl', 'The secret has no webhook.', fix)] : []),
  ];
}
