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
  /** Whether the program is asked for its values: see `complete` of the program. */
  readonly isAsked?: boolean;
}

/** A command, or the first words of several; its words are separated by spaces. */
interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** The values of its argument. */
  readonly values?: readonly string[];
  /** Whether the program is asked for the values of its argument. */
  readonly isAsked?: boolean;
}

/** What is completed. A command of several words has an entry for each of its beginnings. */
export interface CompletedProgram {
  readonly name: string;
  readonly commands: readonly CompletedCommand[];
  /** The options of all commands. */
  readonly options: readonly CompletedOption[];
  /**
   * The command that prints values, a line each: its arguments are `--` and the words of the line, up to
   * the one that is completed. Absent in a program that is not asked.
   */
  readonly complete?: string;
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
  const { name: main, commands, options, complete } = program;
  const all = [...options, ...commands.flatMap((command) => command.options)];
  const choices = new Map(all.flatMap((option) => (option.choices ? [[option.name, option.choices]] : [])));
  const values = [...choices].map(([name, words]) => `    --${name}) words='${words.join(' ')}' ;;`);
  const isText = ({ takes, choices: given, isFile, isAsked }: CompletedOption) =>
    takes === 'value' && !given && isFile === false && isAsked !== true;
  const texts = all.filter(isText);
  const names = [...new Set(texts.map(({ name }) => `--${name}`))].join('|');
  if (names !== '') values.push(`    ${names}) compopt +o default 2> /dev/null ;;`);
  const next = (name: string) => nextWords(program, name).map((one) => one.name);
  const cases = commands.map(({ name, values: given, options: own }) =>
    given === undefined
      ? `        '${name}') words="$words ${[...next(name), flags(own)].join(' ')}" ;;`
      : `        '${name}') words='${given.join(' ')}' ;;`,
  );
  return `# Completion of ${main} for bash: source <(${main} completion bash)
${complete === undefined ? '' : bashValues(program, complete)}${functionOf(main)}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command='' next word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    next="\${command:+$command }$word"
    case '|${commands.map(({ name }) => name).join('|')}|' in *"|$next|"*) command="$next" ;; esac
  done
${complete === undefined ? '' : `  ${functionOf(main)}_values "$command" && return\n`}  case "$previous" in
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

/** The options whose values the program is asked for. */
function askedOptions({ commands, options }: CompletedProgram): readonly string[] {
  const all = [...options, ...commands.flatMap((command) => command.options)];
  return [...new Set(all.filter(({ isAsked }) => isAsked === true).map(({ name }) => `--${name}`))];
}

/**
 * The function of bash that completes values of the program; it fails where the word is none. The
 * line is split here, as bash splits words at colons too. Values are matched and quoted as they
 * are: `compgen -W` would expand them.
 */
function bashValues(program: CompletedProgram, complete: string): string {
  const { name: main, commands } = program;
  const options = askedOptions(program);
  const asked = commands.filter(({ isAsked }) => isAsked === true).map(({ name }) => name);
  return `${functionOf(main)}_values() {
  local -a words
  local breaks current previous start='' value
  read -r -a words <<< "\${COMP_LINE:0:COMP_POINT}"
  case "\${COMP_LINE:0:COMP_POINT}" in *[[:blank:]]) words+=('') ;; esac
  (( \${#words[@]} > 1 )) || return 1
  current="\${words[\${#words[@]} - 1]}" previous="\${words[\${#words[@]} - 2]}"
  case "$current" in
    ${options.map((name) => `${name}=*`).join('|')}) previous="\${current%%=*}" current="\${current#*=}" ;;
    -*) return 1 ;;
  esac
  case "$previous" in
    ${options.join('|')}) ;;
    -*) return 1 ;;
    *) case '|${asked.join('|')}|' in *"|$1|"*) ;; *) return 1 ;; esac ;;
  esac
  compopt +o default 2> /dev/null
  breaks="\${COMP_WORDBREAKS//[^:=@]/}"
  [[ -z "$breaks" ]] || start="\${current%"\${current##*[$breaks]}"}"
  COMPREPLY=()
  while IFS= read -r value; do
    [[ "$value" == "$current"* ]] || continue
    printf -v value %q "\${value#"$start"}"
    COMPREPLY+=("$value")
  done < <(${main} ${complete} -- "\${words[@]:1}" 2> /dev/null < /dev/null)
}
`;
}

function zsh(program: CompletedProgram): string {
  const { name: main, commands, options, complete } = program;
  const specs = (own: readonly CompletedOption[]) =>
    own.map((option) => `    ${quoted(zshSpec(option, main))}\n`).join('');
  const wordsAfter = (name: string) =>
    nextWords(program, name)
      .map((one) => `    ${quoted(`${one.name}:${one.summary}`)}\n`)
      .join('');
  const cases = commands.map(({ name, options: own, values, isAsked = false }) => {
    if (isAsked)
      return `    ${quoted(name)}) specs+=(\n${specs(own)}    '*:value:${functionOf(main)}_values'); commands=(); isAsked=1 ;;`;
    const words = values === undefined ? wordsAfter(name) : values.map((value) => `    ${value}\n`).join('');
    return `    ${quoted(name)}) specs+=(\n${specs(own)}    ); commands=(\n${words}    ) ;;`;
  });
  return `#compdef ${main}
