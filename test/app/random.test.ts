import { monotonicFactory } from 'ulid';
import { bufferedRandom } from '../../src/app/random.ts';

test('random numbers are from 0 to less than 1, and use every digit of a ULID', () => {
  const random = bufferedRandom();
  const numbers = Array.from({ length: 10_000 }, random);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(new Set(numbers.map((number) => Math.floor(number * 32))).size).toBe(32);
});

test('ULIDs of different generators differ at the same time', () => {
  const ulids = Array.from({ length: 1_000 }, () => monotonicFactory(bufferedRandom())(1_700_000_000_000));
  expect(new Set(ulids).size).toBe(1_000);
});
