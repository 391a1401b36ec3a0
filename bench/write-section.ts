import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Section } from './report.ts';

const root = join(import.meta.dirname, '..');

/** Where, when and how figures were measured. */
function circumstances(command: string): string {
  const [core] = cpus();
  // On a machine with a load above its cores, times are mostly waits for a core: only those of the
  // processor say something.
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const day = new Date().toISOString().slice(0, 10);
  return `Measured on ${day} at ${commit}: ${cpus().length} cores (${core?.model.trim()}) with a load of ${loadavg()[0]?.toFixed(0)}, Node.js ${process.version}, \`${command}\`.`;
}

/**
 * Writes the tables of a section into its document, between the lines `<!-- bench NAME -->` and
 * `<!-- end of NAME -->`. Throws an Error if the document lacks them.
 */
export async function writeSection(section: Section, command: string): Promise<void> {
  const { name, document: file = 'performance.md', isMeasured = true, tables } = section;
  const document = join(root, 'docs', file);
  const content = isMeasured ? `${circumstances(command)}\n\n${tables}` : tables;
  const filled = fill(document, readFileSync(document, 'utf8'), name, content);
  writeFileSync(document, await format(filled, { ...(await resolveConfig(document)), filepath: document }));
}

function fill(document: string, text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- bench ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${document} lacks the lines ${begin} and ${end}.`);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}
