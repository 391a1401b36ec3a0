import { parseArgs } from 'node:util';
import type { Command, Given, Option } from './command.ts';
import { suggestion } from './suggest.ts';

type Problem = (text: string) => void;
type Token = Extract<ReturnType<typeof parse>[number], { kind: 'option' }>;

/** Reads options and arguments of a command. Calls `problem` for each that is wrong. */
export function parseCommandLine(command: Command, words: readonly string[], problem: Problem): Given {
  let isValid = true;
  const wrong = (text: string) => {
    isValid = false;
    problem(text);
  };
  const tokens = parse(command, words);
  const args = tokens.flatMap((token) => (token.kind === 'positional' ? token.value : []));
  const hasUnknown = tokens.some((token) => token.kind === 'option' && command.options[token.name] === undefined);
  checkArguments(command, args, wrong, hasUnknown);
  const given = new Map<string, string[]>(Object.keys(command.options).map((name) => [name, []]));
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const value = valueOf(command, token, wrong);
    if (value !== null) given.get(token.name)?.push(value);
  }
  const values = Object.entries(command.options).map(([name, option]) => [
    name,
    readOption(name, option, given.get(name) ?? [], wrong),
  ]);
  return { values: Object.fromEntries(values) as Given['values'], args, isValid };
}

/** The default of an option would hide whether it was given. */
function parse({ options }: Command, words: readonly string[]) {
  const types = Object.entries(options).map(([name, { type }]) => [name, { type }] as const);
  const config = { options: Object.fromEntries(types), strict: false, allowPositionals: true, tokens: true } as const;
  return parseArgs({ args: [...words], ...config }).tokens;
}

/** What follows an unknown option may be its value, and is not reported as well. */
function checkArguments(
  { arguments: known = [] }: Command,
  args: readonly string[],
  wrong: Problem,
  hasUnknown: boolean,
): void {
  known.forEach(({ name, help, optional, choices }, index) => {
    const value = args[index];
    if (value === undefined && optional !== true) wrong(`${name} is missing: ${help}.`);
    if (value !== undefined && choices?.includes(value) === false) {
      wrong(`${name} is ${JSON.stringify(value)}: give one of ${choices.join(', ')}.`);
    }
  });
  for (const extra of hasUnknown ? [] : args.slice(known.length))
    wrong(`Unexpected argument ${JSON.stringify(extra)}.`);
}

/** The text of an option, empty for one that takes none; null where it is wrong. */
function valueOf({ options }: Command, { name, rawName, value, inlineValue }: Token, wrong: Problem): string | null {
  const option = options[name];
  if (option === undefined || !rawName.startsWith('--')) {
    const known = [...Object.keys(options), 'help'].map((one) => `--${one}`);
    wrong(`${rawName} is not an option.${suggestion(rawName, known)}`);
    return null;
  }
  if (option.type === 'boolean') {
    if (inlineValue === true) wrong(`${rawName} takes no value.`);
    return '';
  }
  // A value that looks like an option is more likely a forgotten value.
  if (value === undefined || (!inlineValue && /^-./.test(value))) {
    wrong(`${rawName} needs a value: ${rawName}=${option.placeholder}, ${option.help}.`);
    return null;
  }
  return value;
}

function readOption(name: string, option: Option, texts: readonly string[], wrong: Problem): unknown {
  if (option.type === 'boolean') return texts.length > 0;
  const { multiple, required, default: fallback, choices, help, placeholder, read = (text: string) => text } = option;
  const one = (text: string) => {
    const say = (advice: string) => wrong(`--${name} is ${JSON.stringify(text)}: ${advice}.`);
    if (choices?.includes(text) === false) say(`give one of ${choices.join(', ')}`);
    return read(text, say);
  };
  if (multiple === true) return texts.map(one);
  // Taking one of two would lock or restore something else than was meant.
  if (texts.length > 1) wrong(`--${name} is given more than once.`);
  const text = texts[0] ?? fallback;
  if (text !== undefined) return one(text);
  if (required === true) wrong(`--${name} ${placeholder} is missing: ${help}.`);
  return undefined;
}
