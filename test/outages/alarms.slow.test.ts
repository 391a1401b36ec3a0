// Quick test: test/outages/reconciler.test.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDeliverHandler } from '../../src/app/deliver-handler.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { makeClockCheck } from '../../src/runtime/clock-check.ts';
import type { Log } from '../../src/runtime/log.ts';
import { home, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openStack, realReconciliation, realRequests, rejected } from './outage.ts';
import type { Request } from './outage.ts';

let ledger: Ledger;
let gateway: Gateway;
/** What the gateway does every minute when nothing is wrong. */
let reconciler: object;
let query: Request;
let created: Request;

const viewer = () => gateway.send('{ viewer { id } }');
let creates = 0;
const create = (fields: object = {}) => {
  creates += 1;
  const own = { serviceAccount: `app-${creates}`, clientRequestToken: `token-${creates}` };
  return gateway.create({ ...own, ...fields }).then(() => ({ status: 200 }));
};
const one = async (send: () => Promise<{ status: number }>) => {
  // Days are played without a pause, in which the gateway ends idle connections: the client learns it now.
  await sleep(20);
  const [request] = await realRequests(gateway, [send]);
  if (!request) throw new Error('No request was sent.');
  return request;
};

beforeAll(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger });
  reconciler = await realReconciliation(gateway);
  query = await one(viewer);
  created = await one(create);
});

afterAll(async () => {
  await gateway.close();
  ledger.close();
});

/** A stack that has been busy for an hour, with no alarm. */
function busyStack() {
  const stack = openStack();
  stack.play(20, { reconciler, requests: [query, created] });
  expect(stack.play(40, { reconciler, requests: [query, created] })).toEqual({});
  return stack;
}

/** A stack that has had one change in ten minutes for an hour. */
function quietStack() {
  const stack = openStack();
  stack.play(20, { reconciler });
  expect(stack.play(60, { reconciler, requests: [created], every: 10 })).toEqual({});
  return stack;
}

test('a new stack raises only the alarms on the silence of the scheduled functions, until their first runs', () => {
  const stack = openStack();
  expect(stack.play(1, {})).toEqual({
    CheckpointSilentAlarm: 1,
    ...{ ExpireSilentAlarm: 1, ReconcileSilentAlarm: 1, ScanSilentAlarm: 1, WatchSilentAlarm: 1 },
  });
  stack.play(2, { reconciler });
  expect(stack.ringing()).toEqual([]);
  expect(stack.play(24 * 60, { reconciler })).toEqual({});
});

test('GATEWAY_ACCESS_DENIED in one account among many, with status 200, rings at once', async () => {
  gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'access-denied' });
  const denied = await one(create);
  expect(denied.status).toBe(200);
  const stack = busyStack();
  const usual = { reconciler, requests: [query, created, created, created] };
  expect(stack.play(60, usual, { requests: [denied], every: 30 })).toEqual({ GatewayAccessDeniedAlarm: 1 });
});

test.each([
  ['EKS throttles', 'throttle'],
  ['the answers of EKS are lost', 'cut-after'],
] as const)(
  'with few changes, an hour in which every change fails rings, without a 5xx status: %s',
  async (_, kind) => {
    gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind });
    const failed = await one(create);
    expect(failed.status).toBe(200);
    const { FailingChangesAlarm: after } = quietStack().play(120, { reconciler, requests: [failed], every: 10 });
    expect(after).toBeLessThanOrEqual(60);
  },
);

test('no traffic where there was some rings two hours after the last request, and an idle night does not', () => {
  const stack = openStack();
  stack.play(20, { reconciler });
  expect(stack.play(24 * 60, { reconciler, requests: [query], every: 20 })).toEqual({});
  const { NoTrafficAlarm: after, ...others } = stack.play(6 * 60, { reconciler });
  expect(others).toEqual({});
  // The last request was up to 20 minutes before.
  expect(after).toBeGreaterThanOrEqual(100);
  expect(after).toBeLessThanOrEqual(131);

  const daily = openStack();
  daily.play(20, { reconciler });
  for (let day = 0; day < 3; day += 1) {
    expect(daily.play(10 * 60, { reconciler, requests: [query], every: 5 })).toEqual({});
    expect(daily.play(14 * 60, { reconciler })).toEqual({});
  }
});

