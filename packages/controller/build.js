// Bundles src/, the typed client and the doctor's code into dist/main.js, because Node runs no TypeScript inside
// node_modules. esbuild is found in the workspace.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from '../../tools/licences.js';

const folder = import.meta.dirname;
const dist = join(folder, 'dist');

rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: folder,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
});
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES'), licencesOf(folder, Object.keys(metafile.inputs)));
