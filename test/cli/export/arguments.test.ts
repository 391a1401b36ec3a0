import { parseArguments } from '../../../src/cli/export/arguments.ts';

const now = Date.UTC(2026, 10, 24, 12);
const parse = (...args: string[]) => parseArguments(args, now);

test('without arguments: all that there is by now, as it is stored', () => {
  expect(parse()).toEqual({ kind: 'export', format: 'ndjson', since: null, until: now });
});

test('takes instants in any offset', () => {
  expect(parse('--since', '2026-11-01T00:00:00Z', '--until=2026-11-02T01:00:00.5+01:00', '--format', 'ocsf')).toEqual({
    kind: 'export',
    format: 'ocsf',
    since: Date.UTC(2026, 10, 1),
    until: Date.UTC(2026, 10, 2) + 500,
  });
});

test.each(['--help', '-h'])('%s asks for help', (option) => {
  expect(parse(option)).toEqual({ kind: 'help' });
});

test.each([
  [['--format', 'csv'], '--format is "csv": give one of ndjson, ocsf.'],
  [['--since', '2026-11-01'], '--since is "2026-11-01": give an instant of RFC 3339, such as 2026-11-24T10:00:00Z.'],
  [['--since', '2026-02-30T00:00:00Z'], '--since is "2026-02-30T00:00:00Z": give an instant of RFC 3339'],
  [['--until', '2026-11-01 00:00:00'], '--until is "2026-11-01 00:00:00": give an instant of RFC 3339'],
  [['--until', ''], '--until is "": give an instant of RFC 3339'],
  [['--since', '2026-11-25T00:00:00Z'], '--since must be before --until, which is now.'],
  [['--since', '2026-11-01T00:00:00Z', '--until', '2026-11-01T00:00:00Z'], '--since must be before --until.'],
  [['--sinc', '2026-11-01T00:00:00Z'], "Unknown option '--sinc'"],
  [['--since'], "Option '--since <value>' argument missing"],
  [['everything'], "Unexpected argument 'everything'"],
])('%j is wrong, and why', (args, message) => {
  expect(parse(...args)).toEqual({ kind: 'wrong', message: expect.stringContaining(message) });
});
