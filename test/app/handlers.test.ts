import { marshall } from '@aws-sdk/util-dynamodb';
import { makeDeliverHandler } from '../../src/app/deliver-handler.ts';
import { readSettings } from '../../src/app/environment.ts';
import { makeExpireHandler } from '../../src/app/expire-handler.ts';
import { readExpireFunctionSettings, readExpireSettings } from '../../src/app/expire-settings.ts';
import { makeReconcileHandler } from '../../src/app/reconcile-handler.ts';
import { makeScanHandler } from '../../src/app/scan-handler.ts';
import { readScanFunctionSettings, readScanSettings } from '../../src/app/scan-settings.ts';
import type { EventTarget } from '../../src/events/deliver.ts';
import { claim } from '../../src/idempotency/claim.ts';
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { claimItem, entryItem } from '../../src/ledger/stored/entry.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import { defaultScanSettings } from '../../src/observations/scan.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { askingFor, security } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Gateway } from '../support/gateway.ts';
import { auditEntry } from '../support/ledger-samples.ts';
import { admittedCreate, claimOf, dependenciesOn, eksWith, later, leaseOf } from '../support/mutations.ts';
import { streamRecord as record } from '../support/lambda-event.ts';

describe('the reconcile handler', () => {
  test('a run has one line in the log, with its result and what it did', async () => {
    const ledger = makeSqliteLedger({ file: ':memory:' });
    leaseOf(await claim(dependenciesOn(ledger), claimOf(admittedCreate(60_000_000))));
    const logged: unknown[][] = [];
    const eksFor = () => eksWith({ list: () => Promise.resolve({ kind: 'listed', associationIds: [] }) });
    const deps = later(ledger, 20, { eksFor, log: (...line) => logged.push(line) });
    const result = await makeReconcileHandler(() => Promise.resolve(deps), ledger)(
      {},
      { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 },
    );
    ledger.close();
    expect(result).toMatchObject({ closed: 1, open: 0 });
    const { policySetHash, inventoryHash } = deps.about;
    const fields = { ...result, durationMs: expect.any(Number), policySetHash, inventoryHash, takeOvers: 1 };
    expect(logged.filter(([, message]) => message === 'Operations reconciled.')).toEqual([
      ['info', 'Operations reconciled.', fields],
    ]);
  });

  test('the line has the number of the policy version that the run followed', async () => {
    const ledger = makeSqliteLedger({ file: ':memory:' });
    const logged: unknown[][] = [];
    const deps = dependenciesOn(ledger, { log: (...line) => logged.push(line) });
    const policyVersion = { number: 7, publishedAt: '2026-11-26T08:00:00.000Z' };
    const followed = { ...deps, about: { ...deps.about, policyVersion } };
    await makeReconcileHandler(() => Promise.resolve(followed), ledger)(
      {},
      { awsRequestId: 'run', getRemainingTimeInMillis: () => 60_000 },
    );
    ledger.close();
    expect(logged).toEqual([
      ['info', 'Operations reconciled.', expect.objectContaining({ closed: 0, policyVersion: 7 })],
    ]);
  });
});