test('a wrong inventory, with which every change is denied, rings also with few changes', async () => {
  const denied = await one(() => create({ namespace: 'search', roleArn: roleArn('search/search-api') }));
  expect(quietStack().play(60, { reconciler, requests: [denied] })).toEqual({ DenialsAlarm: 10 });
  expect(busyStack().play(60, { reconciler, requests: [created, query, denied] })).toEqual({});
});

test('clients above the rate of the API ring, also where API Gateway logs only some of the requests that it rejects', () => {
  const stack = busyStack();
  const flood = {
    reconciler,
    requests: [query, query, query, query, ...Array.from({ length: 3 }, () => rejected(429))],
  };
  expect(stack.play(30, flood)).toEqual({ ThrottledRequestsAlarm: expect.any(Number) as number });
});

test('one client with an expired token, and one 5xx in a thousand, ring nobody', () => {
  const stack = busyStack();
  const busy = { reconciler, requests: Array.from({ length: 40 }, () => query) };
  stack.play(10, busy);
  expect(stack.play(60, busy, { requests: [rejected(401)] }, { requests: [rejected(500)], every: 25 })).toEqual({});
});

test('the adoption of what appeared after the first scan of its cluster rings at once, one of what was there before does not', async () => {
  const { control } = gateway.simulator;
  const place = { clusterName: 'apps-dev', namespace: 'payments', roleArn: roleArn('payments/payments-api') };
  const adopt = (serviceAccount: string) => {
    const { associationId } = control.createAssociation({ ...place, serviceAccount });
    gateway.clock.skip(11_000);
    return one(() => gateway.adopt({ associationId }).then(() => ({ status: 200 })));
  };
  const early = await adopt('early');
  const at = gateway.clock.now();
  const scan = {
    fence: 1,
    leaseUntil: at,
    startedAt: at,
    endedAt: at,
    completedAt: at,
    firstCompletedAt: at,
    incompleteSince: null,
  };
  await (ledger as Ledger & ObservationStore).putClusterScan(0, {
    ...{ ...scan, cluster: { ...home, clusterName: 'apps-dev' }, failure: null },
  });
  gateway.clock.skip(11_000);
  const late = await adopt('late');
  const usual = { reconciler, requests: [query, created] };
  expect(busyStack().play(10, usual, { requests: [early], every: 5 })).toEqual({});
  expect(busyStack().play(10, usual, { requests: [late], every: 10 })).toEqual({ LateAdoptionAlarm: 1 });
});

test('an invocation of the function without its alias rings, with traffic of the API beside it', () => {
  const invocation = {
    namespace: 'AWS/Lambda',
    name: 'Invocations',
    dimensions: { FunctionName: 'GraphqlLambdaFunction' },
  };
  const usual = { reconciler, requests: [query, created] };
  expect(busyStack().play(1, usual, { metrics: [{ ...invocation, value: 1 }] })).toEqual({ DirectInvocationsAlarm: 1 });
});

/** What the deliver function writes for a record of the stream. */
async function linesOf(eventName: 'MODIFY' | 'REMOVE'): Promise<object[]> {
  const lines: object[] = [];
  const handler = makeDeliverHandler({
    ...{ ledger, target: null, denialShare: 1, clock: Date.now, findDisabled: () => Promise.resolve([]) },
    log: (level, message, fields) => void lines.push({ level, message, fields }),
  });
  const Keys = { operationId: { S: '01KC0000000000000000000000' }, entryId: { S: '01KC0000000000000000000001' } };
  const Records = [{ eventName, dynamodb: { Keys, SequenceNumber: '1' } }];
  await handler({ Records }, { getRemainingTimeInMillis: () => 60_000 });
  return lines;
}

