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
import { join } from 'node:path';
import { promisify } from 'node:util';

const repository = join(import.meta.dirname, '../..');
const run = promisify(execFile);
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
 * Packs packages, and installs their tarballs in a new project.
 *
 * @param parent the folder of the project: inside the repository, it resolves the repository's packages as well
 */
export async function installPackages(parent: string, names: readonly PackageName[]): Promise<Consumer> {
  const tarballs = await Promise.all(names.map(packedPackage));
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'consumer-'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module", "private": true}');
  await run('npm', ['install', '--no-audit', '--no-fund', ...tarballs], { cwd: folder, env: environment });
  return {
    folder,
    installed: (name) => join(folder, 'node_modules', name),
    bin: join(folder, 'node_modules/.bin/pod-identity'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The tarball of the sources as they are now: packed once, by whichever test needs it first. */
export async function packedPackage(name: PackageName): Promise<string> {
  const { folder, sources } = packages[name];
  const shared = ['tools/licences.js', 'tsconfig.json', 'package-lock.json'];
  const files = [...globSync(sources, { cwd: repository }), ...shared].sort();
  const cache = join(repository, '.cache/packed');
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
