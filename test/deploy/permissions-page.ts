import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeRole, expiryRole, fullParams, homeAccount, otherAccount, readRole } from '../support/deployment.ts';
import type { SimulatedRequest } from '../support/simulate.ts';
import { generatedSuffix, streamSuffix } from '../support/resolve-template.ts';

/** Of the example stack of docs/permissions.md. */
export const region = 'eu-central-1';
const stack = 'pod-identity-gateway-prod';
/** What its template is resolved with. */
export const context = { accountId: homeAccount, region, stack };
const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${homeAccount}:${rest}`;
const role = (path: string) => `arn:aws:iam::${homeAccount}:role/${path}`;
const group = (name: string) => arn('logs', `log-group:/aws/lambda/pod-identity-gateway-prod-${name}`);

/** The resources of the table. */
export const resources: Readonly<Record<string, string>> = {
  'idempotency table': arn('dynamodb', `table/${stack}-IdempotencyTable-${generatedSuffix}`),
  'index `byLease`': arn('dynamodb', `table/${stack}-IdempotencyTable-${generatedSuffix}/index/byLease`),
  'audit table': arn('dynamodb', `table/${stack}-AuditTable-${generatedSuffix}`),
  'policy table': arn('dynamodb', `table/${stack}-PolicyTable-${generatedSuffix}`),
  'table of compiled versions': arn('dynamodb', `table/${stack}-CompiledPolicyTable-${generatedSuffix}`),
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
  'role of expiries in the other account': expiryRole,
  'role to read in the other account': readRole,
  'another role in the other account': `arn:aws:iam::${otherAccount}:role/admin`,
  executor: role(`${stack}-${region}-executor`),
  'expire-delete': role(`${stack}-${region}-expire-delete`),
  'key of the tables': fullParams.tableKeyArn,
  // IAM checks the creation of a stream on `log-group:NAME:log-stream:`, which `:*` stands for here.
  'log of graphql': `${group('graphql')}:*`,
  'log stream of graphql': `${group('graphql')}:log-stream:x`,
  'index `byCluster` of states': arn('dynamodb', `table/${stack}-IdempotencyTable-${generatedSuffix}/index/byCluster`),
  'index `byRole`': arn('dynamodb', `table/${stack}-IdempotencyTable-${generatedSuffix}/index/byRole`),
  'index `byTargetRole`': arn('dynamodb', `table/${stack}-IdempotencyTable-${generatedSuffix}/index/byTargetRole`),
  'log of the scan': `${group('scan')}:*`,
  'log stream of the scan': `${group('scan')}:log-stream:x`,
  'log of expiries': `${group('expire')}:*`,
  'log stream of expiries': `${group('expire')}:log-stream:x`,
  'log of the reconciler': `${group('reconcile')}:*`,
  'log stream of the reconciler': `${group('reconcile')}:log-stream:x`,
  'log of the checkpoints': `${group('checkpoint')}:*`,
  'log stream of the checkpoints': `${group('checkpoint')}:log-stream:x`,
  'log of compile': `${group('compile')}:*`,
  'log stream of compile': `${group('compile')}:log-stream:x`,
  'log of the trail': `arn:aws:s3:::${stack}-traillogbucket-${generatedSuffix.toLowerCase()}`,
  'object in the log of the trail': `arn:aws:s3:::${stack}-traillogbucket-${generatedSuffix.toLowerCase()}/checkpoint`,
  'key of the log of the trail': fullParams.checkpointKeyArn,
  'index `byTime`': arn('dynamodb', `table/${stack}-AuditTable-${generatedSuffix}/index/byTime`),
  'log of deliver': `${group('deliver')}:*`,
  'log stream of deliver': `${group('deliver')}:log-stream:x`,
  'log of the webhook': `${group('webhook')}:*`,
  'log stream of the webhook': `${group('webhook')}:log-stream:x`,
  'log of the page': `${group('page')}:*`,
  'log stream of the page': `${group('page')}:log-stream:x`,
  'stream of the audit table': arn('dynamodb', `table/${stack}-AuditTable-${generatedSuffix}${streamSuffix}`),
  'queue of undelivered events': arn('sqs', `${stack}-undelivered`),
  'rule on the tables': arn('events', `rule/${stack}.TableChangesRule`),
  'event bus': fullParams.eventBusArn,
  'secret of the webhook': fullParams.webhookSecretArn,
  'another secret': arn('secretsmanager', 'secret:other-a1b2c3'),
  'function graphql': arn('lambda', 'function:pod-identity-gateway-prod-graphql'),
  'alias of graphql': arn('lambda', 'function:pod-identity-gateway-prod-graphql:live'),
  'any resource': '*',
};

/** The circumstances of the table. */
export const circumstances: Readonly<Record<string, NonNullable<SimulatedRequest['context']>>> = {
  '': {},
  'on an approval, in a transaction': {
    'dynamodb:EnclosingOperation': 'TransactWriteItems',
    'dynamodb:LeadingKeys': `approval/${'0'.repeat(64)}`,
  },
  'of the tag `team`': { 'aws:TagKeys': ['team'] },
  'of the own tag': { 'aws:TagKeys': ['pod-identity-gateway/operation', 'team'] },
  'on cursor keys': { 'dynamodb:LeadingKeys': 'cursor-keys' },
  'on cursor keys, in a transaction': {
    'dynamodb:EnclosingOperation': 'TransactWriteItems',
    'dynamodb:LeadingKeys': 'cursor-keys',
  },
  'on pending approvals, in a transaction': {
    'dynamodb:EnclosingOperation': 'TransactWriteItems',
    'dynamodb:LeadingKeys': `pending-approvals/${'0'.repeat(64)}`,
  },
  'on pending approvals': { 'dynamodb:LeadingKeys': `pending-approvals/${'0'.repeat(64)}` },
  'on a record, in a transaction': {
    'dynamodb:EnclosingOperation': 'TransactWriteItems',
    'dynamodb:LeadingKeys': '0'.repeat(64),
  },
  'on a state, in a transaction': {
    'dynamodb:EnclosingOperation': 'TransactWriteItems',
    'dynamodb:LeadingKeys': `association/${homeAccount}/${region}/apps-dev/payments/api`,
  },
  'on a state': { 'dynamodb:LeadingKeys': `association/${homeAccount}/${region}/apps-dev/payments/api` },
  'on the head of the checkpoints': { 'dynamodb:LeadingKeys': 'checkpoint' },
  'on the progress of a scan': { 'dynamodb:LeadingKeys': `scan/${homeAccount}/${region}/apps-dev` },
  'on the history': { 'dynamodb:LeadingKeys': `history/${homeAccount}/${region}/apps-dev/payments/api x` },
  'on an entry of drift': { 'dynamodb:LeadingKeys': 'drift-01J00000000000000000000000' },
  'on an entry of a repair': { 'dynamodb:LeadingKeys': 'repair-01J00000000000000000000000' },
  'on an entry of a cluster': { 'dynamodb:LeadingKeys': 'cluster-01J00000000000000000000000' },
  'on an entry of an operation': { 'dynamodb:LeadingKeys': '01J00000000000000000000000' },
  'on the locks, in a transaction': {
    'dynamodb:EnclosingOperation': 'TransactWriteItems',
    'dynamodb:LeadingKeys': 'locks',
  },
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

export const columns = [
  'graphql',
  'graphql with executor',
  'executor',
  'reconcile',
  'scan',
  'expire',
  'expire with executor',
  'expire-delete',
  'checkpoint',
  'compile',
  'deliver',
  'webhook',
  'page',
  'release',
  'admin',
] as const;
export type Column = (typeof columns)[number];

/** The roles of the stack; those of {@link isWithExecutor} exist with the option only. */
export const roles = columns.filter((column) => column !== 'admin');
export const isWithExecutor = (column: Column) =>
  ['graphql with executor', 'executor', 'expire with executor', 'expire-delete'].includes(column);

/** Names of the page for several columns. */
const groups: Readonly<Record<string, string>> = {
  'graphql*': 'graphql, graphql with executor',
  'expire*': 'expire, expire with executor',
  'ledger roles': 'graphql, graphql with executor, reconcile, scan, expire, expire with executor',
};

/** A list of columns with the names of the page. `(t)` behind every name of a group is behind that of the group. */
export function shortened(columns: string): string {
  const names = Object.entries(groups).sort(([, one], [, other]) => other.length - one.length);
  const inTransaction = ([name, list]: readonly [string, string]) =>
    [`${name} (t)`, list.replaceAll(/(?=,|$)/g, ' (t)')] as const;
  return names
    .flatMap((group) => [inTransaction(group), group])
    .reduce((text, [name, list]) => text.replace(list, name), columns);
}

/** The columns of a cell. */
const columnsOf = (cell: string) =>
  cell === 'none' ? [] : cell.split(', ').flatMap((name) => (groups[name] ?? name).split(', '));

export const pageFile = join(import.meta.dirname, '..', '..', 'docs', 'permissions.md');
const page = readFileSync(pageFile, 'utf8');
const [, block = ''] = /<!-- permissions: begin -->([^]*)<!-- permissions: end -->/.exec(page) ?? [];
const pageRows = block
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.slice(1, -1).split('|'))
  .map((cells) => cells.map((cell) => cell.trim()))
  .flatMap(([actions = '', on = '', circumstance = '', permitted = '']) =>
    actions
      .split(', ')
      .flatMap((action) =>
        on.split(', ').map((resource) => [action.replaceAll('`', ''), resource, circumstance, permitted] as const),
      ),
  );

