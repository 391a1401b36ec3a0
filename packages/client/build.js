// Bundles src/ and its libraries into dist/, as one file for browsers and Node.js, and writes its types. The package has no
// dependencies. esbuild and TypeScript are found in the workspace.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
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
  entryPoints: ['src/index.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'browser',
  target: ['es2022', 'node20.19'],
  format: 'esm',
  chunkNames: 'client-[name]-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
});
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES'), licencesOf(folder, Object.keys(metafile.inputs)));
