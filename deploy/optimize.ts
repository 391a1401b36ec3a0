// What a build adds to its bundles so that they start faster. Each part can be missing: then the
// functions start slower.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';
import type { Plugin } from 'esbuild';
import { checkSnapshotSize } from './bundle-rules.ts';
import { codeCacheMakerFile } from './code-cache-notice.ts';
import type { CodeCacheMaker } from './code-cache-notice.ts';
import { encodeSchema } from './bundle/schema-file.ts';
import { edited } from './module-edits.ts';
import { schemaDocument } from '../src/graphql/schema-document.ts';
import type { PolicySet } from '../src/policy/policies/compile.ts';
import { readCases } from '../src/cases/case-files.ts';
import { recordSnapshot } from '../src/cases/record-snapshot.ts';
import { encodeSnapshot } from '../src/policy/cedar/snapshot.ts';
import { policySetFile, readInventoryText } from '../src/policy/load.ts';
import { compilerFile } from '../src/policy-versions/compiled-version.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** Cedar's WebAssembly, beside the bundles. */
export const wasmFile = 'cedar_wasm_bg.wasm';

/** The snapshot of Cedar's memory, beside the bundles. */
export const snapshotFile = 'cedar-snapshot.bin';

/** Copies Cedar's WebAssembly to a folder. */
export async function copyWasm(folder: string): Promise<void> {
  const cedar = dirname(createRequire(import.meta.filename).resolve('@cedar-policy/cedar-wasm/nodejs'));
  await copyFile(join(cedar, wasmFile), join(folder, wasmFile));
}

/**
 * Puts the code of Cedar's package into a bundle as a function, with which
 * `src/policy/cedar/instance.ts` creates instances of the WebAssembly beside the bundle.
 */
export const cedarGlue: Plugin = {
  name: 'cedar-glue',
  setup(bundler) {
    bundler.onLoad({ filter: /src[\\/]policy[\\/]cedar[\\/]glue\.ts$/ }, () => ({
      contents: `import { join } from 'node:path';
        export { glue } from '@cedar-policy/cedar-wasm/nodejs';
        export const wasmFile = join(__dirname, '${wasmFile}');`,
      loader: 'js',
      resolveDir: root,
    }));
    bundler.onLoad({ filter: /cedar-wasm[\\/]nodejs[\\/]cedar_wasm\.js$/ }, async ({ path }) => {
      const text = withoutUnused(await readFile(path, 'utf8'));
      const wrapped = `export function glue(exports, require, __dirname, WebAssembly) {${text}\n}`;
      return { contents: (await transform(wrapped, { minify: true })).code, loader: 'js' };
    });
  },
};

/** The functions of `Cedar` in `src/policy/cedar/instance.ts`. */
const cedarFunctions = [
  'isAuthorizedPartial',
  'policySetTextToParts',
  'policyToJson',
  'preparsePolicySet',
  'preparseSchema',
  'schemaToJson',
  'statefulIsAuthorized',
  'validate',
];

/**
 * The code of Cedar's package without the functions that the gateway does not use: esbuild drops
 * none inside of a function.
 */
function withoutUnused(text: string): string {
  return edited(text, /\/\*\*[^]*?\*\/\nfunction (\w+)\([^]*?\n\}\nexports\.\1 = \1;\n/g, (whole, name = '') =>
    cedarFunctions.includes(name) ? whole : '',
  );
}

/** Loads modules of Node.js that few requests use when they are used first. */
export const lazyModules: Plugin = {
  name: 'lazy-modules',
  setup(bundler) {
    const files = { 'node:zlib': 'zlib.ts', 'node:timers/promises': 'timers.ts' };
    for (const [name, file] of Object.entries(files)) {
      const path = join(import.meta.dirname, 'bundle', file);
      bundler.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path }));
    }
  },
};

/** Starts Cedar by `bundle/cedar.ts` of this folder. */
export const cedarStart: Plugin = {
  name: 'cedar-start',
  setup(bundler) {
    const path = join(import.meta.dirname, 'bundle/cedar.ts');
    bundler.onResolve({ filter: /^\.\/start\.ts$/ }, ({ importer }) =>
      /src[\\/]policy[\\/]cedar[\\/]cedar\.ts$/.test(importer) ? { path } : null,
    );
  },
};

/** What a bundle that starts from a snapshot is built with. */
export function cedarDefines(snapshotHash: string): Record<string, string> {
  return { CEDAR_SNAPSHOT_HASH: JSON.stringify(snapshotHash) };
}

