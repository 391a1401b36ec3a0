import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limitsSection } from '../../bench/limits.ts';

const [performance = '', coldStarts = '', scale = ''] = ['performance.md', 'cold-starts.md', 'scale.md'].map((file) =>
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', file), 'utf8'),
);

/** The blocks that the benchmark writes, by their names. */
function blocksOf(document: string): Map<string, string> {
  const blocks = document.matchAll(/<!-- bench ([\w-]+) -->\n([^]*?)<!-- end of \1 -->/g);
  return new Map(Array.from(blocks, ([, name = '', text = '']) => [name, text.trim()]));
}

test('every block of the benchmark in docs/performance.md and docs/cold-starts.md has figures', () => {
  expect([...blocksOf(performance).keys()]).toEqual(['warm', 'decisions', 'growth', 'memory', 'cost']);
  expect([...blocksOf(coldStarts).keys()]).toEqual(['cold', 'sizes', 'versions', 'replacements']);
  const blocks = [...blocksOf(performance), ...blocksOf(coldStarts)];
  for (const [name, text] of blocks) expect({ name, text }).toEqual({ name, text: expect.stringMatching(/\d/) });
});

test('the limits in docs/scale.md follow from the constants of the code: npm run bench -- --only limits', async () => {
  // Prettier aligns the columns.
  const compact = (text = '') => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
  const { tables } = await limitsSection();
  expect(compact(blocksOf(scale).get('limits'))).toBe(compact(tables));
});