# Completion of ${main} for zsh: save it as _${main} in a folder of $fpath
${complete === undefined ? '' : zshValues(main, complete)}${functionOf(main)}() {
  local -a specs=(
${specs(options)}  ) commands=(
${wordsAfter('')}  )
  local command='' word
  integer depth=1 isAsked=0
  for word in \${words[2,CURRENT-1]}; do
    case "|${commands.map(({ name }) => name).join('|')}|" in
      *"|\${command:+$command }$word|"*) command="\${command:+$command }$word"; depth+=1 ;;
    esac
  done
  case $command in
${cases.join('\n')}
  esac
  if (( isAsked )); then :; elif (( $#commands )); then specs+=("\${depth}:command:{_describe command commands}"); else specs+=('*:file:_files'); fi
  _arguments $specs
}
if [[ $funcstack[1] == ${functionOf(main)} || $funcstack[1] == _${main} ]]; then ${functionOf(main)} "$@"; else compdef ${functionOf(main)} ${main}; fi
`;
}

/** The function of zsh that completes values of the program. zsh quotes what it inserts. */
function zshValues(main: string, complete: string): string {
  return `${functionOf(main)}_values() {
  local -a found=("\${(@f)$(${main} ${complete} -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2> /dev/null < /dev/null)}")
  found=("\${(@)found:#}")
  (( $#found )) && compadd -a found
}
`;
}

function zshSpec(
  { name, takes, help, placeholder = 'value', isRepeatable = false, ...option }: CompletedOption,
  main: string,
): string {
  const text = help.replace(/[[\]:\\]/g, (character) => `\\${character}`);
  const unnamed = option.isAsked === true ? `${functionOf(main)}_values` : option.isFile === false ? ' ' : '_files';
  const value = option.choices ? `(${option.choices.join(' ')})` : unnamed;
  const colons = takes === 'optional value' ? '::' : ':';
  return `${isRepeatable ? '*' : ''}--${name}[${text}]${takes === 'nothing' ? '' : `${colons}${placeholder.replaceAll(':', '')}:${value}`}`;
}

function fish(program: CompletedProgram): string {
  const { name: main, commands, options, complete } = program;
  const asked = `'(${fishFunctionOf(main)})'`;
  const optionOf = (option: CompletedOption) => fishOption(option, option.isAsked === true ? asked : null);
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
    ...(complete === undefined ? [] : fishValues(main, complete)),
    ...lines('', ['__fish_use_subcommand']),
    ...options.map((option) => `complete -c ${main}${optionOf(option)}`),
    ...commands.flatMap(({ name, options: own, values, isAsked }) => [
      ...lines(name, seen(name)),
      ...(isAsked === true ? [`${after(seen(name))} -f -a ${asked}`] : []),
      ...(values === undefined ? [] : [`${after(seen(name))} -f -a '${values.join(' ')}'`]),
      ...own.map((option) => `${after([...seen(name), ...unseen(nextWords(program, name))])}${optionOf(option)}`),
    ]),
    '',
  ].join('\n');
}

const fishFunctionOf = (main: string) => `_${functionOf(main)}_values`;

/** The function of fish that prints values of the program. fish quotes what it inserts. */
function fishValues(main: string, complete: string): readonly string[] {
  return [
    `function ${fishFunctionOf(main)}`,
    '    set -l words (commandline -opc)',
    '    set -l current (commandline -ct)',
    `    ${main} ${complete} -- $words[2..-1] "$current" 2> /dev/null < /dev/null`,
    'end',
  ];
}

function fishOption({ name, takes, choices, help, isFile = true }: CompletedOption, asked: string | null): string {
  if (asked !== null) return ` -l ${name} -x -a ${asked} -d ${quoted(help)}`;
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
