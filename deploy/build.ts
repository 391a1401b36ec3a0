import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { cyclonedxEsbuildPlugin } from '@cyclonedx/cyclonedx-esbuild';
import { build } from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';
import { bundleProblems } from './bundle-rules.ts';
import { writeNativeCode } from './native-code.ts';
import {
  cedarDefines,
  cedarGlue,
  cedarStart,
  copyStart,
  copyWasm,
  lazyModules,
  parsedSchema,
  writeCedarSnapshot,
  writeCompilerHash,
  writeSchema,
  writeCodeCache,
} from './optimize.ts';
import { missedReplacements, replacements, replaceUnneeded } from './replacements.ts';
import { shortenNames } from './short-names.ts';
import { startProblems } from './start-budgets.ts';
import { finishSupplyChain, pageSbomFile, sbomFile } from './supply-chain.ts';
import { runCommand } from '../tools/command.ts';
import { parseIssuers } from '../src/app/issuers.ts';
import type { IssuerEntry } from '../src/app/issuers.ts';
import { buildPage } from '../packages/page/build.ts';
import { writePage } from '../packages/page/write.ts';
import { verifyPolicies } from '../packages/operator/src/policies/check.ts';
import type { PolicySet } from '../src/policy/policies/compile.ts';
import { compiledInventoryFile, compileInventory } from '../src/policy/inventory/compiled.ts';
import { parseInventory } from '../src/policy/inventory/inventory.ts';
import { policySetFile, readPolicySet, verificationFile } from '../src/policy/load.ts';
import { verificationHash } from '../src/policy-versions/packed-policies.ts';
import { readVerifiedFiles } from '../packages/operator/src/policy-versions/prepare.ts';
import { warningsOf } from '../packages/operator/src/authoring/warnings.ts';

/** The bundles, one for each entry point in src/lambda. */
const functionNames = ['graphql', 'reconcile', 'scan', 'expire', 'deliver', 'checkpoint', 'compile', 'page'];

const root = join(import.meta.dirname, '..');
const ownOutdir = join(root, 'dist');

/**
 * `@as-integrations/aws-lambda` is CommonJS and loads `@apollo/server` by `require`, which resolves
 * to another build than the `import`s of the gateway. This plugin resolves both to the same build.
 */
const oneApollo: Plugin = {
  name: 'one-apollo',
  setup(bundler) {
    bundler.onResolve({ filter: /^@apollo\/server(\/|$)/ }, ({ kind, path, resolveDir, importer }) =>
      kind === 'require-call' ? bundler.resolve(path, { kind: 'import-statement', resolveDir, importer }) : undefined,
    );
  },
};

/**
 * CommonJS, because `require` loads Node's modules faster than `import` does. The extension `.cjs`
 * makes it CommonJS whatever package.json is above it.
 */
const options = {
  absWorkingDir: root,
  entryPoints: functionNames.map((name) => `src/lambda/${name}.ts`),
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // `import()` of Node's modules would load them as ES modules, and code from a cache can't do it
  // at all.
  supported: { 'dynamic-import': false },
  outExtension: { '.js': '.cjs' },
  // ES modules first, so that esbuild can drop unused code and `graphql` is bundled once.
  mainFields: ['module', 'main'],
  plugins: [oneApollo, cedarGlue, cedarStart, lazyModules, parsedSchema],
  minifySyntax: true,
  minifyWhitespace: true,
  // For line numbers of stack traces; the package leaves the maps out, as they would double its
  // size.
  sourcemap: 'external',
  // `graphql` skips its check for a second copy of itself in production.
  define: {
    'process.env.NODE_ENV': '"production"',
    'globalThis.process.env.NODE_ENV': '"production"',
    // What tells browsers from Node.js: reading it loads a module of Node.js.
    navigator: 'undefined',
  },
  metafile: true,
  logLevel: 'silent',
} satisfies BuildOptions;

/**
 * Lists the packages in the bundles, with their licences, as CycloneDX. The list of two equal
 * builds is equal.
 */
const billOfMaterials = (outputFile: string) =>
  cyclonedxEsbuildPlugin({
    specVersion: '1.6',
    outputFile,
    outputReproducible: true,
    gatherLicenseTexts: true,
    validate: false,
    logLevel: 'silent',
  });

/**
 * Inputs of a package: a folder of policies with their cases, the file of an inventory, and
 * optionally one of issuers.
 */
interface Sources {
  readonly policies: string;
  readonly inventory: string;
  /** File of issuers with their keys; null: API Gateway alone verifies tokens. */
  readonly issuers: string | null;
}

/**
 * Writes the bundles, Cedar's WebAssembly, the policies and the page to `outdir`. Throws an Error
 * that says what is not valid.
 */
