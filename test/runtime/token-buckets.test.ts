import { makeTokenBuckets } from '../../src/runtime/token-buckets.ts';

let now = 0;
const clock = () => now;
beforeEach(() => {
  now = 1_000_000;
});

/** How many of so many requests get a token at once. */
const taken = (take: (key: string) => number, count: number, key = 'alice') =>
  Array.from({ length: count }, () => take(key)).filter((waitMs) => waitMs === 0).length;

test('a new bucket has a burst of tokens', () => {
  const take = makeTokenBuckets({ burst: 5, perSecond: 2 }, clock);
  expect(taken(take, 20)).toBe(5);
});

test('tokens return at the rate, up to the burst', () => {
  const take = makeTokenBuckets({ burst: 5, perSecond: 2 }, clock);
  taken(take, 20);
  now += 1_500;
  expect(taken(take, 20)).toBe(3);
  now += 3_600_000;
  expect(taken(take, 20)).toBe(5);
});

test('a key with a rate of its own gets this one, and does not change that of others', () => {
  const take = makeTokenBuckets({ burst: 5, perSecond: 2 }, clock);
  const takenAt = (perSecond: number, key: string) =>
    Array.from({ length: 100 }, () => take(key, perSecond)).filter((waitMs) => waitMs === 0).length;
  expect(takenAt(20, 'service')).toBe(20);
  expect(taken(take, 20)).toBe(5);
  now += 1_000;
  expect(takenAt(20, 'service')).toBe(20);
  expect(taken(take, 20)).toBe(2);
  expect(takenAt(1, 'slow')).toBe(5);
  now += 1_000;
  expect(takenAt(1, 'slow')).toBe(1);
});

test('a key has a rate of its own also where others have none', () => {
  const take = makeTokenBuckets({ burst: 1, perSecond: 0 }, clock);
  expect(taken(take, 20)).toBe(20);
  expect([take('service', 2), take('service', 2), take('service', 2)]).toEqual([0, 0, 500]);
});

test('an empty bucket says when the next token is there, and then it is', () => {
  const take = makeTokenBuckets({ burst: 1, perSecond: 4 }, clock);
  expect(take('alice')).toBe(0);
  expect(take('alice')).toBe(250);
  now += 100;
  expect(take('alice')).toBe(150);
  now += 149;
  expect(take('alice')).toBe(1);
  now += 1;
  expect(take('alice')).toBe(0);
});

test('a refused request costs no token, so that a caller in a loop gets its rate', () => {
  const take = makeTokenBuckets({ burst: 1, perSecond: 10 }, clock);
  let count = 0;
  for (let ms = 0; ms < 10_000; ms += 1) {
    now += 1;
    count += taken(take, 1);
  }
  expect(count).toBe(100);
});

test('each key has a bucket of its own', () => {
  const take = makeTokenBuckets({ burst: 2, perSecond: 1 }, clock);
  taken(take, 10, 'greedy');
  expect(taken(take, 10, 'polite')).toBe(2);
});

test('a clock that goes back adds no tokens and takes none', () => {
  const take = makeTokenBuckets({ burst: 2, perSecond: 1 }, clock);
  expect(take('alice')).toBe(0);
  now -= 60_000;
  expect(taken(take, 10)).toBe(1);
});

test('a rate of 0 is no limit', () => {
  expect(taken(makeTokenBuckets({ burst: 1, perSecond: 0 }, clock), 1_000)).toBe(1_000);
});

test('of more than 10,000 keys, the one that was not used for the longest time is forgotten', () => {
  const take = makeTokenBuckets({ burst: 1, perSecond: 1 }, clock);
  take('old');
  take('used');
  for (let index = 0; index < 9_998; index += 1) take(`other-${index}`);
  take('used');
  take('one more');
  expect(take('used')).toBeGreaterThan(0);
  expect(take('old')).toBe(0);
});
