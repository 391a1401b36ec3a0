import { inspect, styleText } from 'node:util';
import type { DemoAnswer, DemoEntry, DemoInput, DemoVote } from './client.ts';
import type { Step } from './steps.ts';

/** Prints a line after an empty one; nothing for an empty text. */
export function say(text: string): void {
  if (text !== '') process.stdout.write(`\n${text}\n`);
}

/** The first request of a client, of whose later ones only the differences are printed. */
export interface FirstRequest {
  readonly number: number;
  readonly input: DemoInput;
}

/** Prints one request, its response, and whether that is the expected one. */
export function printStep(
  number: number,
  { title, input }: Step,
  first: FirstRequest,
  answer: DemoAnswer,
  problem: string | null,
): void {
  const { auditEntry: _, ...shown } = answer;
  const fields = Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== null && value !== false));
  printExchange(`${number}. ${title}`, shownInput(number, input, first), plain(fields), problem);
}

/** Prints one vote, its response, and whether that is the expected one. */
export function printVote(
  number: number,
  title: string,
  input: DemoInput,
  answer: DemoVote,
  problem: string | null,
): void {
  printExchange(`${number}. ${title}`, `approve ${plain(input)}`, plain(answer.refusal ?? answer.approval), problem);
}

function printExchange(heading: string, sent: string, received: string, problem: string | null): void {
  const mark = problem === null ? styleText('green', '✓') : `${styleText('red', '✗')} ${problem}`;
  say(`${styleText('bold', heading)} ${mark}`);
  process.stdout.write(`${indent(`→ ${sent}`)}\n${indent(`← ${received}`)}\n`);
}

/** The first input completely; for the others, the fields that differ from it. */
function shownInput(number: number, input: DemoInput, first: FirstRequest): string {
  if (number === first.number) return plain(input);
  const changed = Object.fromEntries(Object.entries(input).filter(([field, value]) => value !== first.input[field]));
  const same = `same as ${first.number}`;
  return Object.keys(changed).length === 0 ? same : `${same}, except ${plain(changed)}`;
}

/** Prints the audit trail, one line per entry. */
export function printTrail(entries: readonly DemoEntry[]): void {
  say(styleText('bold', `The audit trail of these requests, ${entries.length} entries:`));
  const numbers = new Map(
    [...new Set(entries.map(({ operationId }) => operationId))].map((id, index) => [id, index + 1]),
  );
  const rows = entries.map(({ time, event, operationId, target, refusalCode, message }) => [
    time.slice(11, 23),
    String(numbers.get(operationId)),
    event,
    target ? `${target.namespace}/${target.serviceAccount}` : '-',
    refusalCode ?? message ?? '',
  ]);
  printTable([['time', 'operation', 'event', 'service account', 'result'], ...rows]);
}

const lastColumnWidth = 66;

function printTable(rows: readonly string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const [index, row] of rows.entries()) {
    const cells = row.map((cell, column) => (column === row.length - 1 ? cut(cell) : cell.padEnd(widths[column] ?? 0)));
    const line = cells.join('  ').trimEnd();
    process.stdout.write(`   ${index === 0 ? styleText('dim', line) : line}\n`);
  }
}

function cut(text: string): string {
  return text.length > lastColumnWidth ? `${text.slice(0, lastColumnWidth - 1)}…` : text;
}

function plain(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: 110, colors: process.stdout.isTTY && process.stdout.hasColors() });
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '   ');
}
