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

const packageFolder = join(import.meta.dirname, '..');
const repository = join(packageFolder, '../..');
const run = promisify(execFile);
const environment = { PATH: process.env.PATH, HOME: process.env.HOME, npm_config_offline: 'true' };
const entries = [
  ...['package.json', 'README.md', 'LICENSE', 'build.js', 'tsconfig.build.json', 'declaration.schema.json'],
  ...['bin', 'src'],
];

/** A new project that has the package installed from its tarball. */
export interface Consumer {
  readonly folder: string;
  /** Where the package is. */
  readonly installed: string;
  /** The path of the executable. */
  readonly bin: string;
  readonly remove: () => void;
}

/**
 * Packs the package, and installs the tarball in a new project.
 *
 * @param parent the folder of the project: inside the repository, it resolves the repository's packages as well
 */
export async function installPackage(parent: string): Promise<Consumer> {
  const tarball = await packedPackage();
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'consumer-'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module", "private": true}');
  await run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: folder, env: environment });
  return {
    folder,
    installed: join(folder, 'node_modules/pod-identity-client'),
    bin: join(folder, 'node_modules/.bin/pod-identity'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The tarball of the sources as they are now: packed once, by whichever test needs it first. */
export async function packedPackage(): Promise<string> {
  const cache = join(repository, '.cache/client-package');
  const tarball = join(cache, `${sourceHash()}.tgz`);
  if (existsSync(tarball)) return tarball;
  // A copy, so that nothing is built in the working tree.
  const scratch = join(cache, randomUUID());
  const copy = join(scratch, 'packages/client');
  mkdirSync(copy, { recursive: true });
  for (const entry of entries) cpSync(join(packageFolder, entry), join(copy, entry), { recursive: true });
  cpSync(join(repository, 'tsconfig.json'), join(scratch, 'tsconfig.json'));
  symlinkSync(join(repository, 'node_modules'), join(scratch, 'node_modules'));
  await run('npm', ['pack', '--pack-destination', scratch], { cwd: copy, env: environment });
  const [packed = ''] = readdirSync(scratch).filter((name) => name.endsWith('.tgz'));
  renameSync(join(scratch, packed), tarball);
  rmSync(scratch, { recursive: true });
  return tarball;
}

function sourceHash(): string {
  const hash = createHash('sha256');
  const files = [
    ...entries.filter((entry) => !['bin', 'src'].includes(entry)).map((entry) => join(packageFolder, entry)),
    ...globSync(['bin/*', 'src/**/*.ts'], { cwd: packageFolder }).map((file) => join(packageFolder, file)),
    join(repository, 'tsconfig.json'),
    join(repository, 'package-lock.json'),
  ];
  for (const file of files.sort()) hash.update(file).update(readFileSync(file));
  return hash.digest('hex').slice(0, 32);
}
