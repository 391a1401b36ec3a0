import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { deliver } from '../../src/events/deliver.ts';
import type { EventTarget } from '../../src/events/deliver.ts';
import { makeEventBus } from '../../src/events/event-bridge.ts';
import type { GatewayEvent } from '../../src/events/event.ts';
import { makeWebhook, parseSecrets, signaturesOf, webhookUrlProblem } from '../../src/events/webhook.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { SeenRequest } from '../support/answering-server.ts';
import { startAnsweringServer } from '../support/answering-server.ts';
import { association, auditEntry, request } from '../support/ledger-samples.ts';
import { openSqlite } from '../support/ledgers.ts';
import { closeAtEnd } from '../support/left-open.ts';

const noWait = { clock: Date.now, sleep: () => Promise.resolve() };
const deadline = () => Date.now() + 60_000;
// The first is that of the example in the specification.
// cspell:disable-next-line
const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', `whsec_${Buffer.alloc(32, 7).toString('base64')}`];

let ledger: Awaited<ReturnType<typeof openSqlite>>['ledger'];
let close: () => Promise<void>;
beforeEach(async () => {
  ({ ledger, close } = await openSqlite());
});
afterEach(() => close());

async function delivered(target: EventTarget, entries: readonly AuditEntry[], denialShare = 1) {
  for (const entry of entries) await ledger.appendEntry(entry);
  const logged: object[] = [];
  const log = (level: string, message: string, fields: object) => void logged.push({ level, message, ...fields });
  return { ...(await deliver({ ledger, target, denialShare, log }, entries, deadline())), logged };
}

/** A receiver that answers each event with a status. */
async function openReceiver(statusOf: (event: GatewayEvent, count: number) => number) {
  const server = await startAnsweringServer((response, { body }) => {
    const status = statusOf(JSON.parse(body) as GatewayEvent, server.seen.length);
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('body');
  });
  closeAtEnd(server.stop);
  const url = `${server.endpoint}/hooks`;
  const target = makeWebhook({ url, secrets: () => Promise.resolve(secrets), ...noWait });
  return { target, seen: server.seen, ids: () => server.seen.map(({ headers }) => headers['webhook-id']) };
}

const one = (fields: Parameters<typeof auditEntry>[0] = {}) => auditEntry({ event: 'SUCCEEDED', ...fields });

