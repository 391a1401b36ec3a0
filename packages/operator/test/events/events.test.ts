import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayEvent } from '../../../../src/events/event.ts';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { startAnsweringServer } from '../../../../test/support/answering-server.ts';
import {
  entriesOfOperations,
  eventIdsOf,
  openEventReceiver,
  webhookSecret,
} from '../../../../test/support/event-operations.ts';
import { auditEntryAt, now } from '../../../../test/support/ledger-samples.ts';
import { closeAtEnd } from '../../../../test/support/left-open.ts';
import { runOperator } from '../run-operator.ts';

let folder: string;
let file: string;
const entries = entriesOfOperations(120);
const hourMs = 3_600_000;
/** Of other days, so that a replay passes long times without entries. */
const others = [auditEntryAt(now - 200 * 24 * hourMs, { event: 'LOCKED', fence: null }), auditEntryAt(now + hourMs)];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'events-'));
  file = join(folder, 'ledger.sqlite');
  const ledger = makeSqliteLedger({ file });
  for (const entry of [...entries, ...others]) await ledger.appendEntry(entry);
  ledger.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const since = ['--since', '2026-01-01T00:00:00Z'];
const events = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runOperator(['events', ...args], { LEDGER_FILE: file, ...env });

test('a replay sends the events of a time in the order of their operations, from the trail', async () => {
  const receiver = await openEventReceiver();
  const env = { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: webhookSecret };
  const until = ['--until', '2026-11-25T00:00:00Z'];
  const all = eventIdsOf([...entries, ...others]);
  expect(await events(['replay', '--to', 'webhook', ...since, ...until], env)).toEqual({
    ...{ status: 0, stderr: '', stdout: `${all.length} events sent.\n` },
  });
  expect([[...receiver.received.keys()].sort(), receiver.problems]).toEqual([all, []]);
  await events(['replay', '--to', 'webhook', ...since, '--until', '2026-11-01T00:00:00Z'], env);
  expect(receiver.requests()).toBe(all.length + 1);
  expect(receiver.problems).toEqual([]);
});

test('a replay that fails says where to continue, and so loses nothing', async () => {
  let isFailing = true;
  const receiver = await openEventReceiver((count) => (isFailing && count > 40 ? 400 : 204));
  const env = { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: webhookSecret };
  const failed = await events(['replay', '--to', 'webhook', ...since], env);
  expect(failed.status).toBe(1);
  const [, time = ''] = /Continue with --since (\S+): events that were sent are repeated\./.exec(failed.stderr) ?? [];
  isFailing = false;
  expect(await events(['replay', '--to', 'webhook', '--since', time], env)).toMatchObject({ status: 0 });
  expect([[...receiver.received.keys()].sort(), receiver.problems]).toEqual([eventIdsOf([...entries, ...others]), []]);
});

test('a replay to EventBridge sends through the event bus of the setting', async () => {
  const buses = new Set<unknown>();
  const server = await startAnsweringServer((response, { body }) => {
    const { Entries } = JSON.parse(body) as { Entries: { EventBusName: string }[] };
    for (const { EventBusName } of Entries) buses.add(EventBusName);
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: 'x' })) }));
  });
  closeAtEnd(server.stop);
  const EVENT_BUS_ARN = 'arn:aws:events:eu-central-1:111122223333:event-bus/platform';
  const aws = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_ENDPOINT_URL_EVENTBRIDGE: server.endpoint };
  const { stdout } = await events(['replay', '--to', 'eventbridge', ...since], { EVENT_BUS_ARN, ...aws });
  expect(stdout).toBe(`${eventIdsOf([...entries, ...others]).length} events sent.\n`);
  expect([...buses]).toEqual([EVENT_BUS_ARN]);
});

test('tail prints the events since a time as lines or as JSON', async () => {
  const json = await events(['tail', '--once', '--json', ...since]);
  const printed = json.stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as GatewayEvent).id);
  expect(printed.sort()).toEqual(eventIdsOf([...entries, ...others]));
  const lines = (await events(['tail', '--once', ...since])).stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(printed.length);
  expect(lines.find((line) => line.includes('change.succeeded '))).toMatch(
    /^2026-11-24T\S+ {2}change\.succeeded {7}main_1\/shop\/cart\.v2 {2}by https:\/\/id\.example\.com\/#alice {2}\S+\.\S+$/,
  );
});

test.each([
  [['replay', '--to', 'webhook'], 'since'],
  [['replay', '--to', 'mail', ...since], '--to is "mail": give one of webhook, eventbridge.'],
  [['replay', '--to', 'webhook', ...since], 'Environment variables are not set: WEBHOOK_URL.'],
  [['replay', '--to', 'eventbridge', ...since], 'Environment variables are not set: EVENT_BUS_ARN.'],
  [['replay', '--to', 'webhook', '--since', '2999-01-01T00:00:00Z'], '--since must be before --until.'],
] as const)('%j is rejected, and says why', async (args, message) => {
  expect(await events(args)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) as string });
});

test.each([
  ['http://hooks.example/x', webhookSecret, 'WEBHOOK_URL is not a URL for events: set it to an https URL'],
  ['https://hooks.example/x', 'hunter2', 'WEBHOOK_SECRET is not valid. Give one or two secrets'],
])('the webhook %s with a secret like %s is refused, and the secret not shown', async (url, secret, message) => {
  const { status, stderr } = await events(['replay', '--to', 'webhook', ...since], {
    WEBHOOK_URL: url,
    WEBHOOK_SECRET: secret,
  });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
  expect(stderr).not.toContain(secret);
});
