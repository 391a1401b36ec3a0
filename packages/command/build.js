// Bundles src/, the typed client and their libraries into dist/, and writes its types. The package has no dependencies; what
// only some requests need is loaded from files of its own. esbuild and TypeScript are found in the workspace.
import { execFileSync } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from '../../tools/licences.js';

const folder = import.meta.dirname;
const dist = join(folder, 'dist');
const tsc = fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript')));

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '--project', join(folder, 'tsconfig.build.json')], { stdio: 'inherit' });
const { metafile } = await build({
  absWorkingDir: folder,
  entryPoints: ['src/index.ts', 'src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: ['es2022', 'node22.21'],
  format: 'esm',
  chunkNames: 'command-[name]-[hash]',
  // Bundled CommonJS modules load Node's modules by `require`.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
});
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES'), licencesOf(folder, Object.keys(metafile.inputs)));
// Bundled first: the Node.js that packs need not read TypeScript.
const { outputFiles } = await build({
  absWorkingDir: folder,
  entryPoints: ['src/man-page.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const { manPage } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
mkdirSync(join(folder, 'man'), { recursive: true });
writeFileSync(join(folder, 'man/pod-identity.1'), manPage(version));