describe('the scan handler', () => {
  let gateway: Gateway;
  let observations: ObservationStore;
  openForEachTest((opened) => ({ gateway, ledger: observations } = opened));

  test('a run of the scan has one line in the log, with its result and what it did', async () => {
    const logged: unknown[][] = [];
    const deps = { ...gateway.deps, log: (...line: unknown[]) => void logged.push(line) };
    const handler = makeScanHandler(() => Promise.resolve(deps), observations, defaultScanSettings);
    const result = await handler({}, { getRemainingTimeInMillis: () => 60_000 });
    expect(result).toMatchObject({ complete: 2, waiting: 0 });
    const fields = { ...result, durationMs: expect.any(Number), eksCalls: 2 };
    expect(logged).toEqual([['info', 'Clusters scanned.', expect.objectContaining(fields)]]);
  });

  test("the settings of the scan have defaults, and reject what a scan can't work with", () => {
    expect(readSettings({}, readScanSettings)).toEqual(defaultScanSettings);
    const env = { SCAN_INTERVAL_MS: '60000', SCAN_MAX_AGE_MS: '3600000', SCAN_READS_PER_SECOND: '2' };
    const scan = { intervalMs: 60_000, maxAgeMs: 3_600_000, readsPerSecond: 2 };
    expect(readSettings(env, readScanSettings)).toEqual(scan);
    const required = {
      HOME_ACCOUNT_ID: '111122223333',
      AWS_REGION: 'eu-central-1',
      IDEMPOTENCY_TABLE: 'i',
      AUDIT_TABLE: 'a',
      LAMBDA_TASK_ROOT: '/var/task',
    };
    expect(readScanFunctionSettings({ ...required, ...env })).toMatchObject({ scan, auditTable: 'a' });
    expect(() => readSettings({ SCAN_READS_PER_SECOND: '0' }, readScanSettings)).toThrow('SCAN_READS_PER_SECOND');
  });
});

describe('the expire handler', () => {
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
      suspendedEndings: 0,
      heldEndings: 0,
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
});

const noTrail = { readTrail: () => Promise.resolve({ entries: [], next: null }) };
const context = { getRemainingTimeInMillis: () => 60_000 };
const added = (entry: AuditEntry) => record('INSERT', marshall(entryItem(entry)));

function open({ failing = [] as string[], disabled = [] as string[], target = true } = {}) {
  const sent: string[] = [];
  const logged: { level: string; message: string }[] = [];
  const bus: EventTarget = {
    send: (events) =>
      Promise.resolve(
        events.map(({ entryId }) => {
          if (failing.includes(entryId)) return { kind: 'failed', reason: 'refused' };
          sent.push(entryId);
          return { kind: 'sent' };
        }),
      ),
  };
  const handler = makeDeliverHandler({
    ledger: noTrail,
    target: target ? bus : null,
    ...{ denialShare: 1, clock: Date.now, findDisabled: () => Promise.resolve(disabled) },
    log: (level, message, fields) => void logged.push({ level, message, ...fields }),
  });
  return { handler, sent, logged };
}

test('the events of new entries are sent in the order of the shard, without other items', async () => {
  const { handler, sent, logged } = open();
  const entries = [auditEntry({ event: 'SUCCEEDED' }), auditEntry(), auditEntry({ event: 'RELEASED' })];
  const claim = marshall(
    claimItem({ createdBy: entries[0]?.operationId ?? '', claimedBy: entries[1]?.operationId ?? '' }),
  );
  const Records = [...entries.map(added), record('INSERT', claim)];
  expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [] });
  expect(sent).toEqual([entries[0]?.entryId, entries[2]?.entryId]);
  expect(logged).toEqual([expect.objectContaining({ message: 'Events delivered.', streamRecords: 4, eventsSent: 2 })]);
});

test('an erasure of personal data is neither tampering nor an event; any other change with it is tampering', async () => {
  const { handler, sent, logged } = open();
  const NewImage = marshall(entryItem(auditEntry({ event: 'SUCCEEDED' })));
  const OldImage = { ...NewImage, personal: { S: '{"salt":"…","values":{}}' } };
  const erasure = (images: object) =>
    record('MODIFY', NewImage, { dynamodb: { ...record('MODIFY', NewImage).dynamodb, ...images } });
  await handler({ Records: [erasure({ OldImage, NewImage })] }, context);
  expect(sent).toEqual([]);
  expect(logged).toEqual([expect.objectContaining({ message: 'Events delivered.', streamRecords: 1 })]);
  const others = [
    { OldImage, NewImage: { ...NewImage, personal: { S: '{}' } } },
    { OldImage: NewImage, NewImage: OldImage },
    { OldImage, NewImage: { ...NewImage, principalId: { S: 'mallory' } } },
    { OldImage: NewImage, NewImage },
  ];
  await handler({ Records: others.map(erasure) }, context);
  const reports = logged.filter(({ message }) => message === 'An item of the audit trail was changed or removed.');
  expect(reports).toHaveLength(4);
});

