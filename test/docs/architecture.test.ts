import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layers } from '../../.dependency-cruiser.js';
import { tableUnder } from '../support/reference.ts';

const root = join(import.meta.dirname, '..', '..');
const table = tableUnder(readFileSync(join(root, 'docs', 'architecture.md'), 'utf8'), '## Layers');

const files = globSync('src/**/*.ts', { cwd: root }).map((file) => ({
  file,
  lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1,
}));

/** Lines of a layer: of one file, or of a folder without the files that are layers of their own. */
function linesOf(layer: string): number {
  const isIn = ({ file }: { readonly file: string }) =>
    file === `src/${layer}` || (file.startsWith(`src/${layer}/`) && !layers.includes(file.slice('src/'.length)));
  return files.filter(isIn).reduce((sum, { lines }) => sum + lines, 0);
}

const written = files.filter(({ file }) => !file.startsWith('src/generated/'));

test('docs/architecture.md lists the layers of the lint rules, in their order', () => {
  expect([...table.keys()]).toEqual(layers);
});

test('every file of src belongs to a layer', () => {
  const total = layers.reduce((sum, layer) => sum + linesOf(layer), 0);
  expect(total).toBe(files.reduce((sum, { lines }) => sum + lines, 0));
});

test('no layer has more than a fifth of the lines of src', () => {
  const total = written.reduce((sum, { lines }) => sum + lines, 0);
  const large = layers.filter((layer) => !layer.startsWith('generated') && linesOf(layer) > total / 5);
  expect(large).toEqual([]);
});

test('no file of src has more than 250 lines', () => {
  expect(written.filter(({ lines }) => lines > 250)).toEqual([]);
});
