import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandTable } from '../../packages/operator/src/commands.ts';
import { program } from '../../packages/operator/src/cli/help.ts';

const root = join(import.meta.dirname, '..', '..');
const pages = globSync('{*.md,docs/**/*.md,packages/*/README.md}', { cwd: root });

/** Every command line of pod-identity-operator on a page, with the lines that continue it. */
const linesOf = (page: string) =>
  [
    ...readFileSync(join(root, page), 'utf8')
      .replaceAll(/\\\n\s*/g, '')
      .matchAll(RegExp(`${program} ([^\`\\n|#>]*)`, 'g')),
  ].map(([, words = '']) => words.trim());

const named = pages.flatMap((page) => linesOf(page).map((line) => [page, line] as const));

test('the pages name commands and options of pod-identity-operator that exist', () => {
  expect(named.length).toBeGreaterThan(30);
  for (const [page, line] of named) {
    const [command] = commandTable.commands
      .filter(({ name }) => `${line} `.startsWith(`${name} `))
      .sort((one, other) => other.name.length - one.name.length);
    const options = [...line.matchAll(/ --([a-z-]+)/g)].map(([, option = '']) => option);
    const known = [...Object.keys(command?.options ?? {}), 'help'];
    expect([page, line, command !== undefined, options.filter((option) => !known.includes(option))]).toEqual([
      ...[page, line, line !== '' || command !== undefined, []],
    ]);
  }
});