test('a function whose clock is wrong rings within a minute, for as long as it is, and one within the clock error does not', () => {
  const linesWith = (aheadMs: number) => {
    const lines: object[] = [];
    const log: Log = (level, message, fields) => void lines.push({ level, message, fields });
    makeClockCheck({ clock: () => Date.now() + aheadMs, clockErrorMs: 30_000, log }).sent()(new Date().toUTCString());
    return lines;
  };
  const usual = { reconciler, requests: [query, created] };
  const stack = busyStack();
  expect(stack.play(10, usual, { deliverer: linesWith(25_000) })).toEqual({});
  expect(stack.play(60, usual, { deliverer: linesWith(-120_000) })).toEqual({
    WrongClockAlarm: 1,
    LoggedErrorsAlarm: 1,
  });
  expect(stack.ringing()).toEqual(expect.arrayContaining(['WrongClockAlarm']));
  stack.play(30, usual);
  expect(stack.ringing()).toEqual([]);
});

test.each(['MODIFY', 'REMOVE'] as const)('a %s of an entry of the trail rings within a minute', async (eventName) => {
  const deliverer = await linesOf(eventName);
  const usual = { reconciler, requests: [query, created] };
  expect(busyStack().play(1, usual, { deliverer })).toEqual({ TrailTamperingAlarm: 1, LoggedErrorsAlarm: 1 });
});

test('a rule that is disabled ends the heartbeat, which rings within 20 minutes, also if no alarm of the rule can', () => {
  const stack = busyStack();
  const { WatchSilentAlarm: after, ...others } = stack.play(30, {
    ...{ reconciler, requests: [query, created], watching: false },
  });
  expect(others).toEqual({});
  expect(after).toBeLessThanOrEqual(20);
});

test('entries that are written while nothing reads the stream ring, and an idle stream does not', () => {
  const written = {
    ...{ namespace: 'AWS/DynamoDB', name: 'ConsumedWriteCapacityUnits', dimensions: { TableName: 'AuditTable' } },
    value: 4,
  };
  const read = [{ level: 'info', message: 'Events delivered.', fields: { streamRecords: 2 } }];
  const usual = { reconciler, requests: [query, created] };
  const stack = busyStack();
  expect(stack.play(30, usual, { metrics: [written], deliverer: read })).toEqual({});
  expect(stack.play(30, usual)).toEqual({});
  const { StreamUnreadAlarm: after, ...others } = stack.play(30, usual, { metrics: [written] });
  expect(others).toEqual({});
  expect(after).toBeLessThanOrEqual(10);
});

test('a receiver of events that is down rings after 15 minutes, and events that were given up ring at once', () => {
  const usual = { reconciler, requests: [query, created] };
  const late = (ms: number) => ({
    ...{ namespace: 'AWS/Lambda', name: 'IteratorAge', dimensions: { FunctionName: 'WebhookLambdaFunction' } },
    value: ms,
  });
  expect(busyStack().play(10, usual, { metrics: [late(600_000)] })).toEqual({});
  expect(busyStack().play(10, usual, { metrics: [late(900_000)] })).toEqual({ WebhookLateAlarm: 3 });
  const givenUp = {
    ...{ namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', value: 1 },
    dimensions: { QueueName: 'UndeliveredEvents.QueueName' },
  };
  expect(busyStack().play(1, usual, { metrics: [givenUp] })).toEqual({ UndeliveredEventsAlarm: 1 });
});

test('a signed log that shrinks rings, also where another one grows in its place', () => {
  const stack = busyStack();
  stack.beginLog();
  const { CheckpointShrunkAlarm: after, ...others } = stack.play(30, { reconciler, requests: [query, created] });
  expect(others).toEqual({});
  expect(after).toBeLessThanOrEqual(10);
});