/** What the page says of the items of the tables, in its own table by kind of item. */
const itemRows = [
  ['dynamodb:GetItem', 'idempotency table', 'on cursor keys', 'graphql*, admin'],
  ['dynamodb:PutItem', 'idempotency table', 'on a record, in a transaction', 'ledger roles'],
  ['dynamodb:PutItem', 'idempotency table', 'on the locks, in a transaction', 'none'],
  ['dynamodb:PutItem', 'idempotency table', 'on an approval, in a transaction', 'graphql*, expire*'],
  ['dynamodb:PutItem', 'idempotency table', 'on cursor keys, in a transaction', 'graphql*'],
  ['dynamodb:UpdateItem', 'idempotency table', 'on pending approvals, in a transaction', 'graphql*, expire*'],
  ['dynamodb:UpdateItem', 'idempotency table', 'on pending approvals', 'none'],
  ['dynamodb:UpdateItem', 'idempotency table', 'on a record, in a transaction', 'none'],
  ['dynamodb:UpdateItem', 'idempotency table', 'on a state, in a transaction', 'ledger roles'],
  ['dynamodb:UpdateItem', 'idempotency table', 'on a state', 'scan, expire*'],
  ['dynamodb:GetItem', 'idempotency table', 'on a state', 'ledger roles, admin'],
  ['dynamodb:GetItem', 'idempotency table', 'on a record', 'graphql*, scan, expire*, admin'],
  ['dynamodb:GetItem', 'idempotency table', 'on the locks', 'graphql*, scan, expire*, admin'],
  ['dynamodb:PutItem', 'idempotency table', 'on the progress of a scan', 'scan'],
  ['dynamodb:PutItem', 'idempotency table', 'on a state', 'none'],
  ['dynamodb:PutItem', 'idempotency table', 'on the history', 'scan'],
  ['dynamodb:PutItem', 'audit table', 'on an entry of drift', 'ledger roles'],
  ['dynamodb:PutItem', 'audit table', 'on an entry of a repair', 'ledger roles'],
  ['dynamodb:PutItem', 'audit table', 'on an entry of a cluster', 'ledger roles'],
  ['dynamodb:PutItem', 'audit table', 'on an entry of an operation', 'graphql*, reconcile, expire*'],
  ['dynamodb:GetItem', 'idempotency table', 'on the head of the checkpoints', 'graphql*, expire*, checkpoint, admin'],
  ['dynamodb:PutItem', 'idempotency table', 'on the head of the checkpoints', 'checkpoint'],
] as const;

/** Each function writes to its own log. */
const logRows = [
  ['graphql', 'graphql*'],
  ['the reconciler', 'reconcile'],
  ['the scan', 'scan'],
  ['expiries', 'expire*'],
  ['the checkpoints', 'checkpoint'],
  ['compile', 'compile'],
  ['deliver', 'deliver'],
  ['the webhook', 'webhook'],
  ['the page', 'page'],
].flatMap(([of = '', column = '']) => [
  ['logs:CreateLogStream', `log of ${of}`, '', `${column}, admin`] as const,
  ['logs:PutLogEvents', `log stream of ${of}`, '', `${column}, admin`] as const,
]);

/** What docs/permissions.md says: an action, a resource, a circumstance, and the columns that may do it. */
export const rows = [...pageRows, ...itemRows, ...logRows].map(([action, resource, circumstance, cell]) => ({
  action,
  resource,
  circumstance,
  permitted: columnsOf(cell),
}));
