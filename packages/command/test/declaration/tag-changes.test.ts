import { tagSteps } from '../../src/declaration/tag-changes.ts';

test('equal tags need no change', () => {
  expect(tagSteps({ a: '1' }, { a: '1' }, 1)).toEqual([]);
});

test('tags are added and changed before others are removed', () => {
  expect(tagSteps({ team: 'x', Owner: 'a' }, { team: 'y', owner: 'a' }, 1)).toEqual([
    { action: 'tag', tags: { team: 'y', Owner: 'a', owner: 'a' } },
    { action: 'untag', tags: { team: 'y', owner: 'a' } },
  ]);
});

test.each([
  ['only added', { a: '1' }, { a: '1', b: '2' }, ['tag']],
  ['only changed', { a: '1' }, { a: '2' }, ['tag']],
  ['only removed', { a: '1', b: '2' }, { a: '1' }, ['untag']],
])('tags that are %s are one change', (_, before, after, expected) => {
  expect(tagSteps(before, after, 0).map(({ action }) => action)).toEqual(expected);
});

test('tags are removed first where the association has no room for both', () => {
  const numbered = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));
  const [before, after] = [
    { ...numbered(48), old: '1' },
    { ...numbered(48), new: '2' },
  ];
  const actions = (reserved: number) => tagSteps(before, after, reserved).map(({ action }) => action);
  expect(actions(0)).toEqual(['tag', 'untag']);
  expect(actions(1)).toEqual(['untag', 'tag']);
  expect(tagSteps(before, after, 1)).toEqual([
    { action: 'untag', tags: numbered(48) },
    { action: 'tag', tags: after },
  ]);
});
