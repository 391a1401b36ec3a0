import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

let ledger: Ledger;
let gateway: Gateway;
let isLedgerDown = false;

beforeEach(async () => {
  isLedgerDown = false;
  ledger = makeSqliteLedger({ file: ':memory:' });

  const commit: Ledger['commit'] = (...change) =>
    isLedgerDown ? Promise.reject(new LedgerUnavailable('Down.')) : ledger.commit(...change);
  gateway = await openGateway({ ledger: { ...ledger, commit } });
});

afterEach(async () => {
  await gateway.close();
  ledger.close();
});

const line = () => gateway.logged.at(-1)?.fields ?? {};
const fault = (kind: 'throttle' | 'access-denied' | 'cut-after') =>
  gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind });

test('a change counts as failed if the gateway or a service that it calls is the reason', async () => {
  for (const kind of ['throttle', 'access-denied', 'cut-after'] as const) {
    fault(kind);
    await gateway.create({ serviceAccount: kind, clientRequestToken: kind });
    expect(line()).toMatchObject({ failedChanges: 1, failures: 0 });
  }
  isLedgerDown = true;
  await gateway.send(
    `mutation { createPodIdentityAssociation(input: { clusterName: "apps-dev", namespace: "payments", serviceAccount: "down",
      roleArn: "${roleArn('payments/payments-api')}", tags: [{ key: "team", value: "payments" }], clientRequestToken: "down" }) { status } }`,
  );
  expect(line()).toMatchObject({ code: 'LEDGER_UNAVAILABLE', failedChanges: 1, failures: 1 });
});

test('a change that succeeds, or fails by its request, counts as one that did not fail', async () => {
  await gateway.create();
  expect(line()).toMatchObject({ outcome: 'SUCCEEDED', failedChanges: 0, failures: 0 });
  await gateway.create({ namespace: 'search', clientRequestToken: 'denied' });
  expect(line()).toMatchObject({ outcome: 'DENIED', failedChanges: 0, failures: 0 });
  await gateway.create({ roleArn: 'no ARN', clientRequestToken: 'invalid' });
  expect(line()).toMatchObject({ code: 'INVALID_INPUT', failedChanges: 0, failures: 0 });
});

test('a query is no change, and counts as failed only with an error of the gateway', async () => {
  await gateway.send('{ viewer { id } }');
  expect(line()).toMatchObject({ failures: 0 });
  expect(line()).not.toHaveProperty('failedChanges');
  await gateway.send('{ nothing }');
  expect(line()).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED', failures: 0 });
});
