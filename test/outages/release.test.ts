import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { createDocument } from '../support/documents.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { linesSelectedBy } from '../support/runbook.ts';
import { crashed, newVersion, oldVersion, openStack, realReconciliation, realRequests } from './outage.ts';
import type { Request } from './outage.ts';

let ledger: Ledger;
let gateway: Gateway;
/** What the claim of a change meets in the ledger. */
let fault: Error | null = null;
let reconciler: object;
let good: Request;
let buggy: Request;
let withoutLedger: Request;

beforeAll(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  const commit: Ledger['commit'] = (...change) => (fault ? Promise.reject(fault) : ledger.commit(...change));
  gateway = await openGateway({ ledger: { ...ledger, commit } });
  reconciler = await realReconciliation(gateway);
  const create = async (name: string, met: Error | null) => {
    fault = met;
    const variables = { input: { ...input, serviceAccount: name, clientRequestToken: name } };
    const [request] = await realRequests(gateway, [() => gateway.send(createDocument, variables)]);
    fault = null;
    return request ?? crashed;
  };
  good = await create('good', null);
  buggy = await create('buggy', new TypeError('A bug of the new version.'));
  withoutLedger = await create('down', new LedgerUnavailable(new Error('AccessDeniedException')));
});

afterAll(async () => {
  await gateway.close();
  ledger.close();
});

const times = (count: number, request: Request) => Array.from({ length: count }, () => request);
/** A minute of the version before, and of the new one with a tenth of the traffic. */
const before = (request: Request) => ({ reconciler, requests: times(9, request), version: oldVersion });
const after = (request: Request) => ({ requests: [request], version: newVersion });
const releaseAlarms = (rung: Record<string, number>) => Object.keys(rung).filter((name) => name.startsWith('Release'));

/** A stack in which the version before has run for half an hour. */
function stackWith(request: Request) {
  const stack = openStack();
  stack.play(30, before(request));
  return stack;
}

test('a good release raises no alarm', () => {
  const stack = openStack();
  stack.play(20, before(good));
  expect(stack.play(10, before(good), after(good))).toEqual({});
});

test('a new version that crashes, or does not start, stops its release within minutes', () => {
  expect(stackWith(good).play(5, before(good), after(crashed))).toMatchObject({ ReleaseErrorsAlarm: 1 });
});

test('a new version whose requests fail with status 200 stops its release within minutes', () => {
  expect([buggy.status, withoutLedger.status]).toEqual([200, 200]);
  for (const request of [buggy, withoutLedger]) {
    expect(stackWith(good).play(5, before(good), after(request))).toMatchObject({ ReleaseFailuresAlarm: 1 });
  }
});

test('with the traffic of the new version only, its errors stop the release', () => {
  const stack = openStack();
  stack.play(20, { reconciler });
  expect(releaseAlarms(stack.play(3, { reconciler }, after(buggy)))).toEqual(['ReleaseFailuresAlarm']);
});

describe('the fix of an outage is released while its alarms ring', () => {
  test.each([
    ['if it helps', () => good],
    ['if it does not help', () => withoutLedger],
  ])('%s', (_, fixed) => {
    const stack = stackWith(withoutLedger);
    expect(stack.ringing()).toEqual(expect.arrayContaining(['FailingChangesAlarm', 'LoggedErrorsAlarm']));
    expect(releaseAlarms(stack.play(10, before(withoutLedger), after(fixed())))).toEqual([]);
  });
});

test('the runbook finds the errors of each version, with the code and the cluster', () => {
  const lines = linesSelectedBy(
    '## A bad release',
    [good, buggy].map((request) => request.line),
  );
  expect(lines.map(({ code, failures, clusterName }) => ({ code, failures, clusterName }))).toEqual([
    { code: null, failures: 0, clusterName: 'apps-dev' },
    { code: 'INTERNAL_SERVER_ERROR', failures: 1, clusterName: 'apps-dev' },
  ]);
  const [error] = linesSelectedBy(
    '## Find the errors',
    [good, buggy].map((request) => request.line),
    1,
  );
  expect(error).toMatchObject({ detail: expect.stringContaining('A bug of the new version.') as string });
});
