import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { createDocument } from '../support/documents.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openStack, realReconciliation, realRequests } from './outage.ts';
import type { Request } from './outage.ts';
import { linesSelectedBy, runbookBlocks } from '../support/runbook.ts';

const ledger = makeSqliteLedger({ file: ':memory:' });
let gateway: Gateway;
let reconciler: object;
let usual: Request;
const [openOperations = ''] = runbookBlocks('## Open operations', 'graphql');

beforeAll(async () => {
  gateway = await openGateway({ ledger });
  reconciler = await realReconciliation(gateway);
  [usual = usual] = await realRequests(gateway, [() => gateway.send('{ viewer { id } }')]);
});

afterAll(async () => {
  await gateway.close();
  ledger.close();
});

/** A create whose answer from EKS is lost: in doubt until the reconciler, or another request with the token, finds its effect. */
async function leaveInDoubt(name: string) {
  gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
  const variables = { input: { ...input, serviceAccount: name, clientRequestToken: name } };
  const send = () => gateway.send<{ create: { status: string } }>(createDocument, variables);
  expect((await send()).data?.create.status).toBe('IN_PROGRESS');
  gateway.clock.skip(60_000);
  return async () => (await send()).data?.create.status;
}
const open = async () =>
  (await gateway.send<{ openOperations: object[] }>(openOperations, {}, 'olivia')).data?.openOperations;

test('a reconciler that does not run rings after a quarter of an hour, and until it runs again', () => {
  const stack = openStack();
  stack.play(60, { reconciler, requests: [usual] });
  const {
    ReconcileSilentAlarm: after,
    CheckpointSilentAlarm: ____,
    ScanSilentAlarm: _,
    WatchSilentAlarm: __,
    ExpireSilentAlarm: ___,
    ...others
  } = stack.play(24 * 60, {
    requests: [usual],
    every: 10,
  });
  expect(others).toEqual({});
  expect(after).toBeGreaterThan(10);
  expect(after).toBeLessThanOrEqual(21);
  expect(stack.ringing().sort()).toEqual([
    ...['CheckpointSilentAlarm', 'ExpireSilentAlarm', 'ReconcileSilentAlarm', 'ScanSilentAlarm', 'WatchSilentAlarm'],
  ]);
  stack.play(6, { reconciler });
  expect(stack.ringing()).toEqual([]);
});

test('meanwhile the operations in doubt are listed, and a request with the token of one resolves it', async () => {
  const repeat = await leaveInDoubt('repeated');
  expect(await open()).toMatchObject([{ kind: 'CREATE_POD_IDENTITY_ASSOCIATION', parked: null }]);
  expect(await repeat()).toBe('SUCCEEDED');
  expect(await open()).toEqual([]);
});

test('when the schedule runs it again, it resolves what is in doubt, and the log counts it', async () => {
  await leaveInDoubt('left');
  const lines = [await realReconciliation(gateway)];
  expect(await open()).toEqual([]);
  expect(linesSelectedBy('## Open operations', lines)).toEqual([expect.objectContaining({ closed: 1, open: 0 })]);
});