async function buildInto(outdir: string, { policies, inventory, issuers }: Sources): Promise<void> {
  await clean(outdir);
  const { failures, summary } = verifyPolicies(policies);
  console.log(`${policies}: ${summary}`);
  if (failures.length > 0) throw new Error(`The policies fail their cases:\n${failures.join('\n')}`);
  const deployed = parseInventory(await readFile(inventory, 'utf8'), inventory);
  const policySet = readPolicySet(policies);
  console.log(`${inventory}: inventory ${deployed.hash}`);
  for (const warning of warningsOf(policySet, deployed)) console.warn(`WARNING ${warning}`);

  const issuersText = issuers === null ? '[]' : await readFile(issuers, 'utf8');
  for (const entry of parseIssuers(issuersText)) console.log(describeIssuer(entry));

  await copyWasm(outdir);
  await copyPolicies(policies, policySet, join(outdir, 'policies'));
  await copyFile(inventory, join(outdir, 'policies', 'inventory.json'));
  await writeFile(join(outdir, 'policies', compiledInventoryFile), compileInventory(deployed));
  await writeFile(join(outdir, 'policies', verificationFile), verificationHash(readVerifiedFiles(policies)));
  // Before the bundles, which hold its hash.
  const snapshotHash = await writeCedarSnapshot(outdir, policies);
  console.log(`Cedar's native code: ${await writeNativeCode(outdir, policies, snapshotHash)}`);
  const define = { ...options.define, ...cedarDefines(snapshotHash) };
  const plugins = [replaceUnneeded(replacements), ...options.plugins, billOfMaterials(sbomFile)];
  const { metafile, warnings } = await build({ ...options, outdir, define, plugins });
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (output.entryPoint !== undefined) output.bytes = await shortenNames(join(root, file));
  }
  const problems = [
    ...warnings.map(({ text, location }) => `${location?.file}: ${text}`),
    ...bundleProblems(metafile),
    ...missedReplacements(metafile),
  ];
  if (problems.length > 0) throw new Error(`The bundle is not valid for Lambda:\n${problems.join('\n')}`);

  await writeCompilerHash(outdir);
  writePage(join(outdir, 'page-files'), await buildPage({ plugins: [billOfMaterials(join(outdir, pageSbomFile))] }));
  await writeFile(join(outdir, 'issuers.json'), issuersText);
  await writeSchema(outdir);
  for (const name of functionNames) await copyStart(outdir, name);
  // Only of the graphql function: nobody waits for the start of the reconciler.
  await writeCodeCache(outdir);
  await finishSupplyChain(root, outdir, Object.keys(metafile.inputs));
  const sizes = await sizesIn(outdir);
  for (const [file, bytes] of sizes) console.log(`${(bytes / 1000).toFixed(0).padStart(7)} kB  ${file}`);
  const tooMuch = startProblems(sizes);
  if (tooMuch.length > 0) throw new Error(tooMuch.join('\n'));
}

function describeIssuer({ issuer, jwks, jwksUri }: IssuerEntry): string {
  if (jwks !== undefined) return `${issuer}: the function verifies signatures with ${jwks.keys.length} packaged keys.`;
  return jwksUri === undefined
    ? `${issuer}: API Gateway alone verifies signatures.`
    : `${issuer}: the function verifies signatures if JWT_VERIFICATION is on, with the keys of ${jwksUri}.`;
}

/** Removes the files of an earlier build, so that none of them is deployed with this one. */
async function clean(outdir: string): Promise<void> {
  if (outdir === ownOutdir) await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  if ((await readdir(outdir)).length > 0) throw new Error(`${outdir} is not empty: choose a new folder.`);
}

/**
 * Copies the policies without their cases, and stores them compiled, so that no cold start of a
 * function compiles them.
 */
async function copyPolicies(from: string, policySet: PolicySet, to: string): Promise<void> {
  await mkdir(to);
  const names = await readdir(from);
  for (const name of names.filter((each) => /\.cedar(schema)?$/.test(each))) {
    await copyFile(join(from, name), join(to, name));
  }
  await writeFile(join(to, policySetFile), JSON.stringify(policySet));
}

/** Bytes of the files of a folder, by their paths there, in their order. */
async function sizesIn(folder: string): Promise<ReadonlyMap<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = new Map<string, number>();
  for (const file of files.sort()) sizes.set(relative(folder, file), (await stat(file)).size);
  return sizes;
}

const help = `Builds what Lambda runs: bundles, Cedar's WebAssembly, compiled policies and inventory; and the files of the page.

Usage: npm run build -- [--policies FOLDER] [--inventory FILE] [--issuers FILE] [--outdir FOLDER]

  --policies FOLDER  policies, with their cases (default: policies beside package.json)
  --inventory FILE   inventory of the deployment (default: inventory.json in the folder of policies)
  --issuers FILE     issuers of tokens with their keys, so that the function verifies signatures itself (default: none)
  --outdir FOLDER    an empty or new folder for the result (default: dist beside package.json, which is emptied)
  -h, --help         print this text

Exits with 0 when everything is built, with 1 when policies, inventory, issuers or bundles are not valid, with 2 when the arguments
are wrong.
`;

process.exitCode = await runCommand({
  help,
  options: {
    policies: { type: 'string', default: join(root, 'policies') },
    inventory: { type: 'string' },
    issuers: { type: 'string' },
    outdir: { type: 'string', default: ownOutdir },
  },
  run: async (values) => {
    const policies = resolve(values.policies);
    // The cases use the inventory in the folder of policies; a deployment serves other clusters.
    const inventory = resolve(values.inventory ?? join(policies, 'inventory.json'));
    const issuers = values.issuers === undefined ? null : resolve(values.issuers);
    await buildInto(resolve(values.outdir), { policies, inventory, issuers });
    return 0;
  },
});
