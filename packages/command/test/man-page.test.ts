import { spawnSync } from 'node:child_process';
import { globalOptions, optionsOf } from '../src/aws/options.ts';
import { commands } from '../src/command-table.ts';
import { examplesOf } from '../src/examples.ts';
import { manPage } from '../src/man-page.ts';
import { testUnless } from '../../../test/support/requires.ts';

const page = manPage('1.2.3');
const escaped = (text: string) => text.replaceAll('-', String.raw`\-`);

test('the manual page has every command with its options and examples', () => {
  const sections = page.split(/^\.S[SH] /m);
  for (const command of commands) {
    const section = sections.find((one) =>
      new RegExp(`^${escaped(command.name).replaceAll('\\', '\\\\')}( <|\n)`).test(one),
    );
    for (const { name, hidden } of optionsOf(command)) {
      if (hidden !== true) expect(section).toContain(`\\fB${escaped(`--${name}`)}`);
    }
    for (const { line } of examplesOf(command)) expect(section).toContain(escaped(line));
  }
  for (const { name } of globalOptions) expect(page).toContain(`\\fB${escaped(`--${name}`)}`);
});

const missing = spawnSync('groff', ['--version']).error ? 'there is no groff' : null;

testUnless(missing)('groff formats the manual page without a warning', () => {
  const { stdout, stderr } = spawnSync('groff', ['-man', '-Tascii', '-ww', '-Wbreak'], {
    input: page,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toContain('--cluster-name <string>');
});
