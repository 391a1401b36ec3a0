// No quick test: it needs a build or a package.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeleteItemCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { isReadAtStart } from '../../deploy/start-budgets.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import { audience, issuer } from '../../packages/local-gateway/src/principals.ts';
import { policyTableDefinition } from '../../packages/local-gateway/src/policy-table.ts';
import { createTable, createTables } from '../../src/ledger/dynamodb/tables.ts';
import { makeDynamoDbStore } from '../../src/policy-versions/dynamodb-store.ts';
import { policiesKey } from '../../src/policy-versions/item.ts';
import type { EksSimulator } from '#eks-simulator';
import { rejectCodeCache } from '../support/code-cache.ts';
import { createDocument } from '../support/documents.ts';
import type { Payload } from '../support/documents.ts';
import { extractedMetrics } from '../support/embedded-metrics.ts';
import { input, openSimulator, roleArn } from '../support/gateway.ts';
import { dynamoDbClient, dynamoDbEndpoint } from '../support/ledgers.ts';
import { iamEvent, jwtEvent } from '../support/lambda-event.ts';
import { functionCredentials, runFunction } from './lambda-runtime-api.ts';
import type { RunningFunction } from './lambda-runtime-api.ts';
import { onCreate } from '../support/policy-sample.ts';
import { publish, versionWith } from '../support/policy-versions.ts';
import { describeUnless } from '../support/requires.ts';
import { copyBuild } from '../support/lambda-package.ts';
import { hasRuntimeClient, installRuntimeClient } from '../support/lambda-runtime-client.ts';

