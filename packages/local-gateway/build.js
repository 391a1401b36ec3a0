// Bundles src/, the gateway, the simulator and their libraries into dist/, because Node runs no TypeScript inside
// node_modules. esbuild and TypeScript are found in the workspace.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { build } from 'esbuild';
import { cedarGlue } from '../../deploy/optimize.ts';
import { licencesOf } from '../../tools/licences.js';
import { buildPage } from '../page/build.ts';
import { writePage } from '../page/write.ts';

const folder = import.meta.dirname;
const repository = join(folder, '../..');
const dist = join(folder, 'dist');
const tsc = fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript')));

rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: folder,
  entryPoints: ['src/index.ts', 'src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  // Bundled CommonJS modules load Node's modules by `require`, and Cedar finds its WebAssembly by `__dirname`.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __dirname = import.meta.dirname;",
  },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  plugins: [cedarGlue],
  metafile: true,
});
// The public types import nothing, so they are the only ones to publish.
execFileSync(
  process.execPath,
  [tsc, '--ignoreConfig', '--declaration', '--emitDeclarationOnly', '--outDir', dist, join(folder, 'src/api.ts')],
  { stdio: 'inherit' },
);
writeFileSync(
  join(dist, 'index.d.ts'),
  "export * from './api.js';\nimport type { StartLocalGateway, UseLocalGateway } from './api.js';\nexport declare const startLocalGateway: StartLocalGateway;\nexport declare const useLocalGateway: UseLocalGateway;\n",
);
const cedar = dirname(fileURLToPath(import.meta.resolve('@cedar-policy/cedar-wasm/nodejs')));
copyFileSync(join(cedar, 'cedar_wasm_bg.wasm'), join(dist, 'cedar_wasm_bg.wasm'));
copyFileSync(join(repository, 'packages/eks-simulator/src/world.json'), join(dist, 'world.json'));
cpSync(join(repository, 'policies'), join(dist, 'policies'), {
  recursive: true,
  filter: (path) => !/\/(cases|examples)(\/|$)/.test(path.slice(repository.length)),
});
/** The files in the page, relative to a folder beside this one. */
const pageInputs = [];
const listInputs = {
  name: 'list-inputs',
  setup: ({ onEnd }) => onEnd((result) => void pageInputs.push(...Object.keys(result.metafile.inputs))),
};
writePage(join(dist, 'page-files'), await buildPage({ plugins: [listInputs] }));
writeFileSync(
  join(dist, 'THIRD-PARTY-LICENSES'),
  licencesOf(folder, [...Object.keys(metafile.inputs), ...pageInputs], ['Apache-2.0', 'MIT']),
);
