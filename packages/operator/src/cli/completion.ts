import { completionScripts } from '../../../command/src/completion-scripts.ts';
import type { CompletedOption } from '../../../command/src/completion-scripts.ts';
import type { Option } from './command.ts';
import { program } from './help.ts';
import type { CommandTable } from './run.ts';

/** The shells that have completion. */
export const shells = Object.keys(completionScripts) as readonly (keyof typeof completionScripts)[];

/** The completion script of a shell. */
export function completionOf({ groups, commands }: CommandTable, shell: keyof typeof completionScripts): string {
  return completionScripts[shell]({
    name: program,
    options: [{ name: 'help', takes: 'nothing', help: 'Print help' }],
    commands: [
      ...Object.entries(groups).map(([name, summary]) => ({ name, summary, options: [] })),
      ...commands.map(({ name, summary, options, arguments: [argument] = [] }) => ({
        name,
        summary,
        options: Object.entries(options).map(completed),
        ...(argument?.choices === undefined ? {} : { values: argument.choices }),
      })),
    ],
  });
}

function completed([name, option]: readonly [string, Option]): CompletedOption {
  const { help } = option;
  if (option.type === 'boolean') return { name, takes: 'nothing', help };
  const { placeholder, choices } = option;
  return { name, takes: 'value', help, placeholder, ...(choices === undefined ? {} : { choices }) };
}