test('Lambda repeats the batch from the first event that was not sent', async () => {
  const entries = [
    auditEntry({ event: 'SUCCEEDED' }),
    auditEntry({ event: 'SUCCEEDED' }),
    auditEntry({ event: 'RELEASED' }),
  ];
  const { handler, logged } = open({ failing: [entries[1]?.entryId ?? ''] });
  const Records = entries.map(added);
  const itemIdentifier = Records[1]?.dynamodb?.SequenceNumber;
  expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [{ itemIdentifier }] });
  expect(logged.at(-1)).toMatchObject({ deliveryFailures: 1, eventsSent: 2 });
});

test.each([
  ['MODIFY', {}, {}],
  ['REMOVE', {}, {}],
  // The table has no time to live: whoever gave it one deletes the trail.
  [
    'REMOVE',
    { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } },
    { removedBy: 'dynamodb.amazonaws.com' },
  ],
] as const)('a %s is reported with the keys of the item, also while events fail', async (change, more, expected) => {
  const entry = auditEntry({ event: 'SUCCEEDED' });
  const { operationId, entryId } = entry;
  const { handler, logged } = open({ failing: [entryId] });
  await handler({ Records: [added(entry), record(change, marshall(entryItem(entry)), more)] }, context);
  expect(logged[0]).toEqual({
    ...{ level: 'error', message: 'An item of the audit trail was changed or removed.' },
    ...{ change, operationId, entryId, tamperedItems: 1, ...expected },
  });
});

test('tampering is reported where events are sent nowhere', async () => {
  const { handler, sent, logged } = open({ target: false });
  const entry = auditEntry({ event: 'SUCCEEDED' });
  const Records = [added(entry), record('MODIFY', marshall(entryItem(entry)))];
  expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [] });
  expect(sent).toEqual([]);
  expect(logged[0]).toMatchObject({ tamperedItems: 1 });
});

test('an entry of a newer version is left to a newer version, and those before it are sent', async () => {
  const { handler, sent } = open();
  const [first, newer, last] = [1, 2, 3].map(() => auditEntry({ event: 'SUCCEEDED' })) as [
    AuditEntry,
    AuditEntry,
    AuditEntry,
  ];
  const Records = [added(first), record('INSERT', { ...marshall(entryItem(newer)), v: { N: '99' } }), added(last)];
  const itemIdentifier = Records[1]?.dynamodb?.SequenceNumber;
  expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [{ itemIdentifier }] });
  expect(sent).toEqual([first.entryId]);
});

test('an item that the gateway did not write is reported, and stops nothing', async () => {
  const { handler, sent, logged } = open();
  const entry = auditEntry({ event: 'SUCCEEDED' });
  const { entry: _, ...foreign } = marshall(entryItem(auditEntry()));
  await handler({ Records: [record('INSERT', foreign), added(entry)] }, context);
  expect(sent).toEqual([entry.entryId]);
  expect(logged[0]).toMatchObject({ level: 'error', message: 'A record of the audit trail could not be read.' });
});

test('the scheduled run is the heartbeat, which stops while a rule or the stream is off', async () => {
  const schedule = { source: 'aws.events', 'detail-type': 'Scheduled Event' } as object;
  const alive = open();
  await alive.handler(schedule, context);
  expect(alive.logged).toEqual([expect.objectContaining({ level: 'info', watching: 1 })]);
  const off = open({ disabled: ['The rule X is disabled.'] });
  await off.handler(schedule, context);
  expect(off.logged).toEqual([
    { level: 'error', message: 'The tables are not watched.', disabled: 'The rule X is disabled.', streamRecords: 0 },
  ]);
});
