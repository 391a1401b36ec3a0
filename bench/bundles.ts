import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { rejectCodeCache } from '../test/support/code-cache.ts';

const root = join(import.meta.dirname, '..');

/**
 * Builds the gateway as `npm run build` does, once for each folder, and returns the path of its
 * handler.
 */
export async function buildGateway(folder: string): Promise<string> {
  const outdir = join(folder, 'dist');
  const handler = join(outdir, 'graphql.mjs');
  if (existsSync(handler)) return handler;
  await promisify(execFile)(process.execPath, ['deploy/build.ts', '--outdir', outdir], { cwd: root });
  return handler;
}

/**
 * Copies a build of the gateway, and makes its code cache one of another version of V8, as in a
 * package that was built with another Node.js or architecture. Returns the path of the handler.
 */
export async function withRejectedCodeCache(bundle: string): Promise<string> {
  const outdir = `${dirname(bundle)}-rejected`;
  await cp(dirname(bundle), outdir, { recursive: true });
  rejectCodeCache(outdir);
  return join(outdir, 'graphql.mjs');
}

/** The name of another build, by its handler: the folder. Name it after its commit. */
export function nameOfBuild(handler: string): string {
  return basename(dirname(resolve(handler)));
}

/**
 * Builds a handler of `bench/naive` as esbuild does without further settings, and returns its path.
 */
export async function buildNaive(folder: string, name: 'empty' | 'tiny' | 'contract'): Promise<string> {
  const outfile = join(folder, `naive-${name}`, 'index.cjs');
  await mkdir(dirname(outfile), { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: [`bench/naive/${name}.ts`],
    bundle: true,
    platform: 'node',
    outfile,
    logLevel: 'error',
  });
  const wasm = fileURLToPath(import.meta.resolve('@cedar-policy/cedar-wasm/nodejs'));
  await copyFile(join(dirname(wasm), 'cedar_wasm_bg.wasm'), join(dirname(outfile), 'cedar_wasm_bg.wasm'));
  await copyFile(join(root, 'bench/naive/schema.graphql'), join(dirname(outfile), 'schema.graphql'));
  for (const file of ['schema.cedarschema', 'access.cedar', 'guardrails.cedar']) {
    await copyFile(join(root, 'policies', file), join(dirname(outfile), file));
  }
  return outfile;
}

/** Builds the bare calls that a create is compared with, and returns the path of the module. */
export async function buildCalls(folder: string): Promise<string> {
  const outfile = join(folder, 'calls.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['bench/naive/recorded.ts'],
    bundle: true,
    platform: 'node',
    outfile,
    logLevel: 'error',
  });
  return outfile;
}
