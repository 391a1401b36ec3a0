// Keeps of this commit what later versions are compared with: npm run baseline -- 0.9.0
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { fullParams, paramArguments } from '../test/support/deployment.ts';
import { openService } from '../test/support/lambda-package.ts';
import { writeCompiledPolicies } from '../test/upgrade/compiled-policies.ts';
import { baselinesFolder } from './baselines.ts';
import { runCommand, UsageError } from './command.ts';

const root = join(import.meta.dirname, '..');
const cedar = '@cedar-policy/cedar-wasm';

/**
 * The package with every option on. Names that follow from its hash, or the time, are always the
 * same.
 */
async function packagedTemplate(): Promise<string> {
  const service = await openService({ isOwn: true, isBuilt: true });
  try {
    const { template } = await service.makePackage(['--stage', 'prod', ...paramArguments(fullParams)]);
    const text = JSON.stringify(template, null, 1);
    return text.replaceAll(/\d{13}-[\d:.TZ-]+(?=\/)/g, 'TIME').replaceAll(/(?<=GraphqlLambdaVersion)\w{30,}/g, 'HASH');
  } finally {
    await service.close();
  }
}

/**
 * The gateway and its ledger as one file, but for Cedar, whose WebAssembly comes from its package.
 */
export async function buildGateway(outfile: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/upgrade/gateway-version.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Jest runs the file in a context that has no `import()`.
    supported: { 'dynamic-import': false },
    mainFields: ['module', 'main'],
    external: [cedar],
    define: { 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
  });
}

async function cut(version: string): Promise<void> {
  const folder = join(root, baselinesFolder, version);
  const template = await packagedTemplate();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'template.json'), `${template}\n`);
  copyFileSync(join(root, 'schema.graphql'), join(folder, 'schema.graphql'));
  copyFileSync(join(root, 'test', 'ledger', 'stored', 'version-1.json'), join(folder, 'items.json'));
  writeCompiledPolicies(join(folder, 'policies'));
  await buildGateway(join(folder, 'gateway.cjs'));
  const sha256 = createHash('sha256')
    .update(readFileSync(join(folder, 'gateway.cjs')))
    .digest('hex');
  const manifest = { version, gateway: { file: 'gateway.cjs', sha256, requires: { [cedar]: cedarVersion() } } };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(`${join(baselinesFolder, version)}: gateway.cjs has the sha256 ${sha256}`);
}

function cedarVersion(): string {
  const folder = dirname(createRequire(import.meta.filename).resolve(`${cedar}/nodejs`));
  const { version } = JSON.parse(readFileSync(join(folder, '..', 'package.json'), 'utf8')) as { version: string };
  return version;
}

const help = `Keeps what later versions are compared with in ${baselinesFolder}/VERSION: schema, template, stored items, policies, and the gateway
as one file. The same commit gives the same bytes. Commit the folder with the release.

Usage: npm run baseline -- VERSION

  VERSION     of the release, e.g. 0.9.0
  -h, --help  print this text
`;

if (import.meta.main) {
  process.exitCode = await runCommand({
    help,
    options: {},
    maxArguments: 1,
    run: async (_, [version = '']) => {
      if (!/^\d+\.\d+\.\d+$/.test(version)) throw new UsageError('Give a version such as 0.9.0.');
      await cut(version);
      return 0;
    },
  });
}