/**
 * Writes `cedar-snapshot.bin` to `outdir`, which holds Cedar's WebAssembly and the compiled
 * policies. Returns its SHA-256 (hex). Throws an Error if it is too large, or if a case is not
 * decided from it as it should be.
 *
 * @param sources the folder of the policies, with their cases
 */
export async function writeCedarSnapshot(outdir: string, sources: string): Promise<string> {
  const policies = join(outdir, 'policies');
  const file = join(outdir, snapshotFile);
  const policySet = JSON.parse(await readFile(join(policies, policySetFile), 'utf8')) as PolicySet;
  const snapshot = recordSnapshot(policySet, readInventoryText(sources), readCases(sources));
  const content = encodeSnapshot(snapshot);
  await writeFile(file, content);
  checkSnapshotSize({ bytes: content.length, memoryLength: snapshot.memoryLength }, policySet);
  const hash = createHash('sha256').update(content).digest('hex');
  console.log(`Cedar's snapshot: ${await verifyCedarSnapshot(outdir, sources, hash)}`);
  return hash;
}

/**
 * Writes by what the functions find versions that this package has compiled, see `compilerFile`.
 */
export async function writeCompilerHash(outdir: string): Promise<void> {
  const parts = await Promise.all(['compile.cjs', wasmFile].map((name) => readFile(join(outdir, name))));
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  await writeFile(join(outdir, 'policies', compilerFile), hash.digest('hex'));
}

/**
 * Decides all cases as a function with this hash of the snapshot in `outdir` does. Returns a
 * summary. Throws an Error if a decision is not the expected one.
 */
export async function verifyCedarSnapshot(outdir: string, sources: string, snapshotHash: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
  try {
    const outfile = join(folder, 'verify.cjs');
    await build({
      plugins: [cedarGlue, cedarStart],
      absWorkingDir: root,
      entryPoints: ['deploy/snapshot/verify.ts'],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      // As if the program were a file of the package.
      define: { ...cedarDefines(snapshotHash), __dirname: JSON.stringify(outdir) },
      logLevel: 'error',
    });
    return (await run(process.execPath, [outfile, join(outdir, 'policies'), sources])).stdout.trim();
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The syntax tree of the GraphQL schema, beside the bundles. */
const schemaFile = 'schema.json';

/**
 * Reads the GraphQL schema as a syntax tree from a file, so that no cold start parses its text, and
 * only the types of the first request.
 */
export const parsedSchema: Plugin = {
  name: 'parsed-schema',
  setup(bundler) {
    bundler.onLoad({ filter: /src[\\/]graphql[\\/]schema-document\.ts$/ }, () => ({
      contents: `import { readFileSync } from 'node:fs';
        import { join } from 'node:path';
        import { decodeSchema } from './deploy/bundle/schema-file.ts';
        export const schemaDocument = decodeSchema(readFileSync(join(__dirname, '${schemaFile}'), 'latin1'));`,
      loader: 'js',
      resolveDir: root,
    }));
  },
};

/** Writes the file that {@link parsedSchema} reads. */
export async function writeSchema(outdir: string): Promise<void> {
  await writeFile(join(outdir, schemaFile), encodeSchema(schemaDocument));
}

/**
 * Writes V8's code cache of the graphql function beside its bundle, and what made it. The cache is
 * used by the build of Node.js that made it, and ignored by others.
 *
 * @param options further options of Node.js
 */
export async function writeCodeCache(outdir: string, options: readonly string[] = []): Promise<void> {
  const program = join(import.meta.dirname, 'snapshot', 'code-cache.ts');
  // With these options, equal builds have equal caches; V8 accepts the caches without them too.
  // Without the variables of this process: they could name other endpoints, or options of Node.js
  // that change the cache.
  const all = ['--predictable', '--random-seed=1', ...options, program, outdir];
  const { stdout } = await run(process.execPath, all, { env: {}, timeout: 120_000 });
  console.log(`code cache of graphql: ${stdout}`);
  const maker: CodeCacheMaker = { nodeVersion: process.version, architecture: process.arch };
  await writeFile(join(outdir, codeCacheMakerFile), JSON.stringify(maker));
}

/** Writes what starts a function to the folder of its bundle. */
export async function copyStart(outdir: string, name: string): Promise<void> {
  await copyFile(join(import.meta.dirname, 'bundle', 'start.mjs'), join(outdir, `${name}.mjs`));
}
