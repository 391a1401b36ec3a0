// Quick test: test/outages/keys.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { runOperator } from '../../packages/operator/test/run-operator.ts';
import { createDocument } from '../support/documents.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openStack, realReconciliation, realRequests } from './outage.ts';
import type { Request } from './outage.ts';
import { linesSelectedBy } from '../support/runbook.ts';

const alice = 'https://issuer.example#alice';

let folder: string;
let ledger: Ledger;
let gateway: Gateway;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leak-'));
  ledger = makeSqliteLedger({ file: join(folder, 'ledger.sqlite') });
  gateway = await openGateway({ ledger });
});

afterAll(async () => {
  await gateway.close();
  ledger.close();
  rmSync(folder, { recursive: true });
});

/** The command of the runbook, with the ledger of this gateway. */
async function lock(...args: string[]) {
  const { status, stderr } = await runOperator(['lock', ...args], { LEDGER_FILE: join(folder, 'ledger.sqlite') });
  return { status, stderr };
}
const send =
  (name: string, fields: object = {}) =>
  () =>
    gateway.send<{ create: { status: string; refusal: { code: string } | null } }>(createDocument, {
      input: { ...input, serviceAccount: name, clientRequestToken: name, ...fields },
    });
const trail = async () => {
  const query = `{ auditTrail(scope: { principalId: "${alice}" }) { nodes { event target { namespace serviceAccount } } } }`;
  const answered = await gateway.send<{ auditTrail: { nodes: object[] } }>(query, {}, 'olivia');
  return answered.data?.auditTrail.nodes;
};

let probes: Request[];

test('who has the token and tries other namespaces rings, and one who uses its rights does not', async () => {
  const reconciler = await realReconciliation(gateway);
  probes = await realRequests(gateway, [
    send('stolen'),
    send('probe', { namespace: 'search', roleArn: roleArn('search/search-api') }),
  ]);
  const [used, probe] = probes;
  const stack = openStack();
  stack.play(20, { reconciler });
  expect(stack.play(60, { reconciler, requests: used ? [used] : [] })).toEqual({});
  expect(stack.play(15, { reconciler, requests: probe ? Array.from({ length: 5 }, () => probe) : [] })).toEqual({
    DenialsAlarm: 7,
  });
});

test('the log shows what it was used for, and the trail of the principal too', async () => {
  const lines = linesSelectedBy(
    '## A leaked token or key',
    probes.map(({ line }) => line),
  );
  expect(lines.map(({ outcome, clusterName, namespace }) => [outcome, clusterName, namespace])).toEqual([
    ['SUCCEEDED', 'apps-dev', 'payments'],
    ['DENIED', 'apps-dev', 'search'],
  ]);
  expect(await trail()).toEqual([
    { event: 'DENIED', target: { namespace: 'search', serviceAccount: 'probe' } },
    { event: 'SUCCEEDED', target: { namespace: 'payments', serviceAccount: 'stolen' } },
    { event: 'INTENT', target: { namespace: 'payments', serviceAccount: 'stolen' } },
  ]);
});

test('the lock of the runbook stops its changes with the next request, until it is lifted', async () => {
  expect(await lock('--principal', alice, '--reason', 'A leaked token.')).toEqual({ status: 0, stderr: '' });
  const sent = gateway.sent();
  expect((await send('later')()).data?.create).toMatchObject({
    status: 'REFUSED',
    refusal: { code: 'CHANGES_LOCKED' },
  });
  expect(gateway.sent()).toBe(sent);
  expect((await lock('lift', '--principal', alice)).status).toBe(0);
  expect((await send('later')()).data?.create).toMatchObject({ status: 'SUCCEEDED' });
});

test('the lock of everything, for a leaked key of the issuer, stops the changes of all principals', async () => {
  expect((await lock('--all', '--reason', 'The key of the issuer leaked.')).status).toBe(0);
  const admin = await gateway.create({ serviceAccount: 'admin', clientRequestToken: 'admin' }, 'pat');
  expect(admin.refusal?.code).toBe('CHANGES_LOCKED');
  expect((await lock('lift', '--all')).status).toBe(0);
});
