import { UsageError } from './errors.ts';
import type { Option } from './options.ts';
import { parseInteger } from './python.ts';

/** Parsed values by the keys of their options. */
export type Values = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** An argument that no option takes. */
interface Remainder {
  readonly text: string;
  readonly isPositional: boolean;
}

/** The result of a pass over the arguments. */
export interface Parsed {
  readonly values: Values;
  readonly rest: readonly Remainder[];
}

/** What an argument is before it is known which option takes it. */
type Role =
  | { readonly kind: 'positional' }
  | { readonly kind: 'option'; readonly option: Option; readonly attached: string | null }
  | { readonly kind: 'ambiguous'; readonly matches: readonly Option[] }
  | { readonly kind: 'unknown' };

/**
 * Parses arguments by Python's `argparse` rules, which the AWS CLI follows: an option can be
 * shortened to any prefix that only one option has; its value follows or is attached with `=`; the
 * last of repeated options counts, unless the option collects them; what no option takes is left
 * for the next pass. Ends at an option in `finals`.
 *
 * @throws {@link UsageError}
 */
export function parseArguments(options: readonly Option[], args: readonly string[], finals: readonly string[]): Parsed {
  const values: Record<string, string | number | boolean | readonly string[]> = {};
  const rest: Remainder[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const text = args[index] ?? '';
    if (text === '--') {
      rest.push({ text, isPositional: false }, ...args.slice(index + 1).map(positional));
      break;
    }
    const role = roleOf(options, text);
    if (role.kind === 'ambiguous') throw ambiguous(text, role.matches);
    if (role.kind !== 'option') {
      rest.push({ text, isPositional: role.kind === 'positional' });
      continue;
    }
    const { option } = role;
    const next = args[index + 1];
    const following = next !== undefined && next !== '--' && roleOf(options, next).kind === 'positional' ? next : null;
    if (option.takes === 'values') {
      const taken = role.attached === null ? positionals(options, args.slice(index + 1)) : [role.attached];
      if (role.attached === null) index += taken.length;
      values[option.key] = taken;
      continue;
    }
    const takesNext = option.takes !== 'nothing' && role.attached === null && following !== null;
    if (takesNext) index += 1;
    const value = valueOf(option, role.attached ?? (takesNext ? following : null));
    const earlier = values[option.key];
    values[option.key] =
      option.isRepeatable === true ? [...(typeof earlier === 'object' ? earlier : []), String(value)] : value;
    if (finals.includes(option.name)) break;
  }
  return { values, rest };
}

/**
 * Takes the first argument that is none of an option from those that remain, by the rules of
 * `argparse`: a `--` beside it goes with it, and so does one alone. Null where there is none.
 */
export function takePositional(rest: readonly Remainder[]): readonly [taken: string | null, others: readonly string[]] {
  const at = rest.findIndex(({ isPositional }) => isPositional);
  const dashes = rest.findIndex(({ text, isPositional }) => text === '--' && !isPositional);
  const isBeside = dashes !== -1 && (at === -1 || Math.abs(dashes - at) === 1);
  const others = rest.filter((_, index) => index !== at && !(isBeside && index === dashes));
  return [rest[at]?.text ?? null, others.map(({ text }) => text)];
}

/** The arguments up to the next option, or to `--`. */
function positionals(options: readonly Option[], args: readonly string[]): readonly string[] {
  const end = args.findIndex((text) => text === '--' || roleOf(options, text).kind !== 'positional');
  return end === -1 ? args : args.slice(0, end);
}

function positional(text: string): Remainder {
  return { text, isPositional: true };
}

function roleOf(options: readonly Option[], text: string): Role {
  if (!text.startsWith('-') || text === '-') return { kind: 'positional' };
  const exact = options.find(({ name, short }) => text === `--${name}` || (short && text === `-${short}`));
  if (exact) return { kind: 'option', option: exact, attached: null };
  const equals = text.indexOf('=');
  const [name, attached] = equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)];
  const named = options.find((option) => name === `--${option.name}`);
  if (named) return { kind: 'option', option: named, attached };
  const matches = name.startsWith('--')
    ? options.filter((option) => option.own !== true && `--${option.name}`.startsWith(name))
    : [];
  const [only, ...others] = matches;
  if (only && others.length === 0) return { kind: 'option', option: only, attached };
  if (only) return { kind: 'ambiguous', matches };
  const isNumber = /^-(?:\d+|\d*\.\d+)$/.test(text);
  return { kind: isNumber || text.includes(' ') ? 'positional' : 'unknown' };
}

/** @param text null where no value was given */
function valueOf(option: Option, text: string | null): string | number | boolean {
  const { implied } = option;
  if (option.takes === 'nothing' && text !== null) throw invalid(option, `ignored explicit argument '${text}'`);
  if (text === null && implied === undefined) throw invalid(option, 'expected one argument');
  if (text === null) return implied ?? true;
  if (option.choices && !option.choices.includes(text)) {
    throw invalid(option, `Invalid choice '${text}', valid choices are: ${option.choices.join(', ')}`);
  }
  if (option.isInteger !== true) return text;
  return parseInteger(text) ?? invalidInteger(option, text);
}

function invalidInteger(option: Option, text: string): never {
  throw invalid(option, `invalid int value: '${text}'`);
}

function invalid(option: Option, reason: string): UsageError {
  return new UsageError(`argument --${option.name}: ${reason}`, { showsUsage: true });
}

function ambiguous(text: string, matches: readonly Option[]): UsageError {
  const names = matches.map(({ name }) => `--${name}`).join(', ');
  return new UsageError(`ambiguous option: ${text} could match ${names}`, { showsUsage: true });
}
