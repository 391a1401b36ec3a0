// Builds Lambda's runtime client, once: npm run runtime-client
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The program that runs handlers in AWS Lambda's own Node.js runtimes, as AWS publishes it. */
const client = {
  name: 'aws-lambda-ric',
  version: '4.0.2',
  sha512: 'FE5Vskx7mYNnqAnWWJXUOsLp2VGgdsJsCoRLFTa8L4Yk0QVtArqR8q58yPA++QC1a73ZWJXBQ2AH31nIAv7NOQ==',
};

const cache = join(import.meta.dirname, '..', '..', '.cache');
const home = join(cache, client.name, client.version);

/** The runtime client's script; it exists after `installRuntimeClient`. */
export const runtimeClient = join(home, 'node_modules', client.name, 'index.mjs');

/** Whether the runtime client is installed. */
export function hasRuntimeClient(): boolean {
  return existsSync(runtimeClient);
}

/**
 * Downloads the runtime client into an ignored folder and builds it, unless it is installed. Requires cmake, make, g++ and
 * python3, and takes about 40 seconds. Throws if the download or the build fails.
 */
export async function installRuntimeClient(): Promise<void> {
  if (hasRuntimeClient()) return;
  await mkdir(join(cache, client.name), { recursive: true });
  // Built in a temporary folder, then renamed, because other test runs may build it at the same time.
  const building = await mkdtemp(join(cache, client.name, 'building-'));
  try {
    const archive = `${client.name}-${client.version}.tgz`;
    await run('npm', ['pack', `${client.name}@${client.version}`, '--silent'], { cwd: building });
    const sha512 = createHash('sha512')
      .update(await readFile(join(building, archive)))
      .digest('base64');
    if (sha512 !== client.sha512) throw new Error(`${archive} has an unexpected checksum: sha512-${sha512}`);
    // A separate root package that allows install scripts of this package only.
    const root = { private: true, allowScripts: { [client.name]: true } };
    await writeFile(join(building, 'package.json'), JSON.stringify(root));
    await run('npm', ['install', `./${archive}`, '--no-audit', '--no-fund'], { cwd: building });
    const built = join(building, 'node_modules', client.name, 'rapid-client.node');
    if (!existsSync(built)) throw new Error('npm did not build the runtime client: its install script did not run.');
    await rename(building, home).catch((error: unknown) => {
      if (!hasRuntimeClient()) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  installRuntimeClient().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
