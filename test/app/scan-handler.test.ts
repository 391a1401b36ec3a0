import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { makeScanHandler } from '../../src/app/scan-handler.ts';
import { readScanFunctionSettings, readScanSettings } from '../../src/app/scan-settings.ts';
import { readSettings } from '../../src/app/environment.ts';
import { defaultScanSettings } from '../../src/observations/scan.ts';
import { openForEachTest } from '../support/each-test.ts';
import type { Gateway } from '../support/gateway.ts';

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
