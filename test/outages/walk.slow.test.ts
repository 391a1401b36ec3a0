// Quick test: test/outages/reconciler.test.ts.
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCheckpointHandler } from '../../src/app/checkpoint-handler.ts';
import { makeDeliverHandler } from '../../src/app/deliver-handler.ts';
import { makeScanHandler } from '../../src/app/scan-handler.ts';
import { makeKmsSigner } from '../../src/checkpoints/kms-signer.ts';
import { makeS3Storage } from '../../src/checkpoints/s3-storage.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { defaultScanSettings } from '../../src/observations/scan.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { makeClockCheck } from '../../src/runtime/clock-check.ts';
import type { Log } from '../../src/runtime/log.ts';
import { openLog } from '../support/checkpoint-log.ts';
import { home, openGateway } from '../support/gateway.ts';
import { auditEntryAt, now } from '../support/ledger-samples.ts';
import { openSqlite } from '../support/ledgers.ts';
import { startLogServers } from '../support/log-servers.ts';
import { openStack, realReconciliation } from './outage.ts';
import { streamRecord } from '../support/lambda-event.ts';
import { linesSelectedBy, operatorPages, runbookBlocks } from '../support/runbook.ts';

const operations = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');

/** The alarms of each outage, and after how many minutes they rise. */
const outages: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'blind account': { ScanBlindAlarm: 15 },
  'disabled rule': { WatchSilentAlarm: 15, LoggedErrorsAlarm: 1 },
  'bad item': { TrailTamperingAlarm: 1, LoggedErrorsAlarm: 1 },
  'denied bucket': { CheckpointSilentAlarm: 10, LoggedErrorsAlarm: 1 },
  'disabled key': { CheckpointSilentAlarm: 10, LoggedErrorsAlarm: 1 },
  'skewed clock': { WrongClockAlarm: 1, LoggedErrorsAlarm: 1 },
};

