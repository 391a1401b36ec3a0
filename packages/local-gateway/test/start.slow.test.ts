// Quick test: packages/local-gateway/test/http-api/http.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { makeDynamoDbLedger } from '../../../src/ledger/dynamodb/ledger.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../sqlite-ledger/src/ledger.ts';
import { loadSigningKey } from '../src/keys.ts';
import { mintToken, principals } from '../src/principals.ts';
import type { EksSimulator } from '../../eks-simulator/src/index.ts';
import { createDocument } from '../../../test/support/documents.ts';
import type { Payload } from '../../../test/support/documents.ts';
import { input, openSimulator } from '../../../test/support/gateway.ts';
import { dynamoDbClient, dynamoDbEndpoint } from '../../../test/support/ledgers.ts';
import type { Times } from '../../../src/idempotency/times.ts';
import { startServerProcess } from '../../../test/support/server-process.ts';
import type { ServerProcess } from '../../../test/support/server-process.ts';

const create = 'CreatePodIdentityAssociation';

let folder: string;
let servers: ServerProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-'));
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop('SIGKILL')));
  servers = [];
  rmSync(folder, { recursive: true });
});

async function start(env: Record<string, string> = {}, times: Partial<Times> | null = null): Promise<ServerProcess> {
  const server = await startServerProcess({ LOCAL_FOLDER: folder, ...env }, times);
  servers.push(server);
  return server;
}

async function token(): Promise<string> {
  const alice = principals.find(({ name }) => name === 'alice');
  if (!alice) throw new Error('The example principal alice is missing.');
  return mintToken(await loadSigningKey(folder), alice, { expiresInSeconds: 60 });
}

async function send({ url }: ServerProcess, fields: object = {}): Promise<Payload> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: createDocument, variables: { input: { ...input, ...fields } } }),
  });
  const { data } = (await response.json()) as { data: { create: Payload } };
  return data.create;
}

/** Asks again, as the answers say, until the request is done. */
async function sendUntilDone(server: ServerProcess): Promise<Payload> {
  for (let tries = 0; ; tries += 1) {
    const answer = await send(server);
    if (answer.status !== 'IN_PROGRESS' || tries === 600) return answer;
    await sleep(100);
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries === 1_200) throw new Error('The condition did not hold within a minute.');
    await sleep(50);
  }
}

describe('npm start', () => {
  test('keeps EKS and the ledger across a restart', async () => {
    const first = await start();
    const { association } = await send(first);
    expect(await first.stop()).toEqual([0, null]);
    const second = await start();
    expect(await send(second)).toMatchObject({ status: 'SUCCEEDED', replayed: true, association });
    const other = await send(second, { clientRequestToken: 'other' });
    expect(other.refusal).toMatchObject({
      code: 'ASSOCIATION_ALREADY_EXISTS',
      existing: { associationId: association?.associationId },
    });
  });

  test('refuses a create when EKS is unreachable', async () => {
    const simulator = await openSimulator();
    await simulator.close();
    const server = await start({ AWS_ENDPOINT_URL_EKS: simulator.url });
    expect(await send(server)).toMatchObject({
      status: 'REFUSED',
      refusal: { code: 'EKS_UNREACHABLE', retryable: true, exception: 'ECONNREFUSED' },
    });
  });

  test.each([
    ['PORT', 'http', 'PORT is "http": set it to a whole number from 0 to 65535, such as 4000.'],
    ['LEDGER', 'postgres', 'LEDGER is "postgres": set it to sqlite (a file on this machine) or dynamodb.'],
  ])('says what is wrong with %s', async (variable, value, message) => {
    await expect(start({ [variable]: value })).rejects.toThrow(message);
  });
});

const stores = [
  {
    name: 'SQLite',
    available: true,
    env: () => ({}),
    read: () => makeSqliteLedger({ file: join(folder, 'ledger.sqlite') }),
  },
  { name: 'DynamoDB', available: dynamoDbEndpoint !== undefined, env: dynamoDbEnv, read: dynamoDbLedger },
];

const tables = { idempotencyTable: `tokens-${process.pid}`, auditTable: `audit-${process.pid}` };

function dynamoDbEnv(): Record<string, string> {
  const { idempotencyTable: IDEMPOTENCY_TABLE, auditTable: AUDIT_TABLE } = tables;
  return { LEDGER: 'dynamodb', AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '', IDEMPOTENCY_TABLE, AUDIT_TABLE };
}

