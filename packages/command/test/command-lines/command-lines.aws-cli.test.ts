import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomFrom } from '../../../../test/reliability/processes/random.ts';
import { describeUnless } from '../../../../test/support/requires.ts';
import { missingOracle } from '../oracle/oracle.ts';
import { compareLines } from './campaign.ts';
import type { Results } from './compare.ts';
import { differences, differencesElsewhere } from './differences.ts';
import { fixedLines } from './fixed-lines.ts';
import { commandLine } from './grammar.ts';
import { judge } from './judge.ts';
import { shellText } from './line.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/command.md'), 'utf8').replaceAll(/\s+/g, ' ');

describeUnless(missingOracle)('the AWS CLI and the command', () => {
  test('500 generated command lines, and those that once differed, have equal outputs, exit codes and changes', async () => {
    const { count, different, codes, used } = await compareLines({ fixed: fixedLines, seed: 2_026, count: 500 });
    expect(different).toEqual([]);
    expect(count).toBe(fixedLines.length + 500);
    // The lines reach every way in which a command can end.
    expect([...codes.keys()]).toEqual(expect.arrayContaining([0, 252, 254, 255]));
    expect(codes.get(0)).toBeGreaterThan(150);
    expect(differences.filter((difference) => !used.has(difference))).toEqual([]);
  });
});

test('each known difference is documented, and each difference that the page lists is known', () => {
  const [, listed = ''] = page.split('with reasons).');
  const sentences = listed
    .split(/ - (?=[`A-Z])/)
    .flatMap((bullet) => bullet.trim().split(/(?<=\.) (?=[`A-Z])/))
    .filter((sentence) => sentence !== '');
  const known = [...differences.map(({ documented }) => documented), ...Object.keys(differencesElsewhere)];
  expect(sentences.filter((sentence) => !known.includes(sentence))).toEqual([]);
  expect(known.filter((sentence) => !page.includes(sentence))).toEqual([]);
  expect(sentences.length).toBeGreaterThan(25);
});

test('the same seed makes the same lines', () => {
  const lines = (seed: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: 100 }, () => shellText(commandLine(random)));
  };
  expect(lines(1)).toEqual(lines(1));
  expect(lines(1)).not.toEqual(lines(2));
});

const result = { code: 0, stdout: 'out\n', stderr: '', associations: '' };

test.each<readonly [string, Results['ours']]>([
  ['exit code', { ...result, code: 255 }],
  ['standard output', { ...result, stdout: 'out' }],
  ['standard error', { ...result, stderr: 'warning: x\n' }],
  ['change', { ...result, associations: '{}' }],
])('another %s is a difference', (_, ours) => {
  expect(judge('list', { theirs: result, ours: result }).verdict).toBe('equal');
  expect(judge('list', { theirs: result, ours }).verdict).toBe('different');
});
