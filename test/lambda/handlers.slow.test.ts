// No quick test.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const folder = join(root, 'src', 'lambda');

/** What an entry point exports, as the bundler finds it. */
async function exportsOf(file: string): Promise<string[]> {
  const entryPoints = [join(folder, file)];
  const { metafile } = await build({ entryPoints, bundle: false, write: false, metafile: true, format: 'esm' });
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

test('the functions of serverless.yml name the handlers of src/lambda, and all of them', async () => {
  const service = parse(readFileSync(join(root, 'serverless.yml'), 'utf8'), { logLevel: 'silent' }) as {
    readonly functions: Readonly<Record<string, { readonly handler: string }>>;
  };
  const named = new Set(Object.values(service.functions).map(({ handler }) => handler));
  const files = readdirSync(folder);
  expect([...named].sort()).toEqual(files.map((file) => `dist/${file.replace('.ts', '.handler')}`));
  for (const file of files) expect([file, await exportsOf(file)]).toEqual([file, expect.arrayContaining(['handler'])]);
});
