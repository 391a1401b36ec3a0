// Everything that a change must pass except tests, in parts: npm run check
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runCommand, UsageError } from './command.ts';
import { linesOf } from './programs.ts';

const root = join(import.meta.dirname, '..');

/** What each part checks, and its command. */
const parts: Readonly<Record<string, readonly [checks: string, command: string]>> = {
  generated: ['whether both src/generated follow from schema.graphql', 'node tools/generate.ts --check'],
  types: ['TypeScript', 'tsc && tsc --project packages/page'],
  lint: ['ESLint, without warnings', 'eslint --max-warnings 0 .'],
  layers: [
    'the import rules of the layers',
    'depcruise --config .dependency-cruiser.js src packages bench deploy tools test',
  ],
  format: ['Prettier', 'prettier --check .'],
  spelling: ['cspell', 'cspell --no-progress --dot .'],
  unused: ['unused files, exports and dependencies', 'knip'],
  schema: ['breaking changes of schema.graphql since the last release', 'node tools/check-schema.ts'],
  policies: ['the shipped policies and their cases', 'node packages/operator/src/main.ts policies check'],
};

const help = `Checks everything that a change must pass except tests. None of it needs a network.

Usage: npm run check [-- PART…]

${linesOf(parts)}
  -h, --help  print this text

Exits with 0 when all parts pass, with 1 when one does not, with 2 when the arguments are wrong.
`;

process.exitCode = await runCommand({
  help,
  options: {},
  maxArguments: Infinity,
  run: (_, names) => {
    const unknown = names.find((name) => !Object.hasOwn(parts, name));
    if (unknown !== undefined) throw new UsageError(`${unknown} is not a part: ${Object.keys(parts).join(', ')}.`);
    const failed = Object.entries(parts)
      .filter(([name]) => names.length === 0 || names.includes(name))
      .filter(([, [, command]]) => spawnSync(command, { cwd: root, shell: true, stdio: 'inherit' }).status !== 0)
      .map(([name]) => name);
    if (failed.length > 0) process.stderr.write(`Failed: ${failed.join(', ')}. Repeat with npm run check -- PART.\n`);
    return failed.length === 0 ? 0 : 1;
  },
});
