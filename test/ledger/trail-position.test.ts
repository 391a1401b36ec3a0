import { firstIdOf, idRange, isTrailPosition, lastIdOf } from '../../src/ledger/trail-position.ts';
import { auditEntryAt, now, trailQuery } from '../support/ledger-samples.ts';

const range = (fields: Parameters<typeof trailQuery>[1]) => idRange(trailQuery({ kind: 'all' }, fields));
const ids = (low: string, high: string) => ({ low, high });
const lastOfAll = '7'.padEnd(26, 'Z');

test('a range without bounds contains every id', () => {
  expect(range({})).toEqual(ids('0'.repeat(26), lastOfAll));
});

test('a range starts with the first id of since and ends with the last id before until', () => {
  expect(range({ since: now, until: now + 1 })).toEqual(ids(firstIdOf(now), lastIdOf(now)));
});

test('a bound between two milliseconds rounds up', () => {
  expect(range({ since: now - 0.5, until: now + 0.5 })).toEqual(ids(firstIdOf(now), lastIdOf(now)));
});

test('a bound beyond every possible entry has no effect', () => {
  const everything = range({});
  expect(range({ since: -1, until: Infinity })).toEqual(everything);
  expect(range({ since: -Infinity, until: 8.64e15 })).toEqual(everything);
});

test.each([
  ['since at until', { since: now, until: now }],
  ['since after until', { since: now + 1, until: now }],
  ['until at the first instant', { until: 0 }],
  ['until before the first instant', { until: -1 }],
  ['since after the last instant', { since: Infinity }],
  ['a position before since', { since: now, before: lastIdOf(now - 1) }],
  ['a position at since', { since: now, before: firstIdOf(now) }],
  ['the lowest position', { before: '0'.repeat(26) }],
])('a range with %s is empty', (_, fields) => {
  expect(range(fields)).toBeNull();
});

test.each([
  ['01KAV3W8000000000000000001', '01KAV3W8000000000000000000'],
  ['01KAV3W800000000000000000A', '01KAV3W8000000000000000009'],
  ['01KAV3W80000000000000000J0', '01KAV3W80000000000000000HZ'],
  ['01KAV3W8000000000000000000', '01KAV3W7ZZZZZZZZZZZZZZZZZZ'],
  ['10000000000000000000000000', '0ZZZZZZZZZZZZZZZZZZZZZZZZZ'],
])('the next id after position %s is %s', (before, high) => {
  expect(range({ before, until: Infinity })?.high).toBe(high);
});

test('the earlier of until and the position is the bound', () => {
  const position = auditEntryAt(now).entryId;
  expect(range({ before: position, until: now })?.high).toBe(lastIdOf(now - 1));
  expect(String(range({ before: position, until: now + 1 })?.high) < position).toBe(true);
  expect(range({ before: lastOfAll })?.high).toBe(`${lastOfAll.slice(0, -1)}Y`);
});

test('a position is a ULID', () => {
  for (const id of [firstIdOf(0), lastIdOf(now), '7'.padEnd(26, 'Z')]) expect(isTrailPosition(id)).toBe(true);
  const others = [
    '',
    '0'.repeat(25),
    '0'.repeat(27),
    '8'.padEnd(26, '0'),
    'i'.padStart(26, '0'),
    'L'.padStart(26, '0'),
  ];
  for (const id of [...others, `${firstIdOf(0)}\n`, firstIdOf(now).toLowerCase()]) {
    expect(isTrailPosition(id)).toBe(false);
    expect(() => range({ before: id })).toThrow('A position in the trail must be a ULID');
  }
});

test.each([0, -1, 1.5, NaN, Infinity])('a limit of %d is rejected', (limit) => {
  expect(() => range({ limit })).toThrow(`must be a positive integer, got ${limit}`);
});
