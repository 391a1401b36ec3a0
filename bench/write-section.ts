import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { renderCharts } from './charts.ts';
import type { Section } from './report.ts';

const root = join(import.meta.dirname, '..');
const results = join(root, 'bench', 'results');

/** Where, when and how figures were measured. */
function circumstances(command: string): string {
  const [core] = cpus();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const day = new Date().toISOString().slice(0, 10);
  return `Measured on ${day} at ${commit}: ${cpus().length} cores (${core?.model.trim()}), Node.js ${process.version}, \`${command}\`.`;
}

/**
 * Writes the figures of a section to `bench/results`, its tables into its document between the lines `<!-- bench NAME -->` and
 * `<!-- end of NAME -->`, and the charts. Throws an Error if the document lacks them.
 */
export async function writeSection(section: Section, command: string): Promise<void> {
  const { name, document: file = 'performance.md', figures, tables, more = {} } = section;
  const where = circumstances(command);
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify({ measured: where, figures }, null, 2)}\n`);
  const document = join(root, 'docs', file);
  const blocks = Object.entries({ [name]: `${where}\n\n${tables}`, ...more });
  const filled = blocks.reduce(
    (text, [block, content]) => fill(document, text, block, content),
    readFileSync(document, 'utf8'),
  );
  writeFileSync(document, await format(filled, { ...(await resolveConfig(document)), filepath: document }));
  for (const [chart, svg] of Object.entries(renderCharts(results))) writeFileSync(join(root, 'docs', chart), svg);
}

function fill(document: string, text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- bench ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${document} lacks the lines ${begin} and ${end}.`);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}
