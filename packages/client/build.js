// Bundles src/ and its libraries into dist/, and writes its types. The package has no dependencies: the typed client is one
// bundle for browsers and Node.js, the command another, and what only some requests need is loaded from files beside them.
// esbuild and TypeScript are found in the workspace.
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

const shared = {
  absWorkingDir: folder,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  target: ['es2022', 'node20.11'],
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
};
const results = await Promise.all([
  build({ ...shared, entryPoints: ['src/index.ts'], platform: 'browser', chunkNames: 'client-[name]-[hash]' }),
  build({
    ...shared,
    entryPoints: ['src/command.ts', 'src/main.ts'],
    platform: 'node',
    chunkNames: 'command-[name]-[hash]',
    // Bundled CommonJS modules load Node's modules by `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  }),
]);
writeFileSync(
  join(dist, 'THIRD-PARTY-LICENSES'),
  licences(results.flatMap(({ metafile }) => Object.keys(metafile.inputs))),
);

/** The licence texts of the packages in the bundle. */
function licences(inputs) {
  const packages = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  const texts = [...new Set(packages.filter(Boolean))].sort().map((path) => {
    const root = join(folder, path);
    const file = readdirSync(root).find((name) => /^license/i.test(name));
    const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    // Some packages leave the text out. That of Apache-2.0 is the licence of this package too.
    if (file === undefined && license !== 'Apache-2.0') throw new Error(`${path} has no licence text.`);
    const text = file === undefined ? `${license}, see LICENSE` : readFileSync(join(root, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
