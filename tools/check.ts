// Everything that a change must pass except tests, in parts: npm run check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runCommand, UsageError } from './command.ts';
import { linesOf } from './programs.ts';

const root = join(import.meta.dirname, '..');

/**
 * Where parts keep what they found, by the contents of files and by their settings.
 */
const cache = '.cache/checks';
const cached = (name: string) => `--cache --cache-strategy content --cache-location ${cache}/${name}`;
/** The compiler of TypeScript 7. Version 6 is what programs of the tests and of other tools use as a library. */
const tsc = 'node node_modules/typescript-7/bin/tsc';
const incremental = (name: string) => `--incremental --tsBuildInfoFile ${cache}/${name}.tsbuildinfo`;

/** What each part checks, and its command. The longest come first. */
const parts: Readonly<Record<string, readonly [checks: string, command: string]>> = {
  lint: ['oxlint, without warnings', 'oxlint --deny-warnings'],
  types: ['TypeScript', `${tsc} ${incremental('tsc')} && ${tsc} --project packages/page ${incremental('page')}`],
  generated: ['whether both src/generated follow from schema.graphql', 'node tools/generate.ts --check'],
  layers: [
    'the import rules of the layers',
    'depcruise --config .dependency-cruiser.js src packages bench deploy tools test',
  ],
  format: ['Prettier', `prettier --check ${cached('prettier')} .`],
  spelling: ['cspell', `cspell --no-progress ${cached('cspell')} --dot .`],
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
  run: async (_, names) => {
    const unknown = names.find((name) => !Object.hasOwn(parts, name));
    if (unknown !== undefined) throw new UsageError(`${unknown} is not a part: ${Object.keys(parts).join(', ')}.`);
    const chosen = Object.entries(parts).filter(([name]) => names.length === 0 || names.includes(name));
    const failed = await failedOf(chosen.map(([name, [, command]]) => [name, command] as const));
    if (failed.length > 0) process.stderr.write(`Failed: ${failed.join(', ')}. Repeat with npm run check -- PART.\n`);
    return failed.length === 0 ? 0 : 1;
  },
});

/**
 * Runs commands, as many at once as there are processors. Prints the output of each when it ends,
 * and returns the names of those that failed.
 */
async function failedOf(commands: (readonly [name: string, command: string])[]): Promise<string[]> {
  const failed: string[] = [];
  const worker = async () => {
    for (let next = commands.shift(); next !== undefined; next = commands.shift()) {
      const [name, command] = next;
      const startedAt = performance.now();
      const { output, code } = await outputOf(command);
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      process.stdout.write(`${name}: ${code === 0 ? 'passed' : 'failed'} in ${seconds} s\n${output}`);
      if (code !== 0) failed.push(name);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return failed;
}

async function outputOf(command: string): Promise<{ readonly output: string; readonly code: number | null }> {
  const child = spawn(command, { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { output, code };
}
