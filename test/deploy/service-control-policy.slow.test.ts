// No quick test: it is about programs or packages as they run.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullParams, homeAccount } from '../support/deployment.ts';
import { openOrganization } from './organization.ts';
import type { Actor, Organization } from './organization.ts';
import { servicePolicy } from '../support/service-control-policies.ts';
import { escapes, names, writes } from './organization-rows.ts';
import type { Row } from './organization-rows.ts';
import { replaceBlock, tableOf, withSharedRows } from '../support/reference.ts';
import { isAllowed } from '../support/simulate.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'permissions.md');

let organization: Organization;

beforeAll(async () => {
  organization = await openOrganization();
}, 180_000);

const { region, stack, arn, role, graphql, auditTable, idempotencyTable } = names;
const [record, locks, lockEntry] = ['0'.repeat(64), 'locks', `lock-${'0'.repeat(26)}`];

/** Of the roles that the policies exempt, the page lists two actions: the answers to all are the same. */
const isListed = ({ action, on }: Row) =>
  !/^(the deployer|an operator|the break-glass) role$|stack sets$/.test(on) ||
  ['iam:CreateRole', 'iam:UpdateAssumeRolePolicy'].includes(action);

async function cellsOf({ action, resource, context = {} }: Row, actors: readonly Actor[]): Promise<string[]> {
  return await Promise.all(
    actors.map(async (actor) => {
      const principal = organization.principal(actor, resource);
      const resourcePolicy = organization.policyOf(resource);
      return (await isAllowed(principal, { action, resource, context, resourcePolicy })) ? 'yes' : 'no';
    }),
  );
}

test('docs/permissions.md has what each role may do under all policies (UPDATE_REFERENCE=1 writes it)', async () => {
  const permittedTo = async (row: Row) => {
    const cells = await cellsOf(row, organization.actors);
    const permitted = organization.actors.filter((_, index) => cells[index] === 'yes');
    return [`\`${row.action}\``, row.on, permitted.join(', ') || 'none'];
  };
  const rows = await Promise.all([...writes, ...escapes].filter(isListed).map(permittedTo));
  const table = tableOf(['action', 'on', 'permitted to'], withSharedRows(withSharedRows(rows, 0, ', '), 1, ', '));
  const page = readFileSync(file, 'utf8');
  const expected = replaceBlock(page, 'all policies', table);
  if (process.env.UPDATE_REFERENCE) writeFileSync(file, expected);
  else expect(page).toBe(expected);
}, 60_000);

test.each([...writes.filter(({ action }) => action !== 'dynamodb:GetItem'), ...escapes])(
  'an administrator of the account may not $action on $on',
  async (row) => {
    expect(await cellsOf(row, ['administrator'])).toEqual(['no']);
  },
);

test.each(escapes)('an operator may not $action on $on, with every right of the account', async (row) => {
  const operator = { ...organization.principal('break-glass', row.resource), arn: role('ops/gateway-operator') };
  expect(await isAllowed(operator, { ...row, context: row.context ?? {} })).toBe(false);
});

test('an operator puts locks and their entries, and nothing else into any table, with every right of the account', async () => {
  for (const row of writes) {
    for (const path of organization.operatorPaths) {
      const operator = { ...organization.principal('break-glass', row.resource), arn: role(path) };
      const resourcePolicy = organization.policyOf(row.resource);
      const isOfLocks = ['the locks', 'an entry about a lock'].includes(row.on);
      expect([
        row.action,
        row.on,
        await isAllowed(operator, { ...row, context: row.context ?? {}, resourcePolicy }),
      ]).toEqual([...[row.action, row.on, isOfLocks]]);
    }
  }
});

test.each([
  ['several keys', [locks, record]],
  ['a key that begins like that of the locks', ['locks2']],
  ['the key of an entry', [lockEntry]],
  ['no key', []],
])('an operator does not put %s into the idempotency table', async (_, keys) => {
  const context = keys.length === 0 ? {} : { 'dynamodb:LeadingKeys': keys };
  const operator = { ...organization.principal('break-glass', idempotencyTable), arn: role('ops/gateway-operator') };
  const request = { action: 'dynamodb:PutItem', resource: idempotencyTable, context };
  expect(await isAllowed(operator, { ...request, resourcePolicy: organization.policyOf(idempotencyTable) })).toBe(
    false,
  );
});

test('every call of pod-identity-operator lock is permitted to an operator under all policies', async () => {
  const requests = await organization.callsOfLock();
  expect(requests.map(({ action }) => action)).toEqual([
    ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:Query'],
  ]);
  for (const request of requests) {
    const resourcePolicy = organization.policyOf(request.resource);
    for (const actor of ['operator', 'operator of Identity Center'] as const) {
      const principal = organization.principal(actor, request.resource);
      expect([actor, request, await isAllowed(principal, { ...request, resourcePolicy })]).toEqual([
        actor,
        request,
        true,
      ]);
    }
  }
});

test('break-glass can restore the tables as docs/incidents.md says, under all policies', async () => {
  const inUse = [
    'DescribeContinuousBackups',
    'DescribeTable',
    'DescribeTimeToLive',
    'GetResourcePolicy',
    'GetItem',
    'PutItem',
    'Query',
  ];
  const restored = [
    ...['DescribeTable', 'DescribeTimeToLive', 'UpdateTable', 'UpdateTimeToLive', 'UpdateContinuousBackups'],
    ...['PutResourcePolicy', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'Query', 'Scan'],
  ];
  const rows = [
    ...[...inUse, 'RestoreTableToPointInTime'].map((name) => [name, auditTable] as const),
    ...restored.map((name) => [name, `${auditTable}-restored-20261124T100000Z`] as const),
  ];
  for (const [name, resource] of rows) {
    const request = { action: `dynamodb:${name}`, resource, resourcePolicy: organization.policyOf(resource) };
    expect([name, resource, await isAllowed(organization.principal('break-glass', resource), request)]).toEqual([
      ...[name, resource, true],
    ]);
  }
});

