import { sqliteErrorCode } from '../src/file.ts';

test('the result code of an error of SQLite is its errcode', () => {
  expect(sqliteErrorCode(Object.assign(new Error('database is locked'), { errcode: 261 }))).toBe(261);
});

test.each([
  ['an error of another kind', new Error('no')],
  ['null', null],
  ['undefined', undefined],
  ['a string', 'errcode'],
  ['an error with another kind of code', { errcode: 'SQLITE_BUSY' }],
])('%s has no result code', (_, error) => {
  expect(sqliteErrorCode(error)).toBeNull();
});
