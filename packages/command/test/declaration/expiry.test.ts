import { plannedExpiry } from '../../src/declaration/expiry.ts';

const now = Date.parse('2026-11-28T10:00:00.000Z');
const createdAt = '2026-11-28T08:00:00.000Z';
const at = (expiresAt: string | null) => ({ expiresAt, expiresAfter: null });
const after = (expiresAfter: string) => ({ expiresAt: null, expiresAfter });
const existing = (expiresAt: string | null) => ({ createdAt, expiresAt });
const kept = { kind: 'kept' };
const set = (expiresAt: string | null) => ({ kind: 'set', expiresAt });

test.each<[string, Parameters<typeof plannedExpiry>[0], Parameters<typeof plannedExpiry>[1], object]>([
  ['an expiry of which the file says nothing is kept', at(null), existing('2026-12-01T00:00:00.000Z'), kept],
  ['an equal time is kept', at('2026-12-01T01:00:00+01:00'), existing('2026-12-01T00:00:00.000Z'), kept],
  ['never takes an expiry away', at('never'), existing('2026-12-01T00:00:00.000Z'), set(null)],
  ['never is kept where there is none', at('never'), existing(null), kept],
  ['a duration of a create counts from now', after('2h'), null, set('2026-11-28T12:00:00.000Z')],
  ['a duration counts from the creation', after('1d'), existing(null), set('2026-11-29T08:00:00.000Z')],
  ['a tenth of a duration is no difference', after('10h'), existing('2026-11-28T17:00:00.000Z'), kept],
  ['more than it is one', after('10h'), existing('2026-11-28T16:59:59.000Z'), set('2026-11-28T18:00:00.000Z')],
  ['more than an hour is one', after('30d'), existing('2026-12-28T06:59:59.000Z'), set('2026-12-28T08:00:00.000Z')],
  ['less than 5 minutes are too late', after('124m'), existing(null), { kind: 'over' }],
  ['an expiry that is set and over is kept', at('2026-11-28T09:00:00Z'), existing('2026-11-28T09:00:00.000Z'), kept],
])('%s', (_, binding, found, expected) => {
  expect(plannedExpiry(binding, found, now)).toMatchObject(expected);
});
