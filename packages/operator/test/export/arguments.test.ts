import { parseArguments, UsageError } from '../../../../tools/command.ts';
import { options, readExportRequest } from '../../src/export/arguments.ts';

const now = Date.UTC(2026, 10, 24, 12);
const parse = (...args: string[]) => readExportRequest(parseArguments({ options }, args).values, now);

test('without arguments exports everything up to now, as it is stored', () => {
  expect(parse()).toEqual({ format: 'ndjson', since: null, until: now });
});

test('accepts times with any UTC offset', () => {
  expect(parse('--since', '2026-11-01T00:00:00Z', '--until=2026-11-02T01:00:00.5+01:00', '--format', 'ocsf')).toEqual({
    format: 'ocsf',
    since: Date.UTC(2026, 10, 1),
    until: Date.UTC(2026, 10, 2) + 500,
  });
});

test.each([
  [['--format', 'csv'], '--format is "csv": give one of ndjson, ocsf.'],
  [['--since', '2026-11-01'], '--since is "2026-11-01": give an RFC 3339 timestamp, such as 2026-11-24T10:00:00Z.'],
  [['--since', '2026-02-30T00:00:00Z'], '--since is "2026-02-30T00:00:00Z": give an RFC 3339 timestamp'],
  [['--until', '2026-11-01 00:00:00'], '--until is "2026-11-01 00:00:00": give an RFC 3339 timestamp'],
  [['--until', ''], '--until is "": give an RFC 3339 timestamp'],
  [['--since', '2026-11-25T00:00:00Z'], '--since must be before --until, which is now.'],
  [['--since', '2026-11-01T00:00:00Z', '--until', '2026-11-01T00:00:00Z'], '--since must be before --until.'],
  [['--sinc', '2026-11-01T00:00:00Z'], "Unknown option '--sinc'"],
  [['--since'], "Option '--since <value>' argument missing"],
  [['everything'], 'Unexpected argument "everything".'],
])('rejects %j, and says why', (args, message) => {
  expect(() => parse(...args)).toThrow(UsageError);
  expect(() => parse(...args)).toThrow(message);
});
