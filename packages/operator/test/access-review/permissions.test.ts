import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dynamoDbItems } from '../../../../src/ledger/dynamodb/items.ts';
import { storedAssociationReads } from '../../../../src/ledger/stored/association-reads.ts';
import { storedObservations } from '../../../../src/ledger/stored/observations.ts';
import { makeDynamoDbLedger } from '../../../../src/ledger/dynamodb/ledger.ts';
import { openGateway } from '../../../../test/support/gateway.ts';
import { openTables } from '../../../../test/support/ledgers.ts';
import { describeOnDynamoDb } from '../../../../test/support/on-dynamodb.ts';
import { copyOfShipped, forbidWhen, onCreate, shipped } from '../../../../test/support/policy-sample.ts';
import { openPolicyTable, publish, versionWith } from '../../../../test/support/policy-versions.ts';
import { openRecorder } from '../../../../test/support/recorded-dynamodb.ts';
import { allServicePolicies } from '../../../../test/support/service-control-policies.ts';
import { isAllowed } from '../../../../test/support/simulate.ts';
import type { PolicyDocument } from '../../../../test/support/simulate.ts';
import { makeDirectly, scanAll } from '../observed-fleet.ts';
import { runOperator } from '../run-operator.ts';

const accountId = '111122223333';
const arn = `arn:aws:dynamodb:eu-central-1:${accountId}:table/pod-identity-gateway-prod-`;
const values = {
  REGION: 'eu-central-1',
  'ACCOUNT-ID': accountId,
  STAGE: 'prod',
  'TABLE-KEY-ARN': `arn:aws:kms:eu-central-1:${accountId}:key/1`,
};
const page = readFileSync(join(import.meta.dirname, '../../../../docs/reading.md'), 'utf8');
const [, text = ''] = /```json\n([^]*?)```/.exec(page) ?? [];
const policy = JSON.parse(
  Object.entries(values).reduce((all, [name, value]) => all.replaceAll(name, value), text),
) as PolicyDocument;
const reviewer = {
  arn: `arn:aws:iam::${accountId}:role/reviewer`,
  policies: [policy],
  servicePolicies: allServicePolicies(),
};

describeOnDynamoDb('On the tables of a deployment', () => {
  let tables: Awaited<ReturnType<typeof openTables>>;
  let policies: Awaited<ReturnType<typeof openPolicyTable>>;
  let recorder: Awaited<ReturnType<typeof openRecorder>>;
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = copyOfShipped();
    [tables, policies] = await Promise.all([openTables(), openPolicyTable()]);
    const stores = { client: tables.client, ...tables.names };
    const observations = storedObservations(dynamoDbItems(stores));
    const ledger = { ...makeDynamoDbLedger(stores), ...observations, ...storedAssociationReads(dynamoDbItems(stores)) };
    const gateway = await openGateway({ ledger });
    await gateway.create();
    makeDirectly(gateway, 'search', 'indexer');
    await scanAll(gateway, observations);
    await gateway.close();
    const names: Readonly<Record<string, string>> = {
      [tables.names.idempotencyTable]: 'IdempotencyTable',
      [tables.names.auditTable]: 'AuditTable',
      [policies.table]: 'PolicyTable',
    };
    recorder = await openRecorder((table) => `${arn}${names[table]}`);
    env = {
      ...{ LEDGER: 'dynamodb', AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL_DYNAMODB: recorder.endpoint },
      ...{ IDEMPOTENCY_TABLE: tables.names.idempotencyTable, AUDIT_TABLE: tables.names.auditTable },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', POLICY_TABLE: policies.table },
    };
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await recorder.stop();
    await policies.close();
    await tables.close();
  });

  const impact = async (...words: readonly string[]) => runOperator(['policies', 'impact', folder, ...words], env);

  test('access-review and policies impact read what docs/reading.md permits, and nothing else', async () => {
    const review = await runOperator(['access-review', '--output', 'csv'], env);
    expect(review).toMatchObject({ status: 0, stderr: expect.not.stringContaining('never') });
    expect(review.stdout.match(/(OPERATION|OUTSIDE),.*,/g)).toEqual([
      expect.stringMatching(/^OPERATION,\w+,https:\/\/issuer.example#alice,/),
      expect.stringMatching(/^OUTSIDE,,,/),
    ]);
    const before = await impact('--since', '2020-01-01T00:00:00Z');
    expect(before).toMatchObject({ status: 0, stderr: expect.stringContaining('Nothing has been published') });

    const rule = forbidWhen('resource.namespace.name == "search"', onCreate);
    await publish(policies.store, 0, versionWith({ 'new.cedar': rule }));
    const inForce = await impact();
    expect(inForce.status).toBe(2);
    expect(inForce.stdout).toContain(
      'search/indexer (OUTSIDE) for a member of search-team: denied by condition; now allowed by owners-create',
    );
    expect((await impact('--against', shipped)).status).toBe(0);

    const requests = recorder.requests();
    expect(new Set(requests.map(({ action }) => action))).toEqual(
      new Set(['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query']),
    );
    for (const request of requests) expect([request, await isAllowed(reviewer, request)]).toEqual([request, true]);
  });

  test.each([
    ['dynamodb:BatchGetItem', 'IdempotencyTable', { 'dynamodb:LeadingKeys': ['0'.repeat(64)] }],
    ['dynamodb:GetItem', 'IdempotencyTable', { 'dynamodb:LeadingKeys': ['locks'] }],
    ['dynamodb:PutItem', 'AuditTable', { 'dynamodb:LeadingKeys': ['lock-1'] }],
    ['dynamodb:PutItem', 'PolicyTable', {}],
  ])('the policy does not permit %s on the %s with %j', async (action, table, context) => {
    expect(await isAllowed(reviewer, { action, resource: `${arn}${table}`, context })).toBe(false);
  });
});