describe('webhook', () => {
  test('an event is signed by every secret over id, time and body, as Standard Webhooks says', async () => {
    const { target, seen } = await openReceiver(() => 204);
    const entry = one();
    expect(await delivered(target, [entry])).toMatchObject({ sent: 1, failedAt: null });
    expect(seen).toHaveLength(1);
    const [{ method, path, headers, body }] = seen as [SeenRequest];
    expect([method, path, headers['content-type']]).toEqual(['POST', '/hooks', 'application/json']);
    expect(headers['webhook-id']).toBe(entry.entryId);
    const signatures = signaturesOf(secrets, entry.entryId, Number(headers['webhook-timestamp']), body);
    expect(headers['webhook-signature']).toBe(signatures);
    expect(signatures.split(' ')).toHaveLength(2);
    expect(JSON.parse(body)).toMatchObject({ type: 'change.succeeded', predecessorId: null });
  });

  test('the signature is that of the example in the specification', () => {
    const body = '{"test": 2432232314}';
    const signature = signaturesOf(secrets.slice(0, 1), 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, body);
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('events of an operation arrive one after the other, and none after one that failed', async () => {
    const operationId = '01KC0000000000000000000000';
    const entries = [
      one({ operationId, event: 'UNKNOWN', fence: 1 }),
      one(),
      one({ operationId, event: 'RELEASED', fence: 2 }),
      one({ operationId, event: 'LATE_SUCCESS', fence: 1 }),
    ];
    const { target, ids } = await openReceiver(({ type }) => (type === 'change.released' ? 400 : 200));
    const { sent, failedAt, logged } = await delivered(target, entries);
    expect({ sent, failedAt }).toEqual({ sent: 2, failedAt: 2 });
    expect(ids().filter((id) => id !== entries[1]?.entryId)).toEqual([entries[0]?.entryId, entries[2]?.entryId]);
    expect(logged).toEqual([
      expect.objectContaining({ message: 'An event could not be sent.', reason: 'The webhook answered 400.' }),
    ]);
  });

  test.each([500, 503, 429, 408])('an answer %i is tried again, twice', async (status) => {
    const failing = await openReceiver(() => status);
    expect(await delivered(failing.target, [one()])).toMatchObject({ sent: 0, failedAt: 0 });
    expect(failing.seen).toHaveLength(3);
    const { target, seen } = await openReceiver((_, count) => (count < 3 ? status : 200));
    expect(await delivered(target, [one()])).toMatchObject({ sent: 1, failedAt: null });
    expect(new Set(seen.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(seen).toHaveLength(3);
  });

  test.each([302, 400, 401, 410])('an answer %i is a failure at once; no redirect is followed', async (status) => {
    const { target, seen } = await openReceiver(() => status);
    expect(await delivered(target, [one()])).toMatchObject({ sent: 0, failedAt: 0 });
    expect(seen.map(({ path }) => path)).toEqual(['/hooks']);
  });

  test('without time left, nothing is sent and the first event is the first that failed', async () => {
    const { target, seen } = await openReceiver(() => 200);
    const entry = one();
    await ledger.appendEntry(entry);
    const log = () => undefined;
    const result = await deliver({ ledger, target, denialShare: 1, log }, [entry], Date.now() + 1_000);
    expect([result, seen]).toEqual([{ sent: 0, failedAt: 0, failed: new Set([0]) }, []]);
  });

  test('secrets that cannot be read fail the events, and are not logged', async () => {
    const target = makeWebhook({
      url: 'http://127.0.0.1:1',
      secrets: () => Promise.reject(new Error('denied')),
      ...noWait,
    });
    expect(await delivered(target, [one()])).toMatchObject({ sent: 0, failedAt: 0 });
    expect(() => parseSecrets('whsec_short')).toThrow(/^Give one or two secrets, separated by a space: whsec_ and/);
    expect(parseSecrets(` ${secrets.join('\n')} `)).toEqual(secrets);
  });

  test.each([
    ['https://hooks.example/x', true],
    ['http://127.0.0.1:8080/x', true],
    ['http://[::1]/x', true],
    ['http://hooks.example/x', false],
    ['http://127.0.0.1.hooks.example/', false],
    ['https://user:secret@hooks.example', false],
    ['ftp://hooks.example', false],
    ['hooks.example', false],
  ])('the URL %s is accepted: %s', (url, isAccepted) => {
    expect(webhookUrlProblem(url) === null).toBe(isAccepted);
  });
});

describe('EventBridge', () => {
  async function openBus(answer: (entries: { DetailType: string }[], request: number) => object[]) {
    const server = await startAnsweringServer((response, { body }) => {
      const { Entries } = JSON.parse(body) as { Entries: { DetailType: string }[] };
      const answers = answer(Entries, server.seen.length);
      const isFailed = (one: object) => 'ErrorCode' in one;
      response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ FailedEntryCount: answers.filter(isFailed).length, Entries: answers }));
    });
    closeAtEnd(server.stop);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new EventBridgeClient({ region: 'eu-central-1', endpoint: server.endpoint, credentials });
    const target = makeEventBus({ client, bus: 'events', ...noWait });
    const requests = () => server.seen.map(({ body }) => (JSON.parse(body) as { Entries: object[] }).Entries);
    return { target, seen: server.seen, requests };
  }

  const accepted = { EventId: '11111111-2222-3333-4444-555555555555' };
  const throttled = { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' };

  test('ten events are a request, with their time, type and association', async () => {
    const { target, seen, requests } = await openBus((entries) => entries.map(() => accepted));
    const entries = Array.from({ length: 23 }, () =>
      one({ associationArn: 'arn:aws:eks:x:1:podidentityassociation/c/a-1' }),
    );
    expect(await delivered(target, entries)).toMatchObject({ sent: 23, failedAt: null });
    expect(requests().map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(seen[0]?.headers['x-amz-target']).toBe('AWSEvents.PutEvents');
    expect(requests()[0]?.[0]).toMatchObject({
      ...{ EventBusName: 'events', Source: 'pod-identity-gateway', DetailType: 'Pod Identity Change Succeeded' },
      Resources: ['arn:aws:eks:x:1:podidentityassociation/c/a-1'],
      Time: Date.parse(entries[0]?.time ?? '') / 1_000,
    });
  });

  test('the events of a request have at most 256 KB together', async () => {
    const { target, requests } = await openBus((entries) => entries.map(() => accepted));
    const arn = '€'.repeat(2_048);
    const long = { before: association({ roleArn: arn }), request: request({ roleArn: arn, targetRoleArn: arn }) };
    const entries = Array.from({ length: 16 }, () => one({ ...long, associationArn: arn }));
    expect(await delivered(target, entries)).toMatchObject({ sent: 16, failedAt: null });
    // An event has 31 KB, with its association once more beside it.
    expect(requests().map(({ length }) => length)).toEqual([8, 8]);
  });

  test('only the events that EventBridge did not accept are sent again', async () => {
    const { target, requests } = await openBus((entries, request) =>
      entries.map((_, index) => (request === 1 && index % 2 === 1 ? throttled : accepted)),
    );
    const entries = [one(), one(), one(), one()];
    expect(await delivered(target, entries)).toMatchObject({ sent: 4, failedAt: null });
    const detailOf = (event: object) => (JSON.parse((event as { Detail: string }).Detail) as GatewayEvent).entryId;
    expect(requests()[1]?.map(detailOf)).toEqual([entries[1]?.entryId, entries[3]?.entryId]);
  });

  test('an event that EventBridge never accepts is the first that failed', async () => {
    const { target, requests } = await openBus((entries) =>
      entries.map(({ DetailType }) => (DetailType.endsWith('Released') ? throttled : accepted)),
    );
    const result = await delivered(target, [one(), one({ event: 'RELEASED' }), one()]);
    expect(result).toMatchObject({ sent: 2, failedAt: 1 });
    expect(result.logged).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('ThrottlingException') }),
    ]);
    expect(requests()).toHaveLength(4);
  });
});
