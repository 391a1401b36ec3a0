import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { GeneralError, InterruptedError, UsageError } from '../aws/errors.ts';
import type { Values } from '../aws/parse.ts';
import { readOutputFormat } from '../aws/settings.ts';
import type { Value } from '../aws/value.ts';
import type { Execution } from '../execute.ts';
import { countingClient } from '../counting-client.ts';
import type { Session } from '../host.ts';
import { makeProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';

/** A command line of a command of several requests. */
export type Compound = Execution;

/**
 * Opens the gateway, uses it, and gives errors of the client as errors of the command. An
 * interruption is one until the first change is sent: from then on, it has a report. On a terminal,
 * shows how much is read.
 */
export async function withSession<Result>(
  { command, connection, host }: Compound,
  use: (session: Session, progress: Progress) => Promise<Result>,
): Promise<Result> {
  if (!host.openSession) throw new UsageError(`This program does not have the command ${command.name}.`);
  const session = await host.openSession(connection);
  const progress = makeProgress(host);
  try {
    return await use({ ...session, client: countingClient(session.client, progress) }, progress);
  } catch (error) {
    if (error instanceof InterruptedError) throw new InterruptedError('Interrupted. Nothing was changed.');
    throw session.errorOf(command.operation, error);
  } finally {
    progress.end();
  }
}

/**
 * Prints lines for people; with `--output`, the answer in this format instead.
 */
export async function printReport(
  { globals, profile, host, select, command }: Compound,
  lines: readonly string[],
  answer: () => object,
): Promise<void> {
  if (globals.output === undefined) {
    host.write(lines.map((line) => `${line}\n`).join(''));
    return;
  }
  const { printResult } = await import('../aws/output/print.ts');
  const format = readOutputFormat(globals, profile, host.environment);
  const style = { width: host.terminalColumns ?? 80, color: false };
  const data = JSON.parse(JSON.stringify(answer())) as Value;
  host.write(await printResult({ kind: 'answer', answer: data }, { format, select, title: command.operation, style }));
}

/** @throws {@link GeneralError} */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new GeneralError(`${path} can't be read: ${messageOf(error)}`);
  }
}

/**
 * Writes a file as a whole: a process that ends meanwhile leaves what was there before. Only its
 * owner can read it.
 *
 * @throws {@link GeneralError}
 */
export function writeText(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    throw new GeneralError(`${path} can't be written: ${messageOf(error)}`);
  }
}

/** The text of an option; null without it. */
export function textOf(values: Values, name: string): string | null {
  const value = values[name];
  return typeof value === 'string' ? value : null;
}

/** The texts of an option that can be repeated; none without it. */
export function textsOf(values: Values, name: string): readonly string[] {
  const value = values[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
