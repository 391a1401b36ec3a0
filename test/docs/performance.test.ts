import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderCharts } from '../../bench/charts.ts';

const root = join(import.meta.dirname, '..', '..');
const charts = renderCharts(join(root, 'bench', 'results'));
const documents = ['performance.md', 'scale.md'].map((file) => readFileSync(join(root, 'docs', file), 'utf8')).join();

describe('the charts of the benchmark', () => {
  test('are those of its results', () => {
    for (const [file, svg] of Object.entries(charts)) {
      expect({ file, svg: readFileSync(join(root, 'docs', file), 'utf8') }).toEqual({ file, svg });
    }
  });

  test('are drawn from all results, and no others are kept', () => {
    const kept = readdirSync(join(root, 'docs', 'performance')).map((file) => `performance/${file}`);
    expect(kept.sort()).toEqual(Object.keys(charts).sort());
  });

  test('are the same when they are drawn again', () => {
    expect(renderCharts(join(root, 'bench', 'results'))).toEqual(charts);
  });

  test('are in the documentation, each with a text that describes it', () => {
    for (const file of Object.keys(charts)) {
      expect(documents).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\(${file}\\)`));
    }
  });
});

test('no block of the documentation lacks its figures', () => {
  const blocks = [...documents.matchAll(/<!-- bench ([\w-]+) -->\n([^]*?)<!-- end of \1 -->/g)];
  expect(blocks.length).toBeGreaterThan(10);
  expect(blocks.filter(([, , text = '']) => text.trim() === '').map(([, name]) => name)).toEqual([]);
});