test('the policies cover the services of all resources of the stack', () => {
  const { Statement } = servicePolicy('protect-gateway') as { Statement: { Resource: string | string[] }[] };
  const covered = new Set(Statement.flatMap(({ Resource }) => Resource).map((pattern) => pattern.split(':')[2]));
  const serviceOf = (type: string) => (type.split('::')[1] ?? '').toLowerCase().replace(/v2$/, '');
  // The ARN of the key that signs checkpoints has no name: docs/permissions.md lists it too.
  const uncovered = [...organization.types].filter((type) => !covered.has(serviceOf(type)));
  expect(uncovered).toEqual(['AWS::KMS::Key']);
  // What docs/permissions.md lists as left has no name of the gateway, or can't be denied for one resource.
  const left = ['AWS::ApiGatewayV2::ApiMapping', 'AWS::ApiGatewayV2::DomainName', 'AWS::Logs::ResourcePolicy'];
  expect([...organization.types]).toEqual(expect.arrayContaining(left));
});

// The simulator knows no ARN without an account, as those of API Gateway are.
test('only deployers and break-glass change the APIs', () => {
  const { Statement } = servicePolicy('protect-gateway') as {
    Statement: { Sid: string; Action: string[]; Resource: string[] }[];
  };
  const [statement] = Statement.filter(({ Sid }) => Sid === 'OnlyDeployersChangeTheGateway');
  expect(statement?.Action).toEqual(expect.arrayContaining(['apigateway:DELETE', 'apigateway:P*']));
  const apis = ['arn:*:apigateway:*::/apis/a1b2c3d4e5*', 'arn:*:apigateway:*::/apis/f6g7h8i9j0*'];
  expect(statement?.Resource).toEqual(expect.arrayContaining(apis));
});

test('only deployers and break-glass connect event sources to a function', async () => {
  const mapping = arn('lambda', 'event-source-mapping:11111111-2222-3333-4444-555555555555');
  const mayDo = (actor: Actor, name: string, action: string, resource: string) => {
    const context = { 'lambda:FunctionArn': name };
    return isAllowed(organization.principal(actor, '*'), { action, resource, context });
  };
  const may = (actor: Actor, name: string) => mayDo(actor, name, 'lambda:CreateEventSourceMapping', '*');
  for (const action of ['lambda:DeleteEventSourceMapping', 'lambda:UpdateEventSourceMapping']) {
    expect([action, await mayDo('administrator', graphql, action, mapping)]).toEqual([action, false]);
    expect([action, await mayDo('break-glass', graphql, action, mapping)]).toEqual([action, true]);
    expect([action, await mayDo('administrator', arn('lambda', 'function:shop'), action, mapping)]).toEqual([
      action,
      true,
    ]);
  }
  expect(await may('administrator', graphql)).toBe(false);
  expect(await may('stack sets', graphql)).toBe(false);
  expect(await may('break-glass', graphql)).toBe(true);
  expect(await may('administrator', arn('lambda', 'function:shop'))).toBe(true);
});

test.each(['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom'])(
  'an operator may %s with the key of the tables through DynamoDB, and not directly',
  async (action) => {
    const resource = fullParams.tableKeyArn;
    // The default policy of a key lets IAM decide.
    const Principal = { AWS: `arn:aws:iam::${homeAccount}:root` };
    const Statement = [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }];
    const request = { action, resource, resourcePolicy: { Version: '2012-10-17', Statement } };
    const operator = organization.principal('operator', resource);
    const context = { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` };
    expect(await isAllowed(operator, { ...request, context })).toBe(true);
    expect(await isAllowed(operator, request)).toBe(false);
  },
);

test.each([
  ['aws-cn', 'lambda:UpdateFunctionCode', graphql],
  ['aws-us-gov', 'lambda:UpdateFunctionCode', graphql],
  ['aws-cn', 'dynamodb:DeleteResourcePolicy', auditTable],
  ['aws-us-gov', 'iam:CreateRole', role('ops/gateway-operator')],
])('in the partition %s, an administrator may not %s', async (partition, action, resource) => {
  const there = (text: string) => text.replace('arn:aws:', `arn:${partition}:`);
  const administrator = organization.principal('administrator', resource);
  const request = { action, resource: there(resource), context: {} };
  expect(await isAllowed({ ...administrator, arn: there(administrator.arn) }, request)).toBe(false);
});

test.each([
  ['lambda:InvokeFunction', arn('lambda', 'function:shop')],
  ['lambda:GetFunctionConfiguration', graphql],
  ['iam:GetRole', role(`${stack}-${region}-graphql`)],
  ['iam:CreateRole', role('shop')],
  ['iam:CreateRole', role('stacksets-exec-shop')],
  ['dynamodb:PutItem', arn('dynamodb', 'table/shop')],
  ['dynamodb:Query', auditTable],
  ['events:DisableRule', arn('events', 'rule/shop')],
  ['s3:PutObject', 'arn:aws:s3:::shop/x.zip'],
  ['logs:PutLogEvents', arn('logs', `log-group:/aws/lambda/${stack}-graphql:log-stream:x`)],
  ['eks:DescribePodIdentityAssociation', arn('eks', 'podidentityassociation/apps-dev/a-1')],
])('other requests of an administrator are not affected: %s on %s', async (action, resource) => {
  expect(await isAllowed(organization.principal('administrator', resource), { action, resource })).toBe(true);
});
