import { timestampFindings, parseTimestamp } from '../../src/validation/timestamps.ts';

test.each([
  ['2026-11-24T10:00:00Z', Date.UTC(2026, 10, 24, 10)],
  ['2026-11-24t10:00:00z', Date.UTC(2026, 10, 24, 10)],
  ['2026-11-24T11:00:00+01:00', Date.UTC(2026, 10, 24, 10)],
  ['2026-11-24T10:00:00.25Z', Date.UTC(2026, 10, 24, 10) + 250],
  ['2026-11-24T10:00:00.0005-00:00', Date.UTC(2026, 10, 24, 10) + 0.5],
  ['2024-02-29T23:59:59.999Z', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
])('parses %s', (text, instant) => {
  expect(parseTimestamp(text)).toBe(instant);
  expect(timestampFindings('since', text)).toEqual([]);
});

test.each([
  '',
  'yesterday',
  '2026-11-24',
  '2026-11-24T10:00Z',
  '2026-11-24T10:00:00',
  '2026-11-24 10:00:00Z',
  '2026-11-24T10:00:00 Z',
  ' 2026-11-24T10:00:00Z',
  '2026-11-24T10:00:00Z\n',
  '2026-11-24T10:00:00+0100',
  '2026-11-24T10:00:00+24:00',
  '2026-11-24T24:00:00Z',
  '2026-11-24T10:60:00Z',
  '2026-11-24T10:00:60Z',
  '2026-13-24T10:00:00Z',
  '2026-00-24T10:00:00Z',
  '2026-02-30T10:00:00Z',
  '2025-02-29T10:00:00Z',
  '2026-11-31T10:00:00Z',
  '2026-11-24T10:00:00.Z',
  '+002026-11-24T10:00:00Z',
  1_795_000_000_000,
  true,
  {},
  [],
])('rejects %j, and says how to write a timestamp', (value) => {
  expect(parseTimestamp(value)).toBeNull();
  expect(timestampFindings('since', value)).toMatchObject([
    { path: 'since', rule: 'timestamp', advice: expect.stringContaining('"2026-11-24T10:00:00Z"') },
  ]);
});

test.each([null, undefined])('parses %s as null without a finding', (value) => {
  expect(parseTimestamp(value)).toBeNull();
  expect(timestampFindings('since', value)).toEqual([]);
});
