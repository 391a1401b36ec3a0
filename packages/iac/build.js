// Bundles the function with its libraries into dist/function, and writes the constructs with their types into dist/. The
// constructs import aws-cdk-lib, which only users of CDK have. esbuild and TypeScript are found in the workspace.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { licencesOf } from '../../tools/licences.js';

const folder = import.meta.dirname;
const dist = join(folder, 'dist');
const constructs = join(folder, 'src/cdk/index.ts');

rmSync(dist, { recursive: true, force: true });
const shared = { absWorkingDir: folder, bundle: true, platform: 'node', format: 'esm', legalComments: 'none' };
const { metafile } = await build({
  ...shared,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/function/index.mjs',
  target: 'node24',
  mainFields: ['module', 'main'],
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
});
writeFileSync(join(dist, 'function/THIRD-PARTY-LICENSES'), licencesOf(folder, Object.keys(metafile.inputs)));
await build({
  ...shared,
  entryPoints: [constructs],
  outfile: 'dist/index.js',
  target: 'node20.19',
  packages: 'external',
});
const { outputText } = ts.transpileDeclaration(readFileSync(constructs, 'utf8'), { fileName: constructs });
writeFileSync(join(dist, 'index.d.ts'), outputText);
