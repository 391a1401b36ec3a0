import { detailedExitCode } from './command.ts';
import type { Command, Terminal } from './command.ts';
import { childrenOf, commandHelp, overview, program } from './help.ts';
import { parseCommandLine } from './parse.ts';
import { suggestion } from './suggest.ts';
import { asksForHelp } from '../../../../tools/command.ts';

/** All commands of the program. */
export interface CommandTable {
  /** One sentence about the program. */
  readonly summary: string;
  /** The first words of commands with several, each with a sentence. */
  readonly groups: Readonly<Record<string, string>>;
  readonly commands: readonly Command[];
}

/**
 * Runs the command that the words name, and returns the exit code: 0 when it is done, 1 when the
 * work failed or a check found problems, 2 when arguments or settings are wrong. Everything that is
 * wrong with them is reported before the work begins. With `--detailed-exitcode`, and for a command
 * that says when it reports, 2 means that there is something to report, and wrong arguments end
 * with 1. A command that says when it is unable to work ends with 2 then.
 */
export async function runCommandLine(
  table: CommandTable,
  words: readonly string[],
  terminal: Terminal,
): Promise<0 | 1 | 2> {
  const { stdout, stderr, env } = terminal;
  if (words[0] === 'help') return runCommandLine(table, [...words.slice(1), '--help'], terminal);
  const command = commandOf(table, words);
  if (command === null) return showGroup(table, words, terminal);
  if (asksForHelp(words)) {
    stdout.write(commandHelp(command, table.commands));
    return 0;
  }
  const problems: string[] = [];
  const problem = (text: string) => void problems.push(text);
  const given = parseCommandLine(command, words.slice(command.name.split(' ').length), problem);
  const canBeUnable = command.unable !== undefined;
  const isDetailed = command.reports !== undefined || given.values[detailedExitCode] === true;
  const work = command.prepare(given, env, problem);
  if (problems.length > 0) {
    stderr.write(`${problems.join('\n')}\nSee ${program} ${command.name} --help.\n`);
    return isDetailed ? 1 : 2;
  }
  try {
    const code = await work(terminal);
    return code === 0 || (code === 2 && (isDetailed || canBeUnable)) ? code : 1;
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return canBeUnable ? 2 : 1;
  }
}

/** The command whose name is the longest that the words begin with; null where there is none. */
function commandOf({ commands }: CommandTable, words: readonly string[]): Command | null {
  const fits = ({ name }: Command) => name.split(' ').every((word, index) => words[index] === word);
  return commands.filter(fits).sort((one, other) => other.name.length - one.name.length)[0] ?? null;
}

/** Prints the help of the program or of a group, or says that there is no such command. */
function showGroup({ summary, groups, commands }: CommandTable, words: readonly string[], terminal: Terminal): 0 | 2 {
  const first = words.find((word) => !word.startsWith('-')) ?? '';
  const group = Object.hasOwn(groups, first) ? first : '';
  const next = words.find((word) => !word.startsWith('-') && word !== group);
  const help = overview(commands, group, groups[group] ?? summary);
  if (asksForHelp(words) || words.length === 0) {
    terminal.stdout.write(help);
    return 0;
  }
  if (next === undefined && group === first && group !== '') {
    terminal.stderr.write(help);
    return 2;
  }
  const wrong = next === undefined ? (words[0] ?? '') : `${group} ${next}`.trimStart();
  const names = [...Object.keys(groups), ...childrenOf(commands, group).map(({ name }) => name)];
  terminal.stderr.write(`${wrong} is not a command.${suggestion(wrong, names)}\nSee ${program} --help.\n`);
  return 2;
}
