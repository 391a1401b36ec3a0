// Adds a setting of an association, filters, a kind of operation and an event to copies of this
// repository, and demands that the compiler names every file that has to know: npm run additions
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { additions } from './additions-list.ts';
import type { Addition } from './additions-list.ts';
import { runCommand, UsageError } from './command.ts';

const root = join(import.meta.dirname, '..');

const help = `Adds to a copy of this repository, one after another: ${additions.map(({ name }) => name).join(', ')}.
Generates code, compiles everything, and demands that the compiler names every file that has to know.

Usage: npm run additions [-- NAME…]

  -h, --help  print this text

Exits with 0 when every file is named, with 1 when one is not, with 2 when the arguments are wrong.
It takes a minute or two for each addition.
`;

process.exitCode = await runCommand({
  help,
  options: {},
  maxArguments: Infinity,
  run: (_, names) => {
    const known = additions.map(({ name }) => name);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new UsageError(`${unknown} is not an addition: ${known.join(', ')}.`);
    const chosen = additions.filter(({ name }) => names.length === 0 || names.includes(name));
    const missed = chosen.filter((addition) => !isComplete(addition));
    return missed.length === 0 ? 0 : 1;
  },
});

/** Whether the compiler names every file that has to know of an addition. Prints what it names. */
function isComplete(addition: Addition): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'additions-'));
  try {
    copyTo(folder);
    for (const { file, after, text } of addition.edits) insert(join(folder, file), after, text);
    run(folder, ['tools/generate.ts']);
    const named = filesWithErrors(folder);
    const missing = addition.files.filter((file) => !named.includes(file));
    const others = named.filter((file) => !addition.files.includes(file));
    process.stdout.write(`${addition.name}: ${named.length} files don't compile.\n`);
    for (const file of others) process.stdout.write(`  also ${file}\n`);
    for (const file of missing) process.stdout.write(`  ${file} compiles, although it has to know.\n`);
    return missing.length === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Copies what git does not ignore, and links the installed packages. */
function copyTo(folder: string): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const files = listed.stdout.split('\0').filter((file) => file !== '' && existsSync(join(root, file)));
  if (listed.status !== 0 || files.length === 0) throw new Error(`git ls-files failed: ${listed.stderr}`);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  for (const file of files.filter((one) => /(^|\/)package\.json$/.test(one))) {
    const modules = join(dirname(file), 'node_modules');
    if (existsSync(join(root, modules))) symlinkSync(join(root, modules), join(folder, modules));
  }
}

/** Inserts a text after each occurrence of another one. Throws if there is none. */
function insert(file: string, after: string, text: string): void {
  const before = readFileSync(file, 'utf8');
  const parts = before.split(after);
  if (parts.length === 1) throw new Error(`${file} does not contain ${JSON.stringify(after)}.`);
  writeFileSync(file, parts.join(`${after}${text}`));
}

/** The files of both projects that do not compile, sorted. */
function filesWithErrors(folder: string): string[] {
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  const project = join('packages', 'page');
  const outputs = [run(folder, [tsc, '--noEmit'], [0, 1, 2]), run(folder, [tsc, '--project', project], [0, 1, 2])];
  const named = outputs.flatMap((output) => [...output.matchAll(/^(\S+)\(\d+,\d+\): error /gm)]);
  return [...new Set(named.map(([, file = '']) => file))].sort();
}

/** What a program of Node.js prints. Throws if it exits with another code. */
function run(folder: string, args: readonly string[], codes: readonly number[] = [0]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status === null || !codes.includes(status)) throw new Error(`${args.join(' ')} failed: ${stdout}${stderr}`);
  return stdout;
}
