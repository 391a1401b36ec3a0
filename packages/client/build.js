// Bundles src/ and its libraries into dist/index.js, and writes its types. The package has no dependencies, and one file
// starts faster than many. esbuild and TypeScript are found in the workspace.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { build } from 'esbuild';

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
  platform: 'node',
  target: 'node20.11',
  format: 'esm',
  // Bundled CommonJS modules load Node's modules by `require`.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
});
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES'), licences(metafile));

/** The licence texts of the packages in the bundle. */
function licences({ inputs }) {
  const packages = Object.keys(inputs).map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  const texts = [...new Set(packages.filter(Boolean))].sort().map((path) => {
    const root = join(folder, path);
    const file = readdirSync(root).find((name) => /^license/i.test(name));
    if (file === undefined) throw new Error(`${path} has no licence text.`);
    const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return `${name} ${version}\n\n${readFileSync(join(root, file), 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
