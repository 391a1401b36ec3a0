import { makeLruCache } from '../../src/runtime/lru-cache.ts';

const one = { name: 'one' };
const two = { name: 'two' };
const three = { name: 'three' };

test('a cache returns what was set last for a key', () => {
  const cache = makeLruCache<object>(2);
  cache.set('a', one);
  cache.set('a', two);
  expect([cache.get('a'), cache.get('b')]).toEqual([two, undefined]);
});

test('a full cache forgets the value that was not used for the longest time', () => {
  const cache = makeLruCache<object>(2);
  cache.set('a', one);
  cache.set('b', two);
  cache.get('a');
  cache.set('c', three);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([one, undefined, three]);
});

test('setting a value again counts as use, and does not fill the cache', () => {
  const cache = makeLruCache<object>(2);
  cache.set('a', one);
  cache.set('b', two);
  cache.set('a', one);
  cache.set('c', three);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([one, undefined, three]);
});

test('values of different sizes are forgotten until the others fit', () => {
  const cache = makeLruCache<{ size: number }>(10, ({ size }) => size);
  cache.set('a', { size: 4 });
  cache.set('b', { size: 4 });
  cache.set('c', { size: 7 });
  expect(['a', 'b', 'c'].filter((key) => cache.get(key))).toEqual(['c']);
  cache.set('c', { size: 1 });
  cache.set('d', { size: 9 });
  expect(['c', 'd'].filter((key) => cache.get(key))).toEqual(['c', 'd']);
});

test('a value larger than the cache is not kept', () => {
  const cache = makeLruCache<{ size: number }>(10, ({ size }) => size);
  cache.set('a', { size: 11 });
  expect(cache.get('a')).toBeUndefined();
  cache.set('b', { size: 10 });
  expect(cache.get('b')).toEqual({ size: 10 });
});
