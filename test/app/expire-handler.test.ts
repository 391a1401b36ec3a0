import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeExpireHandler } from '../../src/app/expire-handler.ts';
import { readExpireFunctionSettings, readExpireSettings } from '../../src/app/expire-settings.ts';
import { readSettings } from '../../src/app/environment.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import { askingFor, security } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Gateway } from '../support/gateway.ts';

let gateway: Gateway;
let ledger: Ledger & ObservationStore & ApprovalStore;
const asked: Asked = { needs: [] };
openForEachTest((opened) => ({ gateway, ledger } = opened), { change: askingFor(asked) });

test('a run of endings has one line in the log, with what it did and what alarms read', async () => {
  const { clock, deps } = gateway;
  await gateway.create({ expiresAt: new Date(clock.now() + 3_600_000).toISOString() });
  asked.needs = [security];
  await gateway.create({ serviceAccount: 'held', clientRequestToken: 'held' });
  clock.skip(deps.approvalLimits.decideMs + 60_000);
  const logged: unknown[][] = [];
  const current = () => Promise.resolve({ ...deps, log: (...line: unknown[]) => void logged.push(line) });
  const handler = makeExpireHandler(current, { observations: ledger, approvals: ledger }, defaultExpireSettings);
  await handler({}, { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 });
  const fields = {
    deleted: 1,
    suspendedExpiries: 0,
    heldExpiries: 0,
    queued: 0,
    oldestDueSeconds: 0,
    approvalsExpired: 1,
    eksCalls: expect.any(Number) as number,
  };
  expect(logged).toEqual([['info', 'Endings examined.', expect.objectContaining(fields)]]);
});

test('the settings of expiries have defaults, and reject a long grace and fewer turns than are no burst', () => {
  expect(readSettings({}, readExpireSettings)).toEqual(defaultExpireSettings);
  const env = {
    EXPIRE_BURST_ABOVE: '2',
    EXPIRE_GRACE_MS: '60000',
    EXPIRE_MAX_PER_SETTER: '2',
    EXPIRE_WARNING_MS: '1000',
  };
  const expire = { burstAbove: 2, graceMs: 60_000, maxPerSetter: 2, warningMs: 1_000 };
  const required = {
    HOME_ACCOUNT_ID: '111122223333',
    AWS_REGION: 'eu-central-1',
    IDEMPOTENCY_TABLE: 'i',
    AUDIT_TABLE: 'a',
    LAMBDA_TASK_ROOT: '/var/task',
  };
  expect(readExpireFunctionSettings({ ...required, ...env })).toMatchObject({ expire, executorRoleArn: null });
  expect(() => readSettings({ EXPIRE_GRACE_MS: '86400001' }, readExpireSettings)).toThrow('EXPIRE_GRACE_MS');
  expect(() => readSettings({ EXPIRE_MAX_PER_SETTER: '4' }, readExpireSettings)).toThrow('EXPIRE_BURST_ABOVE');
});
