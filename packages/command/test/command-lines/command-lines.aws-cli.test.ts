import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomFrom } from '../../../../test/reliability/processes/random.ts';
import { describeUnless } from '../../../../test/support/requires.ts';
import { isLarge } from '../../../../test/support/sizes.ts';
import { missingOracle } from '../oracle/oracle.ts';
import { compareLines } from './campaign.ts';
import { openBoth } from './compare.ts';
import type { Results } from './compare.ts';
import { differences, differencesElsewhere } from './differences.ts';
import type { Difference } from './differences.ts';
import { fixedLines } from './fixed-lines.ts';
import { commandLine } from './grammar.ts';
import { judge } from './judge.ts';
import { shellText } from './line.ts';

/** A change runs the first of those that run on main and every night. */
const generatedLines = isLarge ? 400 : 100;

const page = readFileSync(join(import.meta.dirname, '../../../../docs/command.md'), 'utf8').replaceAll(/\s+/g, ' ');

describeUnless(missingOracle)('the AWS CLI and the command', () => {
  const usedOnce = new Set<Difference>();

  test.each([
    ['each command with each output and query, and command lines that once differed,', fixedLines, 0],
    [`${generatedLines} generated command lines`, [], generatedLines],
  ])(
    '%s have equal outputs, exit codes and changes',
    async (_, fixed, generated) => {
      const { count, different, codes, used } = await compareLines({ fixed, seed: 2_026, count: generated });
      expect(different).toEqual([]);
      expect(count).toBe(fixed.length + generated);
      // The lines reach every way in which a command can end.
      expect([...codes.keys()]).toEqual(expect.arrayContaining([0, 252, 253, 254, 255]));
      expect(codes.get(0)).toBeGreaterThan(15);
      for (const difference of used.keys()) usedOnce.add(difference);
    },
    1_800_000,
  );

  test('no known difference hides that another key signed', async () => {
    const both = await openBoth();
    try {
      let signed = 0;
      // The last fixed lines are those with rare differences.
      for (const line of fixedLines.slice(-40)) {
        const { theirs, ours } = await both.run(line);
        if (theirs.signer === '' || ours.signer === '') continue;
        signed += 1;
        const { verdict } = judge(shellText(line), { theirs, ours: { ...ours, signer: 'SOMEBODY' } });
        expect({ line: shellText(line), verdict }).toEqual({ line: shellText(line), verdict: 'different' });
      }
      expect(signed).toBeGreaterThan(10);
      // As if AWS_DEFAULT_PROFILE had no effect.
      const [withProfile, without] = [
        await both.run([['AWS_DEFAULT_PROFILE=shared'], ...describeLine]),
        await both.run(describeLine),
      ];
      expect(judge('pod-identity', { theirs: withProfile.theirs, ours: withProfile.ours }).verdict).toBe('equal');
      expect(judge('pod-identity', { theirs: withProfile.theirs, ours: without.ours }).verdict).toBe('different');
    } finally {
      await both.close();
    }
  }, 300_000);

  test('these lines have each known difference', () => {
    expect(differences.filter((difference) => !usedOnce.has(difference))).toEqual([]);
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

test('each rule for a line says how both sides end', () => {
  const wide = differences.flatMap(({ documented, allowed = [] }) =>
    [allowed].flat().flatMap(({ theirs, ours }) => {
      const isWide = [theirs, ours].some(({ source }) => !/^\^exit (?:\d|\(\?:)/.test(source));
      return isWide ? [documented] : [];
    }),
  );
  expect(wide).toEqual([]);
});

test('the same seed makes the same lines', () => {
  const lines = (seed: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: 100 }, () => shellText(commandLine(random)));
  };
  expect(lines(1)).toEqual(lines(1));
  expect(lines(1)).not.toEqual(lines(2));
});

const describeLine = [
  ['describe-pod-identity-association'],
  ['--cluster-name', 'apps-dev'],
  ['--association-id', 'a-00000000000000001'],
];

const result = { code: 0, signer: 'DEFAULT', stdout: 'out\n', stderr: '', associations: '' };

test.each<readonly [string, Results['ours']]>([
  ['exit code', { ...result, code: 255 }],
  ['standard output', { ...result, stdout: 'out' }],
  ['standard error', { ...result, stderr: 'warning: x\n' }],
  ['change', { ...result, associations: '{}' }],
  ['signer', { ...result, signer: 'OTHER' }],
])('another %s is a difference', (_, ours) => {
  expect(judge('list', { theirs: result, ours: result }).verdict).toBe('equal');
  expect(judge('list', { theirs: result, ours }).verdict).toBe('different');
});

test.each<readonly [string, string, Partial<Results['ours']>, Partial<Results['ours']>]>([
  [
    'another cause with a token',
    'list --starting-token eyJ',
    { code: 255, stderr: '\na' },
    { code: 255, stderr: '\nb' },
  ],
  ['help for a line that the AWS CLI refuses', 'list x help', { code: 252 }, { stdout: 'Usage: pod-identity list' }],
  [
    'another cause with YAML',
    "--cli-input-yaml '!!float 1'",
    {},
    { code: 252, stderr: '\nInvalid type for parameter' },
  ],
  [
    'a request for a region that is not empty',
    'list --region=x',
    { code: 254, stderr: '\nAn error occurred (IncompleteSignatureException)' },
    { code: 255, stderr: "\nProvided region_name '' doesn't match a supported format" },
  ],
  [
    'an answer with an unknown output',
    'AWS_DEFAULT_OUTPUT=xml list',
    {},
    { code: 255, stderr: '\nUnknown output type' },
  ],
])('no known difference hides %s', (_, line, theirs, ours) => {
  const results = { theirs: { ...result, stdout: '', ...theirs }, ours: { ...result, stdout: '', ...ours } };
  expect(judge(line, results).verdict).toBe('different');
});