/** Each alarm that rises in an outage, after how many minutes, and the heading of the runbook that the page names. */
function documented(outage: string) {
  return Object.entries(outages[outage] ?? {}).map(([alarm, minutes]) => {
    const [row = ''] = operations.split('\n').filter((line) => line.split('|')[1]?.includes(`\`${alarm}\``));
    return { alarm, minutes, heading: headingOf(/#([\w-]+)\)/.exec(row)?.[1] ?? '') };
  });
}

/** The heading of the pages for operators to which an anchor leads. Throws an Error if there is none. */
function headingOf(anchor: string): string {
  const headings = operatorPages.match(/^#+ .*$/gm) ?? [];
  const found = headings.find((text) => text.replace(/^#+ /, '').toLowerCase().replaceAll(' ', '-') === anchor);
  if (found === undefined) throw new Error(`No page for operators has the heading of #${anchor}.`);
  return found;
}

const lines: { level: string; message: string; fields: Record<string, unknown> }[] = [];
const log: Log = (level, message, fields) => void lines.push({ level, message, fields });
const run = { getRemainingTimeInMillis: () => 120_000 };
let reconciler: object;

beforeAll(async () => {
  const gateway = await openGateway({ ledger: makeSqliteLedger({ file: ':memory:' }) });
  reconciler = await realReconciliation(gateway);
  await gateway.close();
});

beforeEach(() => {
  lines.length = 0;
});

/** A stack in which all scheduled functions have run for an hour. */
function quietStack() {
  const stack = openStack();
  stack.play(20, { reconciler });
  expect(stack.play(40, { reconciler })).toEqual({});
  return stack;
}
/** What an outage adds to a minute. */
type Part = Parameters<ReturnType<typeof openStack>['play']>[1];

/**
 * Plays the outage for as long as its last alarm takes. Its alarms rise after the expected minutes, no others do, and a query of each runbook shows the
 * cause in what the function logged.
 */
async function walk(outage: string, causes: Readonly<Record<string, object>>, minute: () => Part | Promise<Part>) {
  const alarms = documented(outage);
  const stack = quietStack();
  const risen: Record<string, number> = {};
  for (let passed = 1; passed <= Math.max(...alarms.map(({ minutes }) => minutes)); passed += 1) {
    const ringing = stack.play(1, { reconciler, ...(await minute()) });
    for (const alarm of Object.keys(ringing)) risen[alarm] ??= passed;
  }
  expect(risen).toEqual(Object.fromEntries(alarms.map(({ alarm, minutes }) => [alarm, minutes])));
  expect(Object.keys(causes).sort()).toEqual(Object.keys(risen).sort());
  for (const { alarm, heading } of alarms) {
    const found = runbookBlocks(heading, '').flatMap((_, index) => linesSelectedBy(heading, lines, index));
    expect(found).toContainEqual(expect.objectContaining(causes[alarm]));
  }
}

test('blind account', async () => {
  const gateway = await openGateway({ ledger: makeSqliteLedger({ file: ':memory:' }) });
  const deps = { ...gateway.deps, log };
  const scan = makeScanHandler(
    () => Promise.resolve(deps),
    gateway.deps.ledger as Ledger & ObservationStore,
    defaultScanSettings,
  );
  const minute = async () => {
    await scan({}, run);
    gateway.clock.skip(60_000);
    const scanner = lines.findLast(({ message }) => message === 'Clusters scanned.');
    if (!scanner) throw new Error('The scan has no line.');
    return { scanner };
  };
  // The outage begins when all clusters have just been scanned, after which it takes longest to be seen.
  for (let scans = 0; scans < 2;) scans += Number((await minute()).scanner.fields.complete) > 0 ? 1 : 0;
  const lost = { operation: 'ListPodIdentityAssociations', kind: 'access-denied', times: 1_000 } as const;
  gateway.simulator.control.addFault(lost);
  const cause = { exception: 'AccessDeniedException', accountId: home.accountId };
  await walk('blind account', { ScanBlindAlarm: cause }, minute);
  await gateway.close();
});

test('disabled rule', async () => {
  const deps = { clock: Date.now, ledger: makeSqliteLedger({ file: ':memory:' }), target: null, denialShare: 1, log };
  const deliver = makeDeliverHandler({ ...deps, findDisabled: () => Promise.resolve(['stack.BypassRule']) });
  const cause = { level: 'error', disabled: 'stack.BypassRule' };
  await walk('disabled rule', { WatchSilentAlarm: cause, LoggedErrorsAlarm: cause }, async () => {
    await deliver({}, run);
    return { watching: false, deliverer: lines.slice(-1) };
  });
});

test('bad item', async () => {
  const deps = { clock: Date.now, ledger: makeSqliteLedger({ file: ':memory:' }), target: null, denialShare: 1, log };
  const deliver = makeDeliverHandler({ ...deps, findDisabled: () => Promise.resolve([]) });
  const item = { operationId: { S: '01KC0000000000000000000000' }, entryId: { S: '01KC0000000000000000000001' } };
  await deliver({ Records: [streamRecord('INSERT', { ...item, entry: { S: '{"v":1}' } })] }, run);
  const deliverer = lines.filter(({ level }) => level === 'error');
  const cause = { level: 'error', operationId: item.operationId.S, entryId: item.entryId.S };
  await walk('bad item', { TrailTamperingAlarm: cause, LoggedErrorsAlarm: cause }, () => ({ deliverer }));
});

test.each([
  ['denied bucket', 's3', 'AccessDenied'],
  ['disabled key', 'kms', 'DisabledException'],
] as const)('%s', async (outage, refuses, exception) => {
  const [servers, opened] = await Promise.all([startLogServers(), openSqlite()]);
  const local = openLog(opened.ledger);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = { endpoint: servers.endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 };
  const [s3, kms] = [new S3Client({ ...client, forcePathStyle: true }), new KMSClient(client)];
  const storage = makeS3Storage(s3, 'log');
  const signer = makeKmsSigner(kms, 'key', local.deps.origin);
  const checkpoint = makeCheckpointHandler(
    { ...local.deps, sendersUntil: (deadline) => ({ ...local.deps, storage, signer: () => signer(deadline) }) },
    log,
  );
  await opened.ledger.appendEntry(auditEntryAt(now - 2));
  await checkpoint({}, run);
  servers.state.refuses = refuses;
  await opened.ledger.appendEntry(auditEntryAt(now - 1));
  let minutes = 0;
  const cause = { level: 'error', exception };
  await walk(outage, { CheckpointSilentAlarm: cause, LoggedErrorsAlarm: cause }, async () => {
    minutes += 1;
    // A run begins every five minutes, the first of them in the outage after one.
    if (minutes % 5 !== 1) return { checkpoints: false };
    await expect(checkpoint({}, run)).rejects.toThrow();
    return { checkpoints: false, checkpointer: lines.slice(-1) };
  });
  local.close();
  s3.destroy();
  kms.destroy();
  await Promise.all([opened.close(), servers.close()]);
});

test('skewed clock', async () => {
  const check = makeClockCheck({ clock: () => Date.now() - 120_000, clockErrorMs: 30_000, log });
  check.sent()(new Date().toUTCString());
  const deliverer = [...lines];
  const cause = { level: 'error', wrongClocks: 1 };
  await walk('skewed clock', { WrongClockAlarm: cause, LoggedErrorsAlarm: cause }, () => ({ deliverer }));
});
