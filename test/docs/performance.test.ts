import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { limitsSection } from '../../bench/limits.ts';

const [performance = '', limits = ''] = ['performance.md', 'limits.md'].map((file) =>
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', file), 'utf8'),
);

/** The blocks that the benchmark writes, by their names. */
function blocksOf(document: string): Map<string, string> {
  const blocks = document.matchAll(/<!-- bench ([\w-]+) -->\n([^]*?)<!-- end of \1 -->/g);
  return new Map(Array.from(blocks, ([, name = '', text = '']) => [name, text.trim()]));
}

test('every block of the benchmark in docs/performance.md has figures', () => {
  const blocks = blocksOf(performance);
  expect([...blocks.keys()]).toEqual(['warm', 'decisions', 'growth', 'memory', 'cold']);
  for (const [name, text] of blocks) expect({ name, text }).toEqual({ name, text: expect.stringMatching(/\d/) });
});

test('the limits in docs/limits.md follow from the constants of the code: npm run bench -- --only limits', async () => {
  // Prettier aligns the columns.
  const compact = (text = '') => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
  const { tables } = await limitsSection();
  expect(compact(blocksOf(limits).get('limits'))).toBe(compact(tables));
});
