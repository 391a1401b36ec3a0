import { trailExport } from '../../src/export/command.ts';
import { runOperator } from '../run-operator.ts';

test.each([
  [['--format', 'csv'], '--format is "csv": give one of ndjson, ocsf.'],
  [['--since', '2026-11-01'], '--since is "2026-11-01": give an RFC 3339 timestamp, such as 2026-11-24T10:00:00Z.'],
  [['--since', '2026-02-30T00:00:00Z'], '--since is "2026-02-30T00:00:00Z": give an RFC 3339 timestamp'],
  [['--until', '2026-11-01 00:00:00'], '--until is "2026-11-01 00:00:00": give an RFC 3339 timestamp'],
  [['--until', ''], '--until is "": give an RFC 3339 timestamp'],
  [['--since', '2999-11-25T00:00:00Z'], '--since must be before --until, which is now.'],
  [['--since', '2026-11-01T00:00:00Z', '--until', '2026-11-01T00:00:00Z'], '--since must be before --until.'],
])('trail export rejects %j, and says why', async (args, message) => {
  const { status, stderr } = await runOperator(['trail', 'export', ...args]);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
});

test('a time can have any UTC offset', () => {
  const { until } = trailExport.options;
  const read = until?.type === 'string' ? until.read : undefined;
  expect(read?.('2026-11-02T01:00:00.5+01:00', () => undefined)).toBe(Date.UTC(2026, 10, 2) + 500);
});
