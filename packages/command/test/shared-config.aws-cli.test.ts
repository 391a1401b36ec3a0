import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describeUnless } from '../../../test/support/requires.ts';
import { GeneralError } from '../src/aws/errors.ts';
import { readSharedConfig } from '../src/aws/shared-config/shared-config.ts';
import { shellWords } from '../src/aws/shared-config/shell-words.ts';
import { missingOracle, startOracle } from './oracle/oracle.ts';

const folder = mkdtempSync(join(tmpdir(), 'shared-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const paths = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };

/** What is read from both files; null if one can't be parsed. */
function read(config: string, credentials: string): object | null {
  writeFileSync(paths.AWS_CONFIG_FILE, config);
  writeFileSync(paths.AWS_SHARED_CREDENTIALS_FILE, credentials);
  try {
    const { profiles, ssoSessions } = readSharedConfig(paths);
    return { profiles: Object.fromEntries(profiles), ssoSessions: Object.fromEntries(ssoSessions) };
  } catch (error) {
    if (error instanceof GeneralError) return null;
    throw error;
  }
}

const line = fc.constantFrom(
  ...['[default]', '[profile a]', '[profile "a b"]', "[profile 'c']", '[profile  a ]', '[profile a b]', '[profilea b]'],
  ...[
    '[profile default]',
    '[sso-session s]',
    '[a]',
    '[b]',
    '[DEFAULT]',
    '[]',
    '[ a ]',
    '[a',
    '[a] # x',
    ' [a]',
    '[a]]',
  ],
  ...['region = x', 'region=y', 'Region: z', 'key', 'key =', '= x', ' region = x', 'a = b = c', 'a: b = c', 'a = "b"'],
  ...[
    's3 =',
    '  nested = 1',
    '  other: 2',
    '\tthird=3',
    '    deep = 4',
    '# a = b',
    '; a = b',
    ' # x',
    'a = b # c',
    'a = b ;c',
  ],
  ...['', '   ', '\ufeff', '\u00a0', 'é = ü', 'a\u00a0= b', 'k = \u2028x', '__proto__ = x', 'aws_access_key_id = K'],
);
const file = fc
  .tuple(fc.array(line, { maxLength: 9 }), fc.constantFrom('\n', '\n', '\r\n', '\r'))
  .map(([lines, end]) => lines.join(end));
const valid = fc.array(line, { maxLength: 5 }).map((lines) => ['[default]', ...lines].join('\n'));

describeUnless(missingOracle)('as the AWS CLI', () => {
  const oracle = startOracle();
  afterAll(() => oracle.close());

  test('a config and a credentials file of any lines have the same profiles, or are both refused', async () => {
    const files = fc.oneof(file, valid);
    const asked = fc.sample(fc.record({ config: files, credentials: files }), { numRuns: 1_200, seed: 2_026 });
    const answers = await oracle.ask('shared_config', asked);
    const different = asked.flatMap(({ config, credentials }, index) => {
      const answer = answers[index];
      if (answer === undefined) throw new Error('The AWS CLI gave no answer.');
      const theirs = 'result' in answer ? answer.result : null;
      const ours = read(config, credentials);
      return isDeepStrictEqual(theirs, ours) ? [] : [{ config, credentials, theirs, ours, answer }];
    });
    expect(different.slice(0, 3)).toEqual([]);
    expect(answers.filter((answer) => 'result' in answer).length).toBeGreaterThan(100);
  });

  test('a line has the same words, or is refused', async () => {
    const piece = fc.constantFrom(
      'a',
      'b c',
      ' ',
      '\t',
      '\n',
      '"',
      "'",
      '\\',
      '\\"',
      '#',
      'é',
      '\u00a0',
      '$x',
      '""',
      "''",
    );
    const asked = fc
      .sample(fc.array(piece, { maxLength: 8 }), { numRuns: 3_000, seed: 2_026 })
      .map((all) => all.join(''));
    const answers = await oracle.ask('shell_words', asked);
    const ours = asked.map((text) => {
      try {
        return shellWords(text);
      } catch {
        return null;
      }
    });
    expect(ours).toEqual(answers.map((answer) => ('result' in answer ? answer.result : null)));
  });
});

test('a file that is not UTF-8 cannot be parsed', () => {
  writeFileSync(paths.AWS_CONFIG_FILE, Buffer.from([0x5b, 0x61, 0x5d, 0x0a, 0xff]));
  writeFileSync(paths.AWS_SHARED_CREDENTIALS_FILE, '');
  expect(() => readSharedConfig(paths)).toThrow(`Unable to parse config file: ${paths.AWS_CONFIG_FILE}`);
});

test('a file that is none, or does not exist, counts as empty', () => {
  for (const path of [folder, join(folder, 'none'), '/dev/null', '']) {
    const { profiles } = readSharedConfig({ AWS_CONFIG_FILE: path, AWS_SHARED_CREDENTIALS_FILE: path });
    expect([...profiles]).toEqual([]);
  }
});

test('variables and the home folder in a path are replaced', () => {
  writeFileSync(join(folder, 'named'), '[profile one]\nregion = r\n');
  for (const path of ['~/named', '$WHERE/named', '${WHERE}/named']) {
    const { profiles } = readSharedConfig({
      AWS_CONFIG_FILE: path,
      AWS_SHARED_CREDENTIALS_FILE: '',
      HOME: folder,
      WHERE: folder,
    });
    expect([...profiles.keys()]).toEqual(['one']);
  }
});
