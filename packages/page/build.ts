import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

/** A file of the page. */
export interface PageFile {
  /** The value of `content-type`. */
  readonly type: string;
  readonly body: Buffer;
}

/** The files of the page by the path of their URL: `/` and `/assets/<name>-<hash>.<extension>`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** Leaves out what signs requests: people have tokens. */
const withoutSigning: Plugin = {
  name: 'without-signing',
  setup: (build) => {
    build.onResolve({ filter: /\/sign\.ts$/ }, ({ path }) => ({ path, namespace: 'unsigned' }));
    build.onLoad({ filter: /./, namespace: 'unsigned' }, () => ({
      contents: "export const sign = () => { throw new Error('The page signs no requests.'); };",
    }));
  },
};

/**
 * Builds the page from its sources, in memory. Rejects with the errors of esbuild. `plugins`: e.g.
 * one that lists what is in it.
 */
export async function buildPage({ plugins = [] }: { readonly plugins?: Plugin[] } = {}): Promise<PageFiles> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: { page: 'src/main.tsx' },
    outdir: 'assets',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    plugins: [withoutSigning, ...plugins],
    metafile: true,
    write: false,
  });
  const entry = Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === 'src/main.tsx');
  const style = entry && metafile.outputs[entry]?.cssBundle;
  if (!entry || !style) throw new Error('The page has no script or no style sheet.');
  const files = new Map<string, PageFile>();
  for (const { path, contents } of outputFiles) {
    const name = basename(path);
    const type = types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    files.set(`/assets/${name}`, { type, body: Buffer.from(contents) });
  }
  const html = readFileSync(join(import.meta.dirname, 'src/index.html'), 'utf8')
    .replace('STYLE', `/${style}`)
    .replace('SCRIPT', `/${entry}`);
  files.set('/', { type: 'text/html; charset=utf-8', body: Buffer.from(html) });
  return files;
}
