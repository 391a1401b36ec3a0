// No quick test: it needs a build or a package.
import { withRestoredTables } from '../../deploy/restored-tables.ts';
import { settingProblems } from '../../deploy/setting-problems.ts';
import { fullParams, paramArguments } from '../support/deployment.ts';
import { openService } from '../support/lambda-package.ts';
import type { Template } from '../support/lambda-package.ts';

const auditStreamArn = 'arn:aws:dynamodb:eu-central-1:222233334455:table/audit-restored/stream/2026-11-27T10:00:00.000';
const names = { idempotencyTableName: 'tokens-restored', auditTableName: 'audit-restored', auditStreamArn };
const arnOf = (name: string) => `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${name}`;

describe('a deployment that uses restored tables', () => {
  let template: Template;
  beforeAll(async () => {
    const service = await openService({ isOwn: true });
    ({ template } = await service.makePackage(['--stage', 'prod', ...paramArguments({ ...fullParams, ...names })]));
    await service.close();
  });

  const without = (kept: RegExp) =>
    JSON.stringify(Object.entries(template.Resources).filter(([logicalId]) => kept.test(logicalId)));

  test('refers to the tables of the stack nowhere', () => {
    const others = without(/^(?!(Idempotency|Audit)Table$)/);
    expect(others.match(/"(Ref|Fn::GetAtt)":\[?"(Idempotency|Audit)Table/g)).toBeNull();
    expect(others.match(/\$\{(Idempotency|Audit)Table/g)).toBeNull();
  });

  test('gives their names to the functions', () => {
    for (const logicalId of [
      'GraphqlLambdaFunction',
      'ReconcileLambdaFunction',
      'ScanLambdaFunction',
      'ExpireLambdaFunction',
      'DeliverLambdaFunction',
    ]) {
      expect(template.Resources[logicalId]?.Properties.Environment).toMatchObject({
        Variables: { IDEMPOTENCY_TABLE: 'tokens-restored', AUDIT_TABLE: 'audit-restored' },
      });
    }
  });

  test('allows the functions to use them and their indexes, and no other tables', () => {
    for (const logicalId of ['GraphqlRole', 'ReconcileRole', 'ScanRole', 'ExpireRole', 'DeliverRole', 'WebhookRole']) {
      const found = JSON.stringify(template.Resources[logicalId]).match(/[^"]*:table\/[^"]*/g) ?? [];
      const [tokens, audit] = [arnOf('tokens-restored'), arnOf('audit-restored')];
      const byLease = `${tokens}/index/byLease`;
      const indexes: Readonly<Record<string, readonly string[]>> = {
        GraphqlRole: [
          ...['byLease', 'byCluster', 'byRole', 'byTargetRole'].map((index) => `${tokens}/index/${index}`),
          `${audit}/index/*`,
        ],
        ReconcileRole: [byLease],
        ScanRole: [byLease, `${tokens}/index/byCluster`],
        ExpireRole: [byLease, `${tokens}/index/byCluster`],
      };
      const readsStream = /^(Deliver|Webhook)Role$/.test(logicalId);
      const tables = readsStream ? [audit, auditStreamArn] : [tokens, audit];
      expect(new Set(found)).toEqual(new Set([...tables, ...(indexes[logicalId] ?? [])]));
    }
  });

  test('reads the stream of the new table', () => {
    for (const logicalId of ['DeliverMapping', 'WebhookMapping']) {
      expect(template.Resources[logicalId]?.Properties.EventSourceArn).toBe(auditStreamArn);
    }
  });

  test('keeps the tables of the stack', () => {
    expect(template.Resources.AuditTable).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate' });
  });
});

test('without the parameters, the template stays as it is', () => {
  const resources = { One: { Properties: { Table: { Ref: 'AuditTable' } } } };
  expect(withRestoredTables(resources, { idempotencyTableName: '', auditTableName: '' })).toBe(resources);
});

test('replaces each form of a reference, and no reference to another attribute', () => {
  const Properties = {
    name: { Ref: 'AuditTable' },
    arn: { 'Fn::GetAtt': ['AuditTable', 'Arn'] },
    short: { 'Fn::GetAtt': 'AuditTable.Arn' },
    stream: { 'Fn::GetAtt': ['AuditTable', 'StreamArn'] },
    text: { 'Fn::Sub': '${AuditTable}, ${AuditTable.Arn}/index/*' },
    other: { 'Fn::Sub': ['${A}', { A: { Ref: 'OtherTable' } }] },
  };
  expect(withRestoredTables({ One: { Properties } }, names)).toEqual({
    One: {
      Properties: {
        name: 'audit-restored',
        arn: { 'Fn::Sub': arnOf('audit-restored') },
        short: { 'Fn::Sub': arnOf('audit-restored') },
        stream: { 'Fn::GetAtt': ['AuditTable', 'StreamArn'] },
        text: { 'Fn::Sub': `audit-restored, ${arnOf('audit-restored')}/index/*` },
        other: Properties.other,
      },
    },
  });
});

test('one restored table alone is rejected', () => {
  expect(settingProblems({ ...fullParams, auditTableName: 'audit-restored', auditStreamArn })).toMatchObject([
    { where: expect.stringContaining('IDEMPOTENCY_TABLE_NAME') as string },
  ]);
});

test.each(['', auditStreamArn.replace('restored/', 'other/')])(
  'a restored table with the stream %j is rejected',
  (stream) => {
    expect(settingProblems({ ...fullParams, ...names, auditStreamArn: stream })).toMatchObject([
      { where: expect.stringContaining('AUDIT_STREAM_ARN') as string },
    ]);
  },
);