function dynamoDbLedger(): Ledger {
  // The region and credentials of the server: DynamoDB Local keeps tables apart by both.
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return makeDynamoDbLedger({ client: dynamoDbClient({ region: 'eu-central-1', credentials }), ...tables });
}

describe.each(stores.filter(({ available }) => available))('a server process on $name', ({ env, read, name }) => {
  let simulator: EksSimulator;
  let ledger: Ledger | undefined;

  beforeEach(async () => {
    simulator = await openSimulator();
  });

  afterEach(async () => {
    ledger?.close();
    ledger = undefined;
    await simulator.close();
    if (name !== 'DynamoDB') return;
    const client = dynamoDbClient({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    for (const TableName of Object.values(tables)) await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
  });

  const startHere = (more: Record<string, string> = {}) =>
    start(
      { ...env(), AWS_ENDPOINT_URL_EKS: simulator.url, RECONCILE_INTERVAL_MS: '600000', ...more },
      { leaseMs: 1_200 },
    );

  const eventsOf = async (operationId: string | null | undefined) => {
    ledger ??= read();
    return (await ledger.operationEntries(operationId ?? '')).map(({ event }) => event);
  };

  test('killed between EKS and finish: after a restart the same token gets the same association', async () => {
    const first = await startHere();
    simulator.control.addFault({ operation: create, kind: 'hang-after' });
    const lost = send(first).catch(() => null);
    await until(() => simulator.control.associations().length === 1);
    await first.stop('SIGKILL');
    expect(await lost).toBeNull();

    const answer = await sendUntilDone(await startHere());
    expect(answer).toMatchObject({
      status: 'SUCCEEDED',
      association: { associationId: simulator.control.associations()[0]?.associationId },
    });
    expect(simulator.control.requests(create)).toHaveLength(1);
    const events = await eventsOf(answer.association?.operationId);
    expect(events.filter((event) => event !== 'CONTENDED')).toEqual(['INTENT', 'TAKEN_OVER', 'SUCCEEDED']);
  });

  test('killed between EKS and finish without a retry: the reconciler completes the operation', async () => {
    const first = await startHere();
    simulator.control.addFault({ operation: create, kind: 'hang-after' });
    const lost = send(first).catch(() => null);
    await until(() => simulator.control.associations().length === 1);
    await first.stop('SIGKILL');
    await lost;

    await startHere({ RECONCILE_INTERVAL_MS: '200' });
    const operationId = simulator.control.associations()[0]?.tags['pod-identity-gateway/operation'];
    await until(async () => (await eventsOf(operationId)).includes('SUCCEEDED'));
    expect(await eventsOf(operationId)).toEqual(['INTENT', 'TAKEN_OVER', 'SUCCEEDED']);
    expect(simulator.control.requests(create)).toHaveLength(1);
  });

  test('stopped past its lease and superseded: woken up, it writes nothing and answers from the record', async () => {
    const [first, second] = await Promise.all([startHere(), startHere()]);
    simulator.control.addFault({ operation: create, kind: 'delay', delayMs: 500 });
    const answerOfFirst = send(first);
    await until(() => simulator.control.associations().length === 1);
    first.signal('SIGSTOP');

    const answerOfSecond = await sendUntilDone(second);
    expect(answerOfSecond).toMatchObject({ status: 'SUCCEEDED', auditEntry: { fence: 2 } });
    first.signal('SIGCONT');
    expect(await answerOfFirst).toMatchObject({
      status: 'SUCCEEDED',
      replayed: true,
      association: answerOfSecond.association,
      auditEntry: { event: 'LATE_SUCCESS', fence: 1 },
    });
    const events = await eventsOf(answerOfSecond.auditEntry.operationId);
    expect(events.filter((event) => event !== 'CONTENDED')).toEqual([
      'INTENT',
      'TAKEN_OVER',
      'SUCCEEDED',
      'LATE_SUCCESS',
    ]);
    expect(simulator.control.requests(create)).toHaveLength(1);
  });

  test('answers the requests in progress before it stops', async () => {
    const server = await startHere();
    simulator.control.addFault({ operation: create, kind: 'delay', delayMs: 700 });
    const answer = send(server);
    await until(() => simulator.control.associations().length === 1);
    const ended = server.stop('SIGTERM');
    expect(await answer).toMatchObject({ status: 'SUCCEEDED' });
    expect(await ended).toEqual([0, null]);
  });
});