// A cold start takes about 250 ms on an idle machine.
const root = join(import.meta.dirname, '..', '..');
const missing = [
  ...(hasRuntimeClient() ? [] : ['run `npm run runtime-client` first']),
  ...(dynamoDbEndpoint === undefined ? ['DynamoDB Local is not available'] : []),
];
describeUnless(missing.length === 0 ? null : missing.join(', '))("The bundle in Lambda's runtime client", () => {
  const taskRoot = mkdtempSync(join(tmpdir(), 'bundle-'));
  let simulator: EksSimulator;
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  // The region and credentials of the functions, because DynamoDB Local separates tables by region and access key.
  const client = dynamoDbClient({ region: 'eu-central-1', credentials: functionCredentials });
  const ledger = makeDynamoDbLedger({ client, ...names });
  let graphql: RunningFunction;
  let reconcile: RunningFunction;
  let scan: RunningFunction;

  beforeAll(async () => {
    await installRuntimeClient();
    [simulator] = await Promise.all([openSimulator(), createTables(client, names), copyBuild(taskRoot)]);
    [graphql, reconcile, scan] = await Promise.all([
      runFunction({ taskRoot, handler: 'dist/graphql.handler', timeout: 29, environment: environment() }),
      runFunction({ taskRoot, handler: 'dist/reconcile.handler', timeout: 60, environment: environment() }),
      runFunction({ taskRoot, handler: 'dist/scan.handler', timeout: 120, environment: environment() }),
    ]);
  });

  afterAll(async () => {
    await Promise.all([graphql.stop(), reconcile.stop(), scan.stop()]);
    for (const TableName of Object.values(names)) await client.send(new DeleteTableCommand({ TableName }));
    await simulator.close();
    ledger.close();
    rmSync(taskRoot, { recursive: true });
  });

  const environment = () => ({
    HOME_ACCOUNT_ID: '111122223333',
    API_ID: 'local',
    API_STAGE: '$default',
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    IDEMPOTENCY_TABLE: names.idempotencyTable,
    AUDIT_TABLE: names.auditTable,
    METRICS_NAMESPACE: 'gateway/test',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '',
    AWS_ENDPOINT_URL_EKS: simulator.url,
  });

  const send = async <T>(event: APIGatewayProxyEventV2): Promise<T> => {
    const outcome = await graphql.invoke(event);
    if (outcome.kind === 'failed') throw new Error(JSON.stringify(outcome.error));
    const { statusCode, body } = outcome.value as { statusCode: number; body: string };
    const { data, errors } = JSON.parse(body) as { data: T | null; errors?: unknown };
    if (statusCode !== 200 || !data || errors) throw new Error(`${statusCode} ${body}`);
    return data;
  };
  const create = async (fields: object = {}) => {
    const variables = { input: { ...input, ...fields } };
    return (await send<{ create: Payload }>(await jwtEvent('alice', createDocument, variables))).create;
  };
  const createCalls = () => simulator.control.requests('CreatePodIdentityAssociation').length;
  const events = async (operationId: string) =>
    (await ledger.operationEntries(operationId)).map(({ event }) => event).join(' ');

  it('authenticates the principal of a token', async () => {
    const { viewer } = await send<{ viewer: unknown }>(await jwtEvent('alice', '{ viewer { id kind groups } }'));
    expect(viewer).toEqual({
      id: 'https://issuer.example#alice',
      kind: 'USER',
      groups: ['payments-team', 'scope:pod-identity-gateway/use'],
    });
  });

  it('authenticates the role that signed the request', async () => {
    const { viewer } = await send<{ viewer: unknown }>(await iamEvent('{ viewer { id kind groups sessionName } }'));
    const id = 'iam:111122223333:role/ci-deployer';
    expect(viewer).toEqual({ id, kind: 'SERVICE', groups: ['payments-team'], sessionName: 'build-7' });
  });

  it('starts without modules of Node.js that only some requests need', async () => {
    const needless = '/^NativeModule (zlib|perf_hooks|internal.navigator|internal.crypto.webcrypto)$/';
    const program = `await import('./dist/graphql.mjs');
      process.stderr.write(process.moduleLoadList.filter((name) => ${needless}.test(name)).join());
      process.exit();`;
    const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = functionCredentials;
    const env = { ...environment(), AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
    const files = { POLICIES_DIRECTORY: 'dist/policies' };
    const args = ['--input-type=module', '--eval', program];
    const run = promisify(execFile)(process.execPath, args, { cwd: taskRoot, env: { ...env, ...files } });
    expect((await run).stderr).toBe('');
  });

  it('creates an association once per token', async () => {
    const first = await create();
    expect(first).toMatchObject({ status: 'SUCCEEDED', replayed: false });
    const again = await create();
    expect(again).toMatchObject({ status: 'SUCCEEDED', replayed: true, association: first.association });
    expect(createCalls()).toBe(1);
    expect(await events(first.auditEntry.operationId)).toBe('INTENT SUCCEEDED REPLAYED');
  });

  it('enforces the policies of the package', async () => {
    const denied = await create({
      namespace: 'search',
      roleArn: roleArn('search/search-api'),
      clientRequestToken: 'x',
    });
    expect(denied).toMatchObject({ status: 'REFUSED', refusal: { code: 'POLICY_DENIED' } });
  });

  it('reads no association from EKS for a principal who may view none in the cluster', async () => {
    const describes = () => simulator.control.requests('DescribePodIdentityAssociation').length;
    const { association } = await create({ serviceAccount: 'viewed', clientRequestToken: 'viewed' });
    const variables = { id: association?.associationId };
    const query = 'query ($id: String!) { podIdentityAssociation(clusterName: "apps-dev", associationId: $id) { id } }';
    const before = describes();
    const asCarol = await jwtEvent('carol', query, variables);
    expect(await send(asCarol)).toEqual({ podIdentityAssociation: null });
    expect(describes()).toBe(before);
    await send(await jwtEvent('alice', query, variables));
    expect(describes()).toBe(before + 1);
  });

  it('completes by the reconciler an operation whose EKS response is lost', async () => {
    simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
    const worker = { serviceAccount: 'worker', roleArn: roleArn('payments/payments-worker') };
    const lost = await create({ ...worker, clientRequestToken: 'lost' });
    expect(lost.status).toBe('IN_PROGRESS');

    const reconciled = await reconcile.invoke({ 'detail-type': 'Scheduled Event', source: 'aws.events' });
    expect(reconciled).toMatchObject({ kind: 'answered', value: { closed: 1, open: 0, superseded: 0, failed: 0 } });
    expect(await events(lost.auditEntry.operationId)).toBe('INTENT UNKNOWN TAKEN_OVER SUCCEEDED');
  });

  it('scans both clusters, and tells an association made outside from those of the gateway', async () => {
    const foreign = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'foreign' };
    simulator.control.createAssociation({ ...foreign, roleArn: roleArn('payments/payments-api') });
    const scanned = await scan.invoke({ 'detail-type': 'Scheduled Event', source: 'aws.events' });
    expect(scanned).toMatchObject({ kind: 'answered', value: { complete: 2, unreadable: 0, outside: 1 } });
  });

  it('writes metrics into the lines of both functions, as CloudWatch reads them', async () => {
    await reconcile.invoke({ 'detail-type': 'Scheduled Event', source: 'aws.events' });
    const [ofGraphql, ofReconcile] = [graphql, reconcile].map((one) => one.log().flatMap(extractedMetrics));
    const namespace = 'gateway/test';
    expect(ofGraphql).toContainEqual({ namespace, name: 'requests', value: 1, dimensions: { outcome: 'REPLAYED' } });
    const names = ofReconcile?.map(({ name }) => name);
    expect(names).toContain('dynamoDbSlowestMs');
    // A run that finds nothing has no counts.
    expect(names).not.toContain('oldestOpenSeconds');
  });

  it('logs one JSON object per line, with the request ID of API Gateway', async () => {
    const event = await jwtEvent('alice', '{ viewer { id } }');
    await send(event);
    const apiRequestId = event.requestContext.requestId;
    const lines = graphql.log().map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter((line) => line.apiRequestId === apiRequestId)).toEqual([
      expect.objectContaining({ level: 'info', principalId: 'https://issuer.example#alice' }),
    ]);
  });

  /** The lines about code that V8 had to compile, although the package has a cache of it. */
  const rejections = (lines: readonly string[]) =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ rejected }) => rejected !== undefined);

  it('uses its code cache, and so logs no rejection', async () => {
    await send(await jwtEvent('alice', '{ viewer { id } }'));
    expect(rejections(graphql.log())).toEqual([]);
  });

  it('answers without a code cache that another version of V8 made, and counts it once, with its Node.js and architecture', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'bundle-'));
    cpSync(join(taskRoot, 'dist'), join(copy, 'dist'), { recursive: true });
    rejectCodeCache(join(copy, 'dist'));
    const started = { taskRoot: copy, handler: 'dist/graphql.handler', timeout: 29, environment: environment() };
    const slower = await runFunction(started);
    const outcome = await slower.invoke(await jwtEvent('alice', '{ viewer { id } }'));
    const lines = slower.log();
    await slower.stop();
    rmSync(copy, { recursive: true });
    expect(outcome).toMatchObject({ kind: 'answered', value: { statusCode: 200 } });
    const message = 'Code caches rejected.';
    const { version: nodeVersion, arch: architecture } = process;
    const rejected = ['graphql.cjs.cache', 'cedar-native.bin'];
    const reason = expect.stringMatching(/^cedar-native\.bin is not used: it was made by Node\.js v23/) as string;
    expect(rejections(lines)).toMatchObject([{ level: 'warn', message, rejected, reason, nodeVersion, architecture }]);
    const metrics = lines.flatMap(extractedMetrics).filter(({ name }) => name === 'rejectedCodeCaches');
    expect(metrics).toEqual([{ namespace: 'gateway/test', name: 'rejectedCodeCaches', value: 1, dimensions: {} }]);
  });

  it('reads at a start only files that the budgets of the build count', async () => {
    const NODE_OPTIONS = `--require ${join(root, 'test', 'lambda', 'record-reads.cjs')}`;
    const settings = { ...environment(), NODE_OPTIONS };
    const reading = await runFunction({
      taskRoot,
      handler: 'dist/graphql.handler',
      timeout: 29,
      environment: settings,
    });
    await reading.invoke(await jwtEvent('alice', '{ viewer { id } }'));
    const dist = join(taskRoot, 'dist/');
    const read = reading.log().flatMap((line) => (JSON.parse(line) as { read?: string }).read ?? []);
    await reading.stop();
    const ofPackage = read.filter((file) => file.startsWith(dist)).map((file) => file.slice(dist.length));
    expect(ofPackage).toEqual(expect.arrayContaining(['graphql.cjs', 'graphql.cjs.cache', 'policies/inventory.json']));
    expect(ofPackage.filter((file) => !isReadAtStart(file))).toEqual([]);
  });

  it('compiles the policy version in force, from which another function starts without its text', async () => {
    const policies = `policies-${randomUUID()}`;
    const compiled = `compiled-${randomUUID()}`;
    await Promise.all([policies, compiled].map((table) => createTable(client, policyTableDefinition(table))));
    const tables = { POLICY_SOURCE: 'table', POLICY_TABLE: policies, COMPILED_POLICY_TABLE: compiled };
    const settings = { taskRoot, timeout: 60, environment: { ...environment(), ...tables } };
    const frozen = versionWith({ 'freeze.cedar': `@id("freeze") @message("m") @advice("a") ${onCreate};` });
    const { versionHash } = await publish(makeDynamoDbStore(client, policies), 0, frozen);

    const compile = await runFunction({ ...settings, handler: 'dist/compile.handler' });
    const runs = [await compile.invoke({}), await compile.invoke({})];
    await compile.stop();
    expect(runs).toMatchObject([
      { kind: 'answered', value: { policyVersion: 0, compiledBytes: expect.any(Number) as number } },
      { kind: 'answered', value: { policyVersion: 0, compiledBytes: null } },
    ]);
    // Without its text, a function that had to compile the version could not use it.
    await client.send(new DeleteItemCommand({ TableName: policies, Key: marshall(policiesKey(versionHash)) }));
    const started = await runFunction({ ...settings, handler: 'dist/graphql.handler' });
    const outcome = await started.invoke(await jwtEvent('alice', createDocument, { input }));
    const log = started.log().join('\n');
    await started.stop();
    await Promise.all([policies, compiled].map((TableName) => client.send(new DeleteTableCommand({ TableName }))));
    expect(outcome).toMatchObject({ value: { body: expect.stringContaining('"policyId":"freeze"') as string } });
    expect(log).not.toMatch(/"level":"(warn|error)"/);
  });

  it('fails to start without a required setting, and names it', async () => {
    const { IDEMPOTENCY_TABLE: _, ...rest } = environment();
    const broken = await runFunction({ taskRoot, handler: 'dist/reconcile.handler', timeout: 60, environment: rest });
    const outcome = await broken.invoke({});
    await broken.stop();
    expect(outcome).toMatchObject({
      kind: 'failed',
      error: { errorMessage: expect.stringContaining('IDEMPOTENCY_TABLE') },
    });
  });
});
