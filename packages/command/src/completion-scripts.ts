/** An option, as completion shows it. */
export interface CompletedOption {
  /** Without the leading dashes. */
  readonly name: string;
  readonly takes: 'value' | 'optional value' | 'values' | 'nothing';
  readonly choices?: readonly string[];
  readonly help: string;
  readonly placeholder?: string;
  readonly isRepeatable?: boolean;
  /** Whether its value can be the name of a file; by default it can. */
  readonly isFile?: boolean;
}

/** A command, or the first words of several; its words are separated by spaces. */
interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** The values of its argument. */
  readonly values?: readonly string[];
}

/** What is completed. A command of several words has an entry for each of its beginnings. */
export interface CompletedProgram {
  readonly name: string;
  readonly commands: readonly CompletedCommand[];
  /** The options of all commands. */
  readonly options: readonly CompletedOption[];
}

/**
 * Completion scripts by the name of the shell. Options of a name have the same choices in all
 * commands.
 */
export const completionScripts = { bash, fish, zsh } as const satisfies Readonly<
  Record<string, (program: CompletedProgram) => string>
>;

const flags = (options: readonly CompletedOption[]) => options.map(({ name }) => `--${name}`).join(' ');

const functionOf = (program: string) => `_${program.replaceAll('-', '_')}`;

/** The next words of the commands that begin with this one, or of all. */
function nextWords({ commands }: CompletedProgram, name: string): readonly CompletedCommand[] {
  const start = name === '' ? '' : `${name} `;
  const below = commands.filter((one) => one.name.startsWith(start));
  return below.map((one) => ({ ...one, name: one.name.slice(start.length) })).filter((one) => !one.name.includes(' '));
}

function bash(program: CompletedProgram): string {
  const { name: main, commands, options } = program;
  const all = [...options, ...commands.flatMap((command) => command.options)];
  const choices = new Map(all.flatMap((option) => (option.choices ? [[option.name, option.choices]] : [])));
  const values = [...choices].map(([name, words]) => `    --${name}) words='${words.join(' ')}' ;;`);
  const texts = all.filter(({ takes, choices: given, isFile }) => takes === 'value' && !given && isFile === false);
  const names = [...new Set(texts.map(({ name }) => `--${name}`))].join('|');
  if (names !== '') values.push(`    ${names}) compopt +o default 2> /dev/null ;;`);
  const next = (name: string) => nextWords(program, name).map((one) => one.name);
  const cases = commands.map(({ name, values: given, options: own }) =>
    given === undefined
      ? `        '${name}') words="$words ${[...next(name), flags(own)].join(' ')}" ;;`
      : `        '${name}') words='${given.join(' ')}' ;;`,
  );
  return `# Completion of ${main} for bash: source <(${main} completion bash)
${functionOf(main)}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command='' next word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    next="\${command:+$command }$word"
    case '|${commands.map(({ name }) => name).join('|')}|' in *"|$next|"*) command="$next" ;; esac
  done
  case "$previous" in
${values.join('\n')}
    *)
      words='${flags(options)}'
      case "$command" in
        '') words="${next('').join(' ')} $words" ;;
${cases.join('\n')}
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F ${functionOf(main)} ${main}
`;
}

function zsh(program: CompletedProgram): string {
  const { name: main, commands, options } = program;
  const specs = (own: readonly CompletedOption[]) => own.map((option) => `    ${quoted(zshSpec(option))}\n`).join('');
  const wordsAfter = (name: string) =>
    nextWords(program, name)
      .map((one) => `    ${quoted(`${one.name}:${one.summary}`)}\n`)
      .join('');
  const cases = commands.map(({ name, options: own, values }) => {
    const words = values === undefined ? wordsAfter(name) : values.map((value) => `    ${value}\n`).join('');
    return `    ${quoted(name)}) specs+=(\n${specs(own)}    ); commands=(\n${words}    ) ;;`;
  });
  return `#compdef ${main}
# Completion of ${main} for zsh: save it as _${main} in a folder of $fpath
${functionOf(main)}() {
  local -a specs=(
${specs(options)}  ) commands=(
${wordsAfter('')}  )
  local command='' word
  integer depth=1
  for word in \${words[2,CURRENT-1]}; do
    case "|${commands.map(({ name }) => name).join('|')}|" in
      *"|\${command:+$command }$word|"*) command="\${command:+$command }$word"; depth+=1 ;;
    esac
  done
  case $command in
${cases.join('\n')}
  esac
  if (( $#commands )); then specs+=("\${depth}:command:{_describe command commands}"); else specs+=('*:file:_files'); fi
  _arguments $specs
}
if [[ $funcstack[1] == ${functionOf(main)} || $funcstack[1] == _${main} ]]; then ${functionOf(main)} "$@"; else compdef ${functionOf(main)} ${main}; fi
`;
}

function zshSpec({
  name,
  takes,
  help,
  placeholder = 'value',
  isRepeatable = false,
  ...option
}: CompletedOption): string {
  const text = help.replace(/[[\]:\\]/g, (character) => `\\${character}`);
  const value = option.choices ? `(${option.choices.join(' ')})` : option.isFile === false ? ' ' : '_files';
  const colons = takes === 'optional value' ? '::' : ':';
  return `${isRepeatable ? '*' : ''}--${name}[${text}]${takes === 'nothing' ? '' : `${colons}${placeholder.replaceAll(':', '')}:${value}`}`;
}

function fish(program: CompletedProgram): string {
  const { name: main, commands, options } = program;
  const seen = (name: string) => name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const unseen = (words: readonly CompletedCommand[]) =>
    words.length === 0 ? [] : [`not __fish_seen_subcommand_from ${words.map(({ name }) => name).join(' ')}`];
  const after = (conditions: readonly string[]) => `complete -c ${main} -n '${conditions.join('; and ')}'`;
  const lines = (name: string, start: readonly string[]) => {
    const next = nextWords(program, name);
    const condition = after([...start, ...unseen(next)]);
    return next.map((one) => `${condition} -f -a ${one.name} -d ${quoted(one.summary)}`);
  };
  return [
    `# Completion of ${main} for fish: ${main} completion fish | source`,
    ...lines('', ['__fish_use_subcommand']),
    ...options.map((option) => `complete -c ${main}${fishOption(option)}`),
    ...commands.flatMap(({ name, options: own, values }) => [
      ...lines(name, seen(name)),
      ...(values === undefined ? [] : [`${after(seen(name))} -f -a '${values.join(' ')}'`]),
      ...own.map((option) => `${after([...seen(name), ...unseen(nextWords(program, name))])}${fishOption(option)}`),
    ]),
    '',
  ].join('\n');
}

function fishOption({ name, takes, choices, help, isFile = true }: CompletedOption): string {
  const values = choices
    ? ` -x -a '${choices.join(' ')}'`
    : takes === 'value' || takes === 'values'
      ? isFile
        ? ' -r'
        : ' -x'
      : '';
  return ` -l ${name}${values} -d ${quoted(help)}`;
}

/** A word in single quotes, for bash, zsh and fish. No help text has a backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
