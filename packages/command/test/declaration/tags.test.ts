import { isNone, ownTags, removedText, tagDifference, tagLines } from '../../src/declaration/tags.ts';

test('tags that no request can set are not compared', () => {
  const tags = { team: 'a', 'pod-identity-gateway/operation': '01J', 'aws:cloudformation:stack-name': 's' };
  expect(ownTags(tags)).toEqual({ team: 'a' });
});

test('a difference has what is added, changed and removed, by the order of keys', () => {
  const difference = tagDifference(
    { team: 'a', old: '1', env: 'dev' },
    { zone: 'z', env: 'prod', team: 'a', cost: '7' },
  );
  expect(difference).toEqual({
    added: { cost: '7', zone: 'z' },
    changed: { env: { before: 'dev', after: 'prod' } },
    removed: { old: '1' },
  });
  expect(tagLines(difference)).toEqual([
    '    + tag cost=7',
    '    + tag zone=z',
    '    ~ tag env=dev → prod',
    '    - tag old=1',
  ]);
});

test('tags whose keys are names of JavaScript are tags as all others', () => {
  const difference = tagDifference({}, JSON.parse('{"constructor":"a","__proto__":"b"}') as Record<string, string>);
  expect(JSON.stringify(difference.added)).toBe('{"__proto__":"b","constructor":"a"}');
});

test('the same tags in another order are no difference', () => {
  expect(isNone(tagDifference({ a: '1', b: '' }, { b: '', a: '1' }))).toBe(true);
});

test('a summary has the tags that most associations lose first, and at most ten of them', () => {
  const removed = (keys: readonly string[]) => ({ removed: Object.fromEntries(keys.map((key) => [key, 'x'])) });
  expect(removedText([removed(['a', 'owner']), removed(['owner'])])).toBe('owner (2), a (1)');
  const many = removed(Array.from({ length: 12 }, (_, index) => `k${String(index).padStart(2, '0')}`));
  expect(removedText([many])).toContain('k09 (1), 2 other tags');
  expect(removedText([removed([])])).toBeNull();
});
