import { parse } from 'graphql';
import { makeDocumentStore } from '../../src/graphql/documents.ts';

/** A document whose text has so many characters. */
const ofLength = (length: number) => parse('{ viewer { id } }'.padEnd(length));

test('a document is found by its key', async () => {
  const store = makeDocumentStore();
  const document = ofLength(100);
  await store.set('a', document);
  expect(await store.get('a')).toBe(document);
  expect(await store.get('b')).toBeUndefined();
});

test('documents of 100,000 characters are kept, those that were used last', async () => {
  const store = makeDocumentStore();
  await store.set('a', ofLength(50_000));
  await store.set('b', ofLength(50_000));
  await store.get('a');
  await store.set('c', ofLength(50_000));
  expect([await store.get('b'), await store.get('a'), await store.get('c')]).toEqual([
    undefined,
    expect.anything(),
    expect.anything(),
  ]);
});

test('a document of more characters is not kept', async () => {
  const store = makeDocumentStore();
  await store.set('a', ofLength(100_001));
  expect(await store.get('a')).toBeUndefined();
});
