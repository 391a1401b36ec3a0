import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const mark = '--- end of block ---';

/** How the commands of a page are run. */
interface Commands {
  /** The first block, which starts the gateway: the test does so itself. */
  readonly start: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What stands for parts of the page, such as ports and `/tmp/`, in this order. */
  readonly replacements: readonly (readonly [part: string, replacement: string])[];
}

/**
 * Runs the blocks `sh` of a page in one shell, as in a terminal, and expects what its blocks `text` show, in which `…` stands for
 * any text. What a block starts in the background is ended.
 */
export async function expectReadmeOutputs(file: string, { start, cwd, env, replacements }: Commands): Promise<void> {
  const markdown = readFileSync(file, 'utf8').matchAll(/^```(sh|text)\n([^]*?)^```/gm);
  const [first, ...blocks] = [...markdown].map(([, language, text = '']) => ({ language, text }));
  expect(first?.text).toBe(start);
  const commands = blocks.map(({ language, text }) => (language === 'sh' ? text : `echo '${mark}'\n`)).join('');
  const script = replacements.reduce((text, [part, replacement]) => text.replaceAll(part, replacement), commands);
  // What programs keep for their user goes where it is deleted again.
  const home = mkdtempSync(join(tmpdir(), 'readme-home-'));
  const environment = { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: home, ...env };
  const ended = `trap 'for job in $(jobs -p); do kill "$job"; done' EXIT\n`;
  const { stdout } = await run('bash', ['-eu', '-c', ended + script], { cwd, env: environment }).finally(() =>
    rmSync(home, { recursive: true }),
  );
  const printed = stdout.split(`${mark}\n`);
  const shown = blocks.filter(({ language }) => language === 'text').map(({ text }) => text);
  for (const [index, text] of shown.entries()) expect(printed[index]).toMatch(patternOf(text));
}

function patternOf(output: string): RegExp {
  const parts = output.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*?')}$`);
}

const repository = join(import.meta.dirname, '../..');
/** Where what was packed and installed is kept from run to run. */
const cache = join(repository, '.cache/packed');

const environment = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_offline: 'true' };

/** The folder of each package, and the files that it is built from. */
const packages = {
  'pod-identity-client': { folder: 'packages/client', sources: ['packages/client/{*.*,LICENSE,src/**/*.*}'] },
  'pod-identity-command': {
    folder: 'packages/command',
    sources: ['packages/command/{*.*,LICENSE,{bin,src}/**/*.*}', 'packages/client/src/**/*.*'],
  },
  'eks-simulator': { folder: 'packages/eks-simulator', sources: ['packages/eks-simulator/{*.*,LICENSE,src/**/*.*}'] },
} as const;

/** A package that users install. */
export type PackageName = keyof typeof packages;

/** A new project that has packages installed from their tarballs. */
export interface Consumer {
  readonly folder: string;
  /** Where a package is. */
  readonly installed: (name: PackageName) => string;
  /** The path of the command's executable. */
  readonly bin: string;
  readonly remove: () => void;
}

/**
 * A new project with the tarballs of packages installed.
 *
 * @param parent the folder of the project: inside the repository, it resolves the repository's packages as well
 */
export async function installPackages(parent: string, names: readonly PackageName[]): Promise<Consumer> {
  const project = await installedProject(names);
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'consumer-'));
  cpSync(project, folder, { recursive: true, verbatimSymlinks: true });
  return {
    folder,
    installed: (name) => join(folder, 'node_modules', name),
    bin: join(folder, 'node_modules/.bin/pod-identity'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A project into which npm installed packages: once, by whichever test needs them first, for others to copy. */
async function installedProject(names: readonly PackageName[]): Promise<string> {
  const tarballs = await Promise.all(names.map(packedPackage));
  const hash = createHash('sha256').update(tarballs.toSorted().join()).digest('hex').slice(0, 32);
  const project = join(cache, `project-${hash}`);
  if (existsSync(project)) return project;
  const scratch = join(cache, randomUUID());
  mkdirSync(scratch);
  writeFileSync(join(scratch, 'package.json'), '{"type": "module", "private": true}');
  await run('npm', ['install', '--no-audit', '--no-fund', ...tarballs], { cwd: scratch, env: environment });
  try {
    renameSync(scratch, project);
  } catch (error) {
    // Another test has been faster.
    if (!existsSync(project)) throw error;
    rmSync(scratch, { recursive: true });
  }
  return project;
}

/** The tarball of the sources as they are now: packed once, by whichever test needs it first. */
export async function packedPackage(name: PackageName): Promise<string> {
  const { folder, sources } = packages[name];
  const shared = ['tools/licences.js', 'tsconfig.json', 'package-lock.json'];
  const files = [...globSync(sources, { cwd: repository }), ...shared].sort();
  const tarball = join(cache, `${name}-${hashOf(files)}.tgz`);
  if (existsSync(tarball)) return tarball;
  // A copy, so that nothing is built in the working tree.
  const scratch = join(cache, randomUUID());
  for (const file of files) cpSync(join(repository, file), join(scratch, file));
  symlinkSync(join(repository, 'node_modules'), join(scratch, 'node_modules'));
  await run('npm', ['pack', '--pack-destination', scratch], { cwd: join(scratch, folder), env: environment });
  const [packed = ''] = readdirSync(scratch).filter((entry) => entry.endsWith('.tgz'));
  renameSync(join(scratch, packed), tarball);
  rmSync(scratch, { recursive: true });
  return tarball;
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(repository, file)));
  return hash.digest('hex').slice(0, 32);
}
