import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layers } from '../../.dependency-cruiser.js';
import { tableUnder } from '../support/reference.ts';

const root = join(import.meta.dirname, '..', '..');
const table = tableUnder(readFileSync(join(root, 'docs', 'architecture.md'), 'utf8'), '## Layers');

test('docs/architecture.md lists the layers of the lint rules, in their order', () => {
  expect([...table.keys()]).toEqual(layers);
});

test('every file of src belongs to a layer', () => {
  const files = globSync('**/*.ts', { cwd: join(root, 'src') });
  const isIn = (layer: string) => (file: string) => file === layer || file.startsWith(`${layer}/`);
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => !layers.some((layer) => isIn(layer)(file)))).toEqual([]);
});
