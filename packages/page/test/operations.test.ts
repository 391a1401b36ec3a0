import { liftCommand, lockTitle } from '../src/operations/lock-words.ts';
import { lineDiff } from '../src/operations/text-diff.ts';

const shown = (before: string, after: string) =>
  lineDiff(before, after).map(({ kind, text }) => `${{ same: ' ', removed: '-', added: '+' }[kind]}${text}`);

describe('the difference of two texts', () => {
  test.each([
    ['of equal texts', 'a\nb', 'a\nb', [' a', ' b']],
    ['of a changed line', 'a\nb\nc', 'a\nx\nc', [' a', '-b', '+x', ' c']],
    ['of an added line between equal ones', 'a\na', 'a\nb\na', [' a', '+b', ' a']],
    ['of a removed line at the end', 'a\nb', 'a', [' a', '-b']],
    ['of lines that moved', 'a\nb\nc\nd', 'c\nd\na\nb', ['-a', '-b', ' c', ' d', '+a', '+b']],
    ['of an empty text', '', 'a', ['-', '+a']],
  ])('has the fewest lines: %s', (_, before, after, lines) => {
    expect(shown(before, after)).toEqual(lines);
  });

  test('of any two texts has the lines of both, in their order', () => {
    const words = ['a', 'b', 'c'];
    for (let seed = 0; seed < 200; seed += 1) {
      const text = (salt: number) =>
        Array.from({ length: (seed * salt) % 7 }, (_, at) => words[(seed + at * salt) % 3]).join('\n');
      const [before, after] = [text(3), text(5)];
      const lines = lineDiff(before, after);
      const of = (kind: string) => lines.filter((one) => one.kind !== kind).map((one) => one.text);
      expect([of('added').join('\n'), of('removed').join('\n')]).toEqual([before, after]);
    }
  });

  test('of texts that are too long to compare removes and adds all lines between equal ends', () => {
    const text = (word: string) =>
      ['first', ...Array.from({ length: 3_000 }, (_, at) => `${word}${at}`), 'last'].join('\n');
    const lines = lineDiff(text('a'), text('b'));
    expect(lines).toHaveLength(6_002);
    expect(lines.map(({ kind }) => kind).filter((kind) => kind === 'same')).toHaveLength(2);
  });
});

describe('a lock', () => {
  const lock = {
    accountId: null,
    region: null,
    clusterName: null,
    principalId: null,
    stopsReads: false,
    lockedBy: 'pat',
    lockedAt: '2026-11-28T00:00:00Z',
    reason: null,
  };
  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };

  test.each([
    [{ scope: 'ALL' } as const, 'All changes', '--all'],
    [{ scope: 'ALL', stopsReads: true } as const, 'All reads and changes', '--all'],
    [
      { scope: 'CLUSTER', ...cluster } as const,
      'Changes in apps-dev (111122223333, eu-central-1)',
      '--cluster apps-dev --account 111122223333 --region eu-central-1',
    ],
    [
      { scope: 'PRINCIPAL', principalId: "issuer#o'neill", stopsReads: true } as const,
      "Reads and changes by issuer#o'neill",
      "--principal 'issuer#o'\\''neill'",
    ],
  ])('says what it stops and how it is lifted: %j', (fields, title, options) => {
    expect(lockTitle({ ...lock, ...fields })).toBe(title);
    expect(liftCommand({ ...lock, ...fields })).toBe(`npx pod-identity-operator lock lift ${options}`);
  });
});
