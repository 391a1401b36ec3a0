import { globalOptions, optionsOf } from './aws/options.ts';
import type { Option } from './aws/options.ts';
import { program } from './aws/error-text.ts';
import { commands } from './command-table.ts';
import { completionScripts } from './completion-scripts.ts';

/** The completion script of a shell; null for a shell that has none. */
export function completionScript(shell: string | undefined): string | null {
  const script = Object.entries(completionScripts).find(([name]) => name === shell)?.[1];
  const shells = Object.keys(completionScripts);
  return (
    script?.({
      name: program,
      options: shown(globalOptions),
      commands: [
        ...commands.map((command) => ({ ...command, options: shown(optionsOf(command)) })),
        { name: 'completion', summary: 'Print the completion script of a shell', options: [], values: shells },
        { name: 'help', summary: 'Show the commands', options: [] },
      ],
    }) ?? null
  );
}

function shown(options: readonly Option[]): readonly Option[] {
  return options.filter(({ hidden }) => hidden !== true);
}
