import { toAnswer } from './aws/answer.ts';
import { UsageError } from './aws/errors.ts';
import { fileOrText, readInput } from './aws/input.ts';
import type { Result } from './aws/output/print.ts';
import { printResult } from './aws/output/print.ts';
import type { Paging } from './aws/paginate.ts';
import { readPages } from './aws/paginate.ts';
import type { Values } from './aws/parse.ts';
import type { Profile } from './aws/settings.ts';
import { readConnection, readOutputFormat } from './aws/settings.ts';
import { inputSkeleton, sampleAnswer, yamlInputSkeleton } from './aws/skeleton.ts';
import { validateInput } from './aws/validate.ts';
import { isMap } from './aws/value.ts';
import type { Value, ValueMap } from './aws/value.ts';
import type { Command } from './commands.ts';
import type { Host } from './host.ts';

/** A command line whose arguments are known. */
export interface Execution {
  readonly command: Command;
  readonly globals: Values;
  readonly values: Values;
  readonly profile: Profile;
  readonly host: Host;
}

/** What a command prints, and whether its answer has what it looks for; null for a command that looks for nothing. */
export interface Executed {
  readonly output: string;
  readonly found: boolean | null;
}

/** Executes a command. Nothing is sent before the whole command line is checked. */
export async function execute(execution: Execution): Promise<Executed> {
  const { command, globals, values, profile, host } = execution;
  const connection = readConnection(globals, profile, host.environment);
  const select = await querySelection(globals.query);
  const input = await readInput(command, values, host.environment);
  const paging = pagingOf(execution, input);
  if (values['generate-cli-skeleton'] === 'input') return { output: inputSkeleton(command), found: null };
  if (values['generate-cli-skeleton'] === 'yaml-input') return { output: yamlInputSkeleton(command), found: null };
  const isSample = values['generate-cli-skeleton'] === 'output';
  const fetch = async (request: ValueMap) => {
    validateInput(command, request);
    return isSample
      ? sampleAnswer(command)
      : toAnswer(command.answer, await host.call({ command, input: request, connection, wait: values.wait === true }));
  };
  const format = readOutputFormat(globals, profile, host.environment);
  const result = await resultOf(command, fetch, input, isSample ? null : paging);
  const color = globals.color === 'on' || (globals.color !== 'off' && host.terminalColumns !== null);
  const style = { width: host.terminalColumns ?? 80, color };
  const output = await printResult(result, { format, select, title: command.operation, style });
  return { output, found: isSample ? null : foundIn(result, command) };
}

function foundIn(result: Result, { finds }: Command): boolean | null {
  if (finds === undefined) return null;
  return result.kind === 'answer' ? isFound(result.answer, finds) : result.pages.pages.some(finds);
}

function isFound(answer: Value, finds: NonNullable<Command['finds']>): boolean {
  return isMap(answer) && finds(answer);
}

async function querySelection(query: Values[string]): Promise<(value: Value) => Value> {
  if (typeof query !== 'string') return (value) => value;
  const { compileQuery } = await import('./aws/query.ts');
  return compileQuery(query);
}

/** The paging of a list; null for other commands and where pagination is off. */
function pagingOf({ command, globals, values, host }: Execution, input: ValueMap): Paging | null {
  if (command.listField === undefined) return null;
  const isManual = 'maxResults' in input || 'nextToken' in input;
  const given = ['starting-token', 'page-size', 'max-items'].filter((name) => values[name] !== undefined);
  if (globals.paginate === false || isManual) {
    if (given.length === 0) return null;
    const names = given.map((name) => `--${name}`).join(', ');
    throw new UsageError(`Cannot specify --no-paginate along with pagination arguments: ${names}`);
  }
  const [token, maxItems, pageSize] = [values['starting-token'], values['max-items'], values['page-size']];
  if (typeof maxItems === 'number' && maxItems <= 0) {
    host.writeError('warning: Non-positive values for --max-items may result in undefined behavior.\n');
  }
  return {
    startingToken: typeof token === 'string' ? fileOrText('--starting-token', token, host.environment) : undefined,
    maxItems: typeof maxItems === 'number' ? maxItems : undefined,
    pageSize: typeof pageSize === 'number' ? pageSize : undefined,
  };
}

async function resultOf(
  command: Command,
  fetch: (input: ValueMap) => Promise<ValueMap>,
  input: ValueMap,
  paging: Paging | null,
): Promise<Result> {
  const field = command.listField;
  if (field === undefined || paging === null) return { kind: 'answer', answer: await fetch(input) };
  return { kind: 'pages', pages: await readPages(fetch, input, field, paging), field };
}
