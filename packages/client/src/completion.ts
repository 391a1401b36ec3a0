import { globalOptions, optionsOf } from './aws/options.ts';
import type { Option } from './aws/options.ts';
import { program } from './aws/error-text.ts';
import { commands } from './command-table.ts';

const shells: Readonly<Record<string, () => string>> = { bash, fish, zsh };

const names = [...commands.map(({ name }) => name), 'completion', 'help'];

/** The completion script of a shell; null for a shell that has none. */
export function completionScript(shell: string | undefined): string | null {
  const script = shell !== undefined && Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  return script?.() ?? null;
}

function shown(options: readonly Option[]): readonly Option[] {
  return options.filter(({ hidden }) => hidden !== true);
}

function flags(options: readonly Option[]): string {
  return shown(options)
    .map(({ name }) => `--${name}`)
    .join(' ');
}

/** All options with choices, by name: no two options of a name differ in them. */
function optionsWithChoices(): readonly Option[] {
  const all = [...globalOptions, ...commands.flatMap(optionsOf)].filter(({ choices }) => choices !== undefined);
  return [...new Map(all.map((option) => [option.name, option])).values()];
}

function bash(): string {
  const values = optionsWithChoices().map(({ name, choices = [] }) => `    --${name}) words='${choices.join(' ')}' ;;`);
  const options = commands.map((command) => `        ${command.name}) words="$words ${flags(optionsOf(command))}" ;;`);
  return `# Completion of ${program} for bash: source <(${program} completion bash)
_pod_identity() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case " ${names.join(' ')} " in *" $word "*) command="$word"; break ;; esac
  done
  case "$previous" in
${values.join('\n')}
    completion) words='${Object.keys(shells).join(' ')}' ;;
    *)
      if [[ -z "$command" ]]; then words='${names.join(' ')}'; fi
      words="$words ${flags(globalOptions)}"
      case "$command" in
${options.join('\n')}
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _pod_identity ${program}
`;
}

function zsh(): string {
  const specs = (options: readonly Option[]) => shown(options).map((option) => `    ${quoted(zshSpec(option))}`);
  const cases = commands.map(
    (command) => `    ${command.name}) specs+=(\n${specs(optionsOf(command)).join('\n')}\n    ) ;;`,
  );
  const described = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  return `#compdef ${program}
# Completion of ${program} for zsh: save it as _${program} in a folder of $fpath
_pod_identity() {
  local -a specs=(
${specs(globalOptions).join('\n')}
  )
  local -a commands=(
${described.join('\n')}
    'completion:Print the completion script of a shell'
    'help:Show the commands'
  )
  local command=\${words[(r)(${names.join('|')})]}
  case $command in
${cases.join('\n')}
    completion) specs+=('2:shell:(${Object.keys(shells).join(' ')})') ;;
  esac
  _arguments $specs '1:command:{_describe command commands}'
}
if [[ $funcstack[1] == _pod_identity || $funcstack[1] == _${program} ]]; then _pod_identity "$@"; else compdef _pod_identity ${program}; fi
`;
}

function zshSpec({ name, takes, choices, help, placeholder = 'value' }: Option): string {
  const text = help.replace(/[[\]:\\]/g, (character) => `\\${character}`);
  const value = choices ? `(${choices.join(' ')})` : '_files';
  const colons = takes === 'optional value' ? '::' : ':';
  return `--${name}[${text}]${takes === 'nothing' ? '' : `${colons}${placeholder.replaceAll(':', '')}:${value}`}`;
}

function fish(): string {
  const subcommands = names.map((name) => {
    const summary = commands.find((command) => command.name === name)?.summary ?? '';
    return `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`;
  });
  const all = globalOptions.map((option) => fishOption(option, ''));
  const own = commands.flatMap((command) =>
    shown(optionsOf(command)).map((option) => fishOption(option, ` -n '__fish_seen_subcommand_from ${command.name}'`)),
  );
  return [
    `# Completion of ${program} for fish: ${program} completion fish | source`,
    ...subcommands,
    `complete -c ${program} -n '__fish_seen_subcommand_from completion' -f -a '${Object.keys(shells).join(' ')}'`,
    ...all,
    ...own,
    '',
  ].join('\n');
}

function fishOption({ name, takes, choices, help }: Option, condition: string): string {
  const values = choices ? ` -x -a '${choices.join(' ')}'` : takes === 'value' ? ' -r' : '';
  return `complete -c ${program}${condition} -l ${name}${values} -d ${quoted(help)}`;
}

/** A word in single quotes, for bash, zsh and fish. No help text has a backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
