import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const root = join(import.meta.dirname, '..');
const document = join(root, 'docs', 'performance.md');

/** A part of the benchmark: its raw figures, and the tables that the documentation shows. */
export interface Section {
  /** Name of the part, also in the markers of `docs/performance.md`. */
  readonly name: string;
  readonly figures: unknown;
  /** Markdown. */
  readonly tables: string;
}

/** Where, when and how figures were measured. */
function circumstances(command: string): string {
  const [core] = cpus();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const day = new Date().toISOString().slice(0, 10);
  return `Measured on ${day} at ${commit}: ${cpus().length} cores (${core?.model.trim()}), Node.js ${process.version}, \`${command}\`.`;
}

/**
 * Writes the figures of a section to `bench/results`, and its tables into `docs/performance.md`, between the lines
 * `<!-- bench NAME -->` and `<!-- end of NAME -->`. Throws an Error if the document lacks them.
 */
export async function writeSection({ name, figures, tables }: Section, command: string): Promise<void> {
  const where = circumstances(command);
  const results = join(root, 'bench', 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify({ measured: where, figures }, null, 2)}\n`);
  const text = readFileSync(document, 'utf8');
  const [begin, end] = [`<!-- bench ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${document} lacks the lines ${begin} and ${end}.`);
  const filled = `${before}${begin}\n\n${where}\n\n${tables}\n\n${end}${after}`;
  writeFileSync(document, await format(filled, { ...(await resolveConfig(document)), filepath: document }));
}

/** A Markdown table. Numbers are right-aligned. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] !== 'string'));
  const lines = [head, isNumber.map((right) => (right ? '--:' : '---')), ...rows.map((row) => row.map(cell))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cell(value: string | number | null): string {
  if (value === null) return '–';
  return typeof value === 'string' ? value : value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
