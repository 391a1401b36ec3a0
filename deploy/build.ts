// Makes dist/, which Lambda runs: node deploy/build.ts [--policies FOLDER] [--inventory FILE] [--outdir FOLDER]
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import type { BuildOptions, Plugin } from 'esbuild';
import { bundleProblems } from './bundle-rules.ts';
import { checkPolicies } from '../src/cli/policies.ts';
import { compilePolicies } from '../src/policy/compile.ts';
import { parseInventory } from '../src/policy/inventory.ts';
import { policySetFile, readPolicySources } from '../src/policy/load.ts';

const root = join(import.meta.dirname, '..');
const ownOutdir = join(root, 'dist');

/**
 * `@as-integrations/aws-lambda` is CommonJS, and asks for `@apollo/server` by `require`: for another build of it than the
 * one that our own `import`s get. Here both get the same.
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
 * CommonJS, because `require` loads Node's modules faster than `import` does, and because Cedar's build for Node looks for
 * its WebAssembly in `__dirname`. The ending says so whatever package.json lies above.
 */
const options = {
  absWorkingDir: root,
  entryPoints: ['src/lambda/graphql.ts', 'src/lambda/reconcile.ts'],
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // ES modules first: what isn't used is left out, which CommonJS hides. It also makes `graphql` one copy.
  mainFields: ['module', 'main'],
  plugins: [oneApollo],
  // Names stay, so that stack traces in the log can be read without a source map.
  minifySyntax: true,
  minifyWhitespace: true,
  // For whoever wants to read a trace by lines; not in the package, which they would double.
  sourcemap: 'external',
  // As graphql asks for it: in production it compares classes without a search for second copies of itself.
  define: { 'process.env.NODE_ENV': '"production"', 'globalThis.process.env.NODE_ENV': '"production"' },
  metafile: true,
  logLevel: 'silent',
} satisfies BuildOptions;

/** What goes into a package: a folder of policies with their cases, and the file of an inventory. */
interface Sources {
  readonly policies: string;
  readonly inventory: string;
}

/** Puts the bundles, Cedar's WebAssembly and the policies into `outdir`. Throws an Error that says what keeps it from that. */
async function buildInto(outdir: string, { policies, inventory }: Sources): Promise<void> {
  await clean(outdir);
  const { failures, summary } = checkPolicies(policies);
  console.log(`${policies}: ${summary}`);
  if (failures.length > 0) throw new Error(`The policies fail their cases:\n${failures.join('\n')}`);
  const { hash } = parseInventory(await readFile(inventory, 'utf8'));
  console.log(`${inventory}: inventory ${hash}`);

  const { metafile, warnings } = await build({ ...options, outdir });
  const problems = [...warnings.map(({ text, location }) => `${location?.file}: ${text}`), ...bundleProblems(metafile)];
  if (problems.length > 0) throw new Error(`The bundle is not fit for Lambda:\n${problems.join('\n')}`);

  const cedar = dirname(fileURLToPath(import.meta.resolve('@cedar-policy/cedar-wasm/nodejs')));
  await copyFile(join(cedar, wasm), join(outdir, wasm));
  await copyPolicies(policies, join(outdir, 'policies'));
  await copyFile(inventory, join(outdir, 'policies', 'inventory.json'));
  await printSizes(outdir);
}

const wasm = 'cedar_wasm_bg.wasm';

/** Takes away what an earlier build left, so that nothing of it can be deployed for this one. */
async function clean(outdir: string): Promise<void> {
  if (outdir === ownOutdir) await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  if ((await readdir(outdir)).length > 0) throw new Error(`${outdir} is not empty: choose a new folder.`);
}

/** Copies the policies, without their cases, and compiles them, so that no function has to do so at each cold start. */
async function copyPolicies(from: string, to: string): Promise<void> {
  await mkdir(to);
  const names = await readdir(from);
  for (const name of names.filter((each) => /\.cedar(schema)?$/.test(each))) {
    await copyFile(join(from, name), join(to, name));
  }
  await writeFile(join(to, policySetFile), JSON.stringify(compilePolicies(readPolicySources(from))));
}

async function printSizes(outdir: string): Promise<void> {
  const entries = await readdir(outdir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    const kilobytes = ((await stat(file)).size / 1000).toFixed(0);
    console.log(`${kilobytes.padStart(7)} kB  ${file.slice(outdir.length + 1)}`);
  }
}

const { values } = parseArgs({
  options: {
    policies: { type: 'string', default: join(root, 'policies') },
    // The folder's own is what the cases are about; what is deployed has other clusters in it.
    inventory: { type: 'string' },
    outdir: { type: 'string', default: ownOutdir },
  },
});
try {
  const policies = resolve(values.policies);
  const inventory = values.inventory ? resolve(values.inventory) : join(policies, 'inventory.json');
  await buildInto(resolve(values.outdir), { policies, inventory });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
