import { globalOptions, optionsOf } from './aws/options.ts';
import type { Option } from './aws/options.ts';
import { program } from './aws/error-text.ts';
import { commands } from './command-table.ts';
import { askedParameters, completeCommand } from './complete/asked.ts';
import { completionScripts } from './completion-scripts.ts';
import type { CompletedOption } from './completion-scripts.ts';

/** The completion script of a shell; null for a shell that has none. */
export function completionScript(shell: string | undefined): string | null {
  const script = Object.entries(completionScripts).find(([name]) => name === shell)?.[1];
  const shells = Object.keys(completionScripts);
  return (
    script?.({
      name: program,
      complete: completeCommand,
      options: shown(globalOptions),
      commands: [
        ...commands.map((command) => ({
          ...command,
          options: shown(optionsOf(command)),
          isAsked: isAsked(command.positional?.name),
        })),
        { name: 'completion', summary: 'Print the completion script of a shell', options: [], values: shells },
        { name: 'help', summary: 'Show the commands', options: [] },
      ],
    }) ?? null
  );
}

/** Options whose values can be names of files, as they are or after `file://`. */
const files = /^(ca-bundle|cli-input-(json|yaml)|token|tags|policy|(.*-)?files?)$/;

/**
 * Values of options that the gateway checks, not the command line: enums of `schema.graphql`. Only
 * completion has them, so that a later value of the gateway can be given.
 */
export const completedEnums: Readonly<Record<string, readonly string[]>> = {
  'if-exists': ['REFUSE', 'ADOPT'],
  origin: ['OPERATION', 'ADOPTED', 'ADD_ON', 'OUTSIDE'],
  source: ['EKS', 'SCAN'],
  state: ['PENDING', 'APPROVED', 'REJECTED', 'EXPIRED', 'USED', 'WITHDRAWN'],
};

/** Whether the values of a parameter are asked for as a word is completed. */
function isAsked(parameter: string | undefined): boolean {
  return askedParameters.some((one) => one === parameter);
}

function shown(options: readonly Option[]): readonly CompletedOption[] {
  const visible = options.filter(({ hidden }) => hidden !== true);
  return visible.map((option) => {
    const choices = option.choices ?? completedEnums[option.name];
    return { ...option, isFile: files.test(option.name), isAsked: isAsked(option.key), ...(choices && { choices }) };
  });
}
