import { maxLiftedBytes, wereLockedSince, withLifted } from '../../src/model/lifted-lock.ts';
import type { LiftedLock } from '../../src/model/lifted-lock.ts';

const at = Date.UTC(2026, 10, 24);
const lifted = (principalId: string | null, revision: number, ms = at): LiftedLock => ({
  principalId,
  revision,
  liftedAt: new Date(ms).toISOString(),
});
const lockOn = (principalId: string) => ({
  ...({ scope: { kind: 'PRINCIPAL', principalId }, reason: null, lockedBy: 'pat' } as const),
  lockedAt: lifted(null, 0).liftedAt,
});

test.each([
  ['is locked', { locks: [lockOn('bob')] }, true],
  ['was locked, and the lock was lifted since', { locks: [], lifted: [lifted('bob', 6)] }, true],
  ['may have been locked since', { locks: [], lifted: [lifted(null, 6)] }, true],
  ['was locked before only', { locks: [], lifted: [lifted('bob', 5), lifted(null, 4)] }, false],
  ['was never locked, as others were', { locks: [lockOn('eve')], lifted: [lifted('eve', 9)] }, false],
  ['is in a cluster that is locked', { locks: [{ ...lockOn('bob'), scope: { kind: 'ALL' } as const }] }, false],
])('of a voter at revision 5 of the locks who %s', (_, locks, expected) => {
  expect(wereLockedSince(locks, 5, ['bob', 'chatops'])).toBe(expected);
});

test('a lifted lock is kept as long as any approval can be used', () => {
  const days = (count: number) => at + count * 86_400_000;
  const kept = withLifted([lifted('bob', 1)], lifted('eve', 2, days(60)));
  expect(kept.map(({ principalId }) => principalId)).toEqual(['bob', 'eve']);
  expect(withLifted(kept, lifted('dan', 3, days(61)))).toEqual([kept[1], lifted('dan', 3, days(61))]);
});

test('lifted locks take at most 8 KB: the oldest become one of any principal', () => {
  let kept: readonly LiftedLock[] = [];
  for (let revision = 1; revision <= 500; revision += 1)
    kept = withLifted(kept, lifted(`person-${revision}`, revision));
  expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(maxLiftedBytes);
  expect(kept.length).toBeGreaterThan(50);
  const [first, second] = kept;
  expect(first?.principalId).toBeNull();
  expect(second?.revision).toBe((first?.revision ?? 0) + 1);
  const voter = [`person-3`];
  expect(wereLockedSince({ locks: [], lifted: kept }, 2, voter)).toBe(true);
  expect(wereLockedSince({ locks: [], lifted: kept }, first?.revision ?? 0, voter)).toBe(false);
});

test('a lifted lock that alone takes more stands for any principal', () => {
  const [only, ...others] = withLifted([lifted('bob', 1)], lifted('x'.repeat(maxLiftedBytes), 2));
  expect([only?.principalId, only?.revision, others]).toEqual([null, 2, []]);
});
